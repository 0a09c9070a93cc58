/** Assertions that also run in a page, where there is no test runner. Each throws an Error that says what it saw. */

export interface Tolerance {
  /** relative to the expected value */
  rel?: number;
  abs?: number;
}

export function near(
  actual: number,
  expected: number,
  { rel = 0, abs = 0 }: Tolerance,
  what = 'value',
): void {
  const allowed = Math.max(abs, rel * Math.abs(expected));
  if (Math.abs(actual - expected) <= allowed) return;
  throw new Error(`${what}: expected ${expected} ± ${allowed}, got ${actual} (off by ${actual - expected})`);
}

export function allNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = 'values',
): void {
  equal(actual.length, expected.length, `length of ${what}`);
  for (let i = 0; i < expected.length; i++) near(actual[i], expected[i], tolerance, `${what}[${i}]`);
}

export function equal<T>(actual: T, expected: T, what = 'value'): void {
  if (!Object.is(actual, expected))
    throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}

/** The same numbers, bit for bit. */
export function identical(actual: ArrayLike<number>, expected: ArrayLike<number>, what = 'values'): void {
  equal(actual.length, expected.length, `length of ${what}`);
  for (let i = 0; i < expected.length; i++) equal(actual[i], expected[i], `${what}[${i}]`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected ${what}`);
}

/** The error that `work` throws or rejects with, which must be of `type` and say `message`. */
export async function rejects<E extends Error>(
  work: () => unknown,
  type: abstract new (...args: never[]) => E,
  message: RegExp,
): Promise<E> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    if (!(error instanceof type)) throw new Error(`expected a ${type.name}, got ${error}`);
    if (!message.test(error.message))
      throw new Error(`expected a message like ${message}, got: ${error.message}`);
    return error;
  }
  throw new Error(`expected a ${type.name}, but it returned ${result}`);
}
