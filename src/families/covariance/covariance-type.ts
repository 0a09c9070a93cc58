import type { Moments } from '../../contract/statistics.js';
import { DegenerateCovarianceError } from '../../errors.js';
import type { BadPivot } from '../../numerics/cholesky.js';

/** The names scikit-learn gives the four shapes of a mixture's covariances. */
export type CovarianceName = 'full' | 'tied' | 'diag' | 'spherical';

/** Second moments of K components about their means: N_k and the K maximum-likelihood covariances. */
export interface CentredMoments {
  /** [K] N_k */
  readonly counts: Float64Array;
  /** full: [K, D(D+1)/2] packed lower triangles of Σ_k; diag: [K, D] variances */
  readonly covariances: Float64Array;
}

/** W_k with W_kᵀ W_k = Σ_k⁻¹, as the backends take it, and log det W_k. */
export interface Whitening {
  /** full: [K, D(D+1)/2] packed lower triangles; diag: [K, D] */
  readonly factors: Float64Array;
  /** [K] */
  readonly logDeterminants: Float64Array;
}

/** What is added to the variance of column j. */
export type Ridge = (j: number) => number;

/** What the four covariance types differ in: a policy object instead of a string compared everywhere. */
export interface CovarianceType {
  readonly name: CovarianceName;
  /** The statistic the backends must reduce for it. */
  readonly moments: Exclude<Moments, 'first'>;
  /** Free parameters of the covariances. */
  nParameters(k: number, d: number): number;
  /** Shape of the row-major array: full [K, D, D], tied [D, D], diag [K, D], spherical [K]. */
  shape(k: number, d: number): number[];
  /** How many of these numbers belong to one component alone (tied: 0). */
  componentLength(d: number): number;
  /** Covariances from the components' own maximum-likelihood covariances. */
  pool(moments: CentredMoments, d: number): Float64Array;
  /** The same with `ridge(j)` added to every variance of column j, in place; spherical: `ridge(0)`. */
  addToDiagonal(covariances: Float64Array, ridge: Ridge, d: number): void;
  /** @throws DegenerateCovarianceError naming the component and the pivot */
  whiten(covariances: Float64Array, k: number, d: number): Whitening;
  /** Covariance of component k as a packed lower triangle. */
  component(covariances: Float64Array, k: number, d: number): Float64Array;
  /** `covariance` [packed triangle, D] as every component's covariance, in this type's shape. */
  repeat(covariance: Float64Array, k: number, d: number): Float64Array;
}

const ADVICE = 'Try a larger regCovar, fewer components, or standardised columns.';

/**
 * The error of a covariance whose factorisation broke down.
 *
 * @param shared whether the pivot is that of one variance for all columns
 */
export function notPositiveDefinite(
  subject: string,
  { pivot, value }: BadPivot,
  d: number,
  shared = false,
): Error {
  return new DegenerateCovarianceError(
    `${subject} is not positive definite (pivot ${pivot + 1} of ${d} is ${Number(value.toPrecision(3))}). ${ADVICE}`,
    shared ? undefined : pivot,
  );
}
