import { at } from '../../numerics/triangle.js';
import type { CovarianceType } from './covariance-type.js';
import { diagonalTriangle, whitenVariances } from './diag.js';

/** Every component has one variance for all features: [K] (mclust's VII). */
export const spherical: CovarianceType = {
  name: 'spherical',
  moments: 'diag',
  nParameters: k => k,
  shape: k => [k],
  componentLength: () => 1,

  /** The mean of the diagonal variances. */
  pool: ({ counts, covariances }, d) =>
    Float64Array.from(counts, (_, k) => mean(covariances.subarray(k * d, (k + 1) * d))),

  addToDiagonal(covariances, ridge) {
    for (let i = 0; i < covariances.length; i++) covariances[i] += ridge(0);
  },

  whiten: (covariances, k, d) =>
    whitenVariances(
      Float64Array.from({ length: k * d }, (_, i) => covariances[Math.floor(i / d)]),
      k,
      d,
      true,
    ),

  component: (covariances, k, d) => diagonalTriangle(new Float64Array(d).fill(covariances[k])),

  repeat(covariance, k, d) {
    const variances = Float64Array.from({ length: d }, (_, j) => covariance[at(j, j)]);
    return new Float64Array(k).fill(mean(variances));
  },
};

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
