import { at, triangleLength } from '../../numerics/triangle.js';
import { type CovarianceType, notPositiveDefinite, type Whitening } from './covariance-type.js';

/** Every component has its own variance per feature: [K, D] (mclust's VVI). */
export const diag: CovarianceType = {
  name: 'diag',
  moments: 'diag',
  nParameters: (k, d) => k * d,
  shape: (k, d) => [k, d],
  componentLength: d => d,

  pool: ({ covariances }) => covariances,

  addToDiagonal(covariances, ridge, d) {
    for (let i = 0; i < covariances.length; i++) covariances[i] += ridge(i % d);
  },

  whiten: (covariances, k, d) => whitenVariances(covariances, k, d),

  component: (covariances, k, d) => diagonalTriangle(covariances.subarray(k * d, (k + 1) * d)),

  repeat(covariance, k, d) {
    return Float64Array.from({ length: k * d }, (_, i) => covariance[at(i % d, i % d)]);
  },
};

/**
 * [K, D] variances to reciprocal standard deviations.
 *
 * @param shared whether the variances of a component are one
 */
export function whitenVariances(variances: Float64Array, k: number, d: number, shared = false): Whitening {
  const factors = new Float64Array(k * d);
  const logDeterminants = new Float64Array(k);
  for (let component = 0; component < k; component++) {
    for (let j = 0; j < d; j++) {
      const value = variances[component * d + j];
      if (!(value > 0)) {
        throw notPositiveDefinite(`Covariance of component ${component}`, { pivot: j, value }, d, shared);
      }
      factors[component * d + j] = 1 / Math.sqrt(value);
      logDeterminants[component] -= 0.5 * Math.log(value);
    }
  }
  return { factors, logDeterminants };
}

/** Variances as the packed triangle of a diagonal matrix. */
export function diagonalTriangle(variances: Float64Array): Float64Array {
  const packed = new Float64Array(triangleLength(variances.length));
  variances.forEach((value, j) => {
    packed[at(j, j)] = value;
  });
  return packed;
}
