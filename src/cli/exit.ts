import { AbortedError, EmError } from '../errors.js';
import { brief } from '../quote.js';

/** Interrupted is 128 and the number of the signal, as shells have it; this is Ctrl-C's. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Options that do not go together, which only shows once all of them are known. */
export class UsageError extends EmError {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof AbortedError ? Number(process.exitCode ?? EXIT.interrupted) : EXIT.failed;
}

/** Anything thrown, in one line. */
export function describe(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const line = message.replace(/\s*\n\s*/g, ' ');
  return error instanceof EmError ? line : `${line} (unexpected; please report it)`;
}

/** Notes and errors go to stderr, so that stdout holds results alone. */
export const note = (message: string): void => say('note', message);
export const fail = (message: string): void => say('error', message);

/** Whatever a message quotes, it is one line that a terminal only shows, and no endless one. */
function say(kind: string, message: string): void {
  process.stderr.write(`${kind}: ${brief(message, MOST_LETTERS)}\n`);
}

const MOST_LETTERS = 2000;
