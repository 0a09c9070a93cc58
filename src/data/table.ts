import { InvalidArgumentError } from '../errors.js';
import { checkInteger } from '../numbers.js';

/** 8 GiB of float64: more is not made at once. */
const MOST_VALUES = 2 ** 30;

/**
 * An empty table for `n` rows of `d` numbers that are to be made.
 *
 * @param name what n is called in messages
 * @throws InvalidArgumentError unless n is an integer ≥ 1 of which there is memory for
 */
export function newTable(name: string, n: number, d: number): Float64Array {
  checkInteger(name, n, 1);
  const tooLarge = () =>
    new InvalidArgumentError(
      `${name} = ${n} rows of ${d} numbers are ${((n * d * 8) / 2 ** 30).toPrecision(3)} GiB, more than can be made at once. Try fewer rows at a time, each time with another seed.`,
    );
  if (n * d > MOST_VALUES) throw tooLarge();
  try {
    return new Float64Array(n * d);
  } catch {
    throw tooLarge();
  }
}
