import { parseArgs } from 'node:util';

/** `--name value` pairs of the command line over their defaults. @throws TypeError for a name that is unknown */
export function readOptions<T extends Record<string, string>>(defaults: T): T & { json?: string } {
  const names = [...Object.keys(defaults), 'json'];
  const options = Object.fromEntries(names.map(name => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  return { ...defaults, ...values } as T & { json?: string };
}

/** Run a script to its end: a failure is one line and exit code 1. Ends the process, which drivers may keep alive. */
export async function script(main: () => Promise<void>): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
