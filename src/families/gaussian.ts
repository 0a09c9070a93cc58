import { InvalidArgumentError } from '../errors.js';
import { triangleLength } from '../numerics/triangle.js';
import type { Statistics } from '../statistics.js';
import type { CentredMoments, CovarianceType, Moments } from './covariance/covariance-type.js';
import { full } from './covariance/full.js';

export interface GaussianParameters {
  /** [K, D] */
  readonly means: Float64Array;
  /** shape by covariance type: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;
}

/** The Gaussian family under one covariance type: N(x | μ_k, Σ_k). */
export interface Gaussian {
  readonly name: 'gaussian';
  readonly covariance: CovarianceType;
  /** Added to every variance in each M-step, in squared units of the data (scikit-learn's reg_covar). */
  readonly regCovar: number;
}

/** @throws InvalidArgumentError for a negative regCovar */
export function gaussian({ covariance = full, regCovar = 1e-6 } = {}): Gaussian {
  if (!(regCovar >= 0 && Number.isFinite(regCovar))) {
    throw new InvalidArgumentError(`regCovar must be a finite number ≥ 0, got ${regCovar}.`);
  }
  return { name: 'gaussian', covariance, regCovar };
}

/** T: how many numbers a component's statistic has besides N_k. First D: Σ r (x − o); then second moments. */
export const statisticLength = (moments: Moments, d: number) =>
  d + (moments === 'full' ? triangleLength(d) : d);

/**
 * Components expecting less than this many rows are empty: their own statistics say nothing.
 */
export const EMPTY_ROWS = 1e-6;

/**
 * Maximum-likelihood means and component covariances from statistics about any origin:
 * δ = S₁/N_k, μ_k = o_k + δ, Σ_k = S₂/N_k − δδᵀ (exact for every o_k; no digits are lost while δ is small).
 * Components that expect no rows get their mean from `statistics.origin` and a covariance of 0.
 */
export function centredMoments(
  statistics: Statistics,
  moments: Moments,
  d: number,
): CentredMoments & { readonly means: Float64Array } {
  const { counts, sums, origin } = statistics;
  const length = statisticLength(moments, d);
  const secondLength = length - d;
  const means = Float64Array.from(origin);
  const covariances = new Float64Array(counts.length * secondLength);
  const delta = new Float64Array(d);

  counts.forEach((count, k) => {
    if (count < EMPTY_ROWS) return;
    const first = sums.subarray(k * length, k * length + d);
    const second = sums.subarray(k * length + d, (k + 1) * length);
    const covariance = covariances.subarray(k * secondLength, (k + 1) * secondLength);
    for (let j = 0; j < d; j++) {
      delta[j] = first[j] / count;
      means[k * d + j] += delta[j];
    }
    if (moments === 'diag') {
      for (let j = 0; j < d; j++) covariance[j] = Math.max(0, second[j] / count - delta[j] * delta[j]);
    } else {
      for (let i = 0, t = 0; i < d; i++) {
        for (let j = 0; j <= i; j++, t++) covariance[t] = second[t] / count - delta[i] * delta[j];
      }
    }
  });
  return { counts, means, covariances };
}
