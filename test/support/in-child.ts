import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Run a script in a process of its own, which writes a line of JSON for each thing it has done. One that says nothing for
 * `patience` ms is ended.
 *
 * @returns how many lines it wrote, and its exit code or the signal that ended it
 */
export async function inChild<T>(
  script: string,
  options: readonly string[],
  patience: number,
  each: (line: T) => void,
): Promise<{ lines: number; ending: number | string | null }> {
  const child = spawn(process.execPath, [script, ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), patience);
  };
  wait();
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    wait();
    each(JSON.parse(line) as T);
    lines++;
  }
  clearTimeout(timer);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { lines, ending: child.signalCode ?? child.exitCode };
}
