/** More than a person reads: what a file says at any length has been let through. */
const MOST = 4000;

/** A result, or a message, that is not what it should be. */
export class Wrong extends Error {}

/** Throws unless words may be shown on a terminal: one line, in bounds, without anything that it would obey. */
export function checkWords(words: string): void {
  const shown = JSON.stringify(words.slice(0, 300));
  if (words.length > MOST) throw new Wrong(`a message of ${words.length} characters: ${shown}`);
  const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(words);
  if (control) throw new Wrong(`a message with ${JSON.stringify(control[0])} at ${control.index}: ${shown}`);
}

/** Throws where a result is not what the input says. */
export function expectSame(what: string, got: unknown, expected: unknown): void {
  if (same(got, expected)) return;
  throw new Wrong(`${what}: expected ${inFew(expected)}, got ${inFew(got)}`);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (!isList(a) || !isList(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
  return true;
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

const inFew = (value: unknown): string =>
  JSON.stringify(ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)?.slice(0, 300) ??
  'nothing';
