/** Options whose values name files or programs of the machine. */
const LOCAL = ['--json', '--svg', '--python'];

/** A command line as a report may show it: what was measured, not where files lie. */
export function shownCommand(args: readonly string[]): string {
  const shown = args.filter(
    (arg, i) =>
      !LOCAL.includes(arg) && !LOCAL.includes(args[i - 1]) && !LOCAL.some(name => arg.startsWith(`${name}=`)),
  );
  return ['webgpu-em', ...shown].join(' ');
}
