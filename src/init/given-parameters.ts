import { InvalidArgumentError } from '../errors.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';

/** Flat row-major numbers, or nested arrays of them. */
export type Numbers = ArrayLike<number> | readonly Numbers[];

/** Parameters as a person or a file gives them. */
export interface GivenParameters {
  /** [K] Default: equal. */
  readonly weights?: Numbers;
  /** [K, D] */
  readonly means: Numbers;
  /** full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Numbers;
}

/**
 * Checked, flat copies of given parameters: those of the family by name, and `weights` [K] (default: equal).
 *
 * @throws InvalidArgumentError naming the parameter, what was expected and what was got
 * @throws DegenerateCovarianceError for a covariance that is not positive definite
 */
export function givenParameters<P extends Arrays>(
  { family, nComponents: k }: MixtureModel<P, Family<P>>,
  d: number,
  parameters: object,
): MixtureParameters<P> {
  const given = parameters as Readonly<Record<string, Numbers | undefined>>;
  const weights =
    given.weights === undefined ? new Float64Array(k).fill(1 / k) : flat('weights', given.weights, [k]);
  const own = Object.fromEntries(
    Object.entries(family.shapes(k, d)).map(([name, shape]) => [name, flat(name, given[name], [...shape])]),
  ) as unknown as P;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.some(weight => weight < 0) || Math.abs(total - 1) > 1e-6) {
    throw new InvalidArgumentError(`weights must be ≥ 0 and sum to 1, got [${weights}] with sum ${total}.`);
  }
  family.check(own, k, d);
  return { ...own, weights: weights.map(weight => weight / total) };
}

/** @throws InvalidArgumentError unless `value` holds as many finite numbers as its shape says */
export function flat(name: string, value: Numbers | undefined, shape: number[]): Float64Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const numbers = value === undefined ? [] : flatten(value);
  if (numbers.length !== length) {
    throw new InvalidArgumentError(
      `${name} must have shape [${shape.join(', ')}] (${length} numbers), got ${value === undefined ? 'none' : numbers.length}.`,
    );
  }
  const bad = Array.prototype.findIndex.call(numbers, number => !Number.isFinite(number));
  if (bad >= 0)
    throw new InvalidArgumentError(`${name} must be finite numbers, got ${numbers[bad]} at index ${bad}.`);
  return Float64Array.from(numbers);
}

/** Nested arrays as one; a typed array as it is. */
export function flatten(value: Numbers): ArrayLike<number> {
  if (ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
  return Array.from(value as ArrayLike<number | Numbers>).flatMap(entry =>
    typeof entry === 'object' && entry !== null ? Array.from(flatten(entry)) : [entry as number],
  );
}
