import type { Densities } from '../contract/densities.js';
import type { Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import { InvalidArgumentError, NonFiniteError } from '../errors.js';
import { checkForm } from '../families/check-family.js';

/** @throws InvalidArgumentError unless model and rows have the same number of features, and backends know the form */
export function checkDensities({ shape }: Pick<Rows, 'shape'>, densities: Densities): void {
  checkForm('A model', densities);
  const { nFeatures } = densities;
  if (nFeatures === shape[1]) return;
  throw new InvalidArgumentError(`The model has ${nFeatures} features, the rows have ${shape[1]}.`);
}

type Division = Pick<Rows, 'shape' | 'weights'>;

/** @throws InvalidArgumentError unless the sequences have as many rows as there are */
export function checkDivision(
  { lengths }: { readonly lengths: Uint32Array },
  { shape: [n], weights }: Division,
): void {
  if (weights) {
    throw new InvalidArgumentError('Rows of sequences have no weights of their own; weigh the sequences.');
  }
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total === n) return;
  throw new InvalidArgumentError(`The lengths add up to ${total}, but there are ${n} rows.`);
}

/** @throws InvalidArgumentError unless each of n rows has a finite weight ≥ 0, and some row more than 0 */
export function checkWeights(weights: Float64Array, n: number): void {
  if (weights.length !== n) {
    throw new InvalidArgumentError(`Expected ${n} weights, one a row, got ${weights.length}.`);
  }
  const bad = weights.findIndex(weight => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    throw new InvalidArgumentError(
      `The weight of row ${bad} must be a finite number ≥ 0, got ${weights[bad]}.`,
    );
  }
  if (weights.every(weight => weight === 0)) {
    throw new InvalidArgumentError('Expected a weight above 0, got zeros only.');
  }
}

/** In one sum of products with 0, which a compiler makes of vectors: statistics are millions of numbers. */
function areFinite(values: ArrayLike<number>): boolean {
  let zero = 0;
  for (let i = 0; i < values.length; i++) zero += 0 * values[i];
  return zero === 0;
}

/** @throws NonFiniteError for statistics that are not finite */
export function checkFinite<S extends Statistics>(statistics: S): S {
  const { counts, sums, logLikelihood } = statistics;
  if (Number.isFinite(logLikelihood) && areFinite(counts) && areFinite(sums)) {
    return statistics;
  }
  throw new NonFiniteError(
    "The E-step gave statistics that are not finite: a density over- or underflowed, or a parameter is not a number. Try a larger regCovar, or device: 'cpu' (float64).",
  );
}
