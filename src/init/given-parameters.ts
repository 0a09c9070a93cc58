import { InvalidArgumentError } from '../errors.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';
import { checkNumbers } from '../numbers.js';

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
 * Checked, flat copies of given parameters: those of the family by name, and `weights` [K] (default: equal), which are
 * made to sum to 1.
 *
 * @throws InvalidArgumentError naming the parameter, what was expected and what was got
 * @throws DegenerateCovarianceError for a covariance that is not positive definite
 */
export function givenParameters<P extends Arrays>(
  model: MixtureModel<P, Family<P>>,
  d: number,
  parameters: object,
): MixtureParameters<P> {
  const checked = checkedParameters(model, d, parameters);
  return { ...checked, weights: normalised(checked.weights) };
}

/** The same, bit for bit as they are given: a file holds what a model was. */
export function checkedParameters<P extends Arrays>(
  { family, nComponents: k }: MixtureModel<P, Family<P>>,
  d: number,
  parameters: object,
): MixtureParameters<P> {
  if (d < 1) throw new InvalidArgumentError('Expected parameters of at least one feature, got none.');
  const given = parameters as Readonly<Record<string, Numbers | undefined>>;
  const weights =
    given.weights === undefined ? new Float64Array(k).fill(1 / k) : flat('weights', given.weights, [k]);
  const own = Object.fromEntries(
    Object.entries(family.shapes(k, d)).map(([name, shape]) => [name, flat(name, given[name], [...shape])]),
  ) as unknown as P;
  checkShares('weights', weights);
  family.check(own, k, d);
  return { ...own, weights };
}

/** @throws InvalidArgumentError unless numbers are ≥ 0 and, nearly, sum to 1 */
export function checkShares(name: string, values: Float64Array): void {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (values.every(value => value >= 0) && Math.abs(total - 1) <= 1e-6) return;
  const few =
    Array.from(values.subarray(0, MOST_SHOWN)).join(', ') + (values.length > MOST_SHOWN ? ', …' : '');
  throw new InvalidArgumentError(`${name} must be ≥ 0 and sum to 1, got [${few}] with sum ${total}.`);
}

export function normalised(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map(value => value / total);
}

const MOST_SHOWN = 8;
/** No parameter has as many dimensions; what is nested deeper is no array of numbers. */
const MOST_DIMENSIONS = 4;

/** @throws InvalidArgumentError unless `value` holds as many finite numbers as its shape says */
export function flat(name: string, value: Numbers | undefined, shape: number[]): Float64Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const numbers = value === undefined ? [] : flatten(value);
  if (numbers.length !== length) {
    throw new InvalidArgumentError(
      `${name} must have shape [${shape.join(', ')}] (${length} numbers), got ${value === undefined ? 'none' : numbers.length}.`,
    );
  }
  return checkNumbers(name, numbers, 'finite numbers', Number.isFinite);
}

/** Nested arrays as one; a typed array as it is. What is no array counts as one entry, which is no number. */
export function flatten(value: Numbers): ArrayLike<number> {
  if (isTyped(value)) return value;
  const entries: number[] = [];
  const add = (entry: unknown, depth: number): void => {
    if (depth > 0 && (Array.isArray(entry) || isTyped(entry))) {
      for (let i = 0; i < entry.length; i++) add(entry[i], depth - 1);
    } else entries.push(entry as number);
  };
  add(value, MOST_DIMENSIONS);
  return entries;
}

const isTyped = (value: unknown): value is ArrayLike<number> =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);
