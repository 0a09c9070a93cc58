import { InvalidArgumentError } from '../errors.js';
import type { Mixture, MixtureParameters } from '../models/mixture.js';

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
 * Checked, flat copies of given parameters.
 *
 * @throws InvalidArgumentError naming the parameter, what was expected and what was got
 * @throws DegenerateCovarianceError for a covariance that is not positive definite
 */
export function givenParameters(model: Mixture, d: number, given: GivenParameters): MixtureParameters {
  const k = model.nComponents;
  const { covariance } = model.family;
  const weights =
    given.weights === undefined ? new Float64Array(k).fill(1 / k) : flat('weights', given.weights, [k]);
  const means = flat('means', given.means, [k, d]);
  const covariances = flat('covariances', given.covariances, covariance.shape(k, d));

  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.some(weight => weight < 0) || Math.abs(total - 1) > 1e-6) {
    throw new InvalidArgumentError(`weights must be ≥ 0 and sum to 1, got [${weights}] with sum ${total}.`);
  }
  if (covariance.moments === 'full') checkSymmetric(covariances, d);
  covariance.whiten(covariances, k, d);
  return { weights: weights.map(weight => weight / total), means, covariances };
}

function flat(name: string, value: Numbers, shape: number[]): Float64Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const numbers = flatten(value);
  if (numbers.length !== length) {
    throw new InvalidArgumentError(
      `${name} must have shape [${shape.join(', ')}] (${length} numbers), got ${numbers.length}.`,
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

function checkSymmetric(covariances: Float64Array, d: number): void {
  for (let start = 0; start < covariances.length; start += d * d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) {
        const [lower, upper] = [covariances[start + i * d + j], covariances[start + j * d + i]];
        const size = Math.sqrt(Math.abs(covariances[start + i * (d + 1)] * covariances[start + j * (d + 1)]));
        if (Math.abs(lower - upper) <= 1e-6 * size) continue;
        throw new InvalidArgumentError(
          `covariances must be symmetric, got ${lower} at [${i}, ${j}] and ${upper} at [${j}, ${i}] of matrix ${start / (d * d)}.`,
        );
      }
    }
  }
}
