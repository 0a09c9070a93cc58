import { inverseFactor } from '../../numerics/inverse-factor.js';
import { packLower, triangleLength, unpackSymmetric } from '../../numerics/triangle.js';
import type { CovarianceType } from './covariance-type.js';
import { whitenInPlace } from './full.js';

/** All components share one covariance matrix: [D, D] (mclust's EEE). */
export const tied: CovarianceType = {
  name: 'tied',
  moments: 'full',
  nParameters: (_k, d) => triangleLength(d),
  shape: (_k, d) => [d, d],
  componentLength: () => 0,

  /** Σ = Σ_k N_k Σ_k / N */
  pool({ counts, covariances }, d) {
    const length = triangleLength(d);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const pooled = new Float64Array(length);
    counts.forEach((count, k) => {
      for (let t = 0; t < length; t++) pooled[t] += (count / total) * covariances[k * length + t];
    });
    const result = new Float64Array(d * d);
    unpackSymmetric(pooled, d, result);
    return result;
  },

  addToDiagonal(covariances, ridge, d) {
    for (let j = 0; j < d; j++) covariances[j * (d + 1)] += ridge(j);
  },

  whiten(covariances, k, d) {
    const factor = inverseFactor(d);
    const { triangle } = factor;
    packLower(covariances, d, 0, triangle);
    const logDeterminant = whitenInPlace(factor, d, 'The shared covariance');
    const factors = new Float64Array(k * triangle.length);
    for (let component = 0; component < k; component++) factors.set(triangle, component * triangle.length);
    return { factors, logDeterminants: new Float64Array(k).fill(logDeterminant) };
  },

  component: (covariances, _k, d) => packLower(covariances, d),

  repeat(covariance, _k, d) {
    const result = new Float64Array(d * d);
    unpackSymmetric(covariance, d, result);
    return result;
  },
};
