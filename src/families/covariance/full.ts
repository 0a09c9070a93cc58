import { choleskyInPlace, invertLowerInPlace } from '../../numerics/cholesky.js';
import { at, packLower, triangleLength, unpackSymmetric } from '../../numerics/triangle.js';
import { type CovarianceType, notPositiveDefinite, type Whitening } from './covariance-type.js';

/** Every component has its own covariance matrix: [K, D, D] (mclust's VVV). */
export const full: CovarianceType = {
  name: 'full',
  moments: 'full',
  nParameters: (k, d) => k * triangleLength(d),
  shape: (k, d) => [k, d, d],
  componentLength: d => d * d,

  pool({ counts, covariances }, d) {
    const length = triangleLength(d);
    const result = new Float64Array(counts.length * d * d);
    for (let k = 0; k < counts.length; k++) {
      unpackSymmetric(covariances.subarray(k * length, (k + 1) * length), d, result, k * d * d);
    }
    return result;
  },

  addToDiagonal(covariances, value, d) {
    for (let start = 0; start < covariances.length; start += d * d) {
      for (let j = 0; j < d; j++) covariances[start + j * (d + 1)] += value;
    }
  },

  whiten(covariances, k, d) {
    const length = triangleLength(d);
    const factors = new Float64Array(k * length);
    const logDeterminants = new Float64Array(k);
    for (let component = 0; component < k; component++) {
      const factor = factors.subarray(component * length, (component + 1) * length);
      factor.set(packLower(covariances, d, component * d * d));
      logDeterminants[component] = whitenInPlace(factor, d, `Covariance of component ${component}`);
    }
    return { factors, logDeterminants } satisfies Whitening;
  },

  component: (covariances, k, d) => packLower(covariances, d, k * d * d),

  repeat(covariance, k, d) {
    const result = new Float64Array(k * d * d);
    for (let component = 0; component < k; component++)
      unpackSymmetric(covariance, d, result, component * d * d);
    return result;
  },
};

/** Turn a packed covariance into W = L⁻¹ and return log det W. */
export function whitenInPlace(packed: Float64Array, d: number, subject: string): number {
  const bad = choleskyInPlace(packed, d);
  if (bad) throw notPositiveDefinite(subject, bad, d);
  invertLowerInPlace(packed, d);
  let logDeterminant = 0;
  for (let j = 0; j < d; j++) logDeterminant += Math.log(packed[at(j, j)]);
  return logDeterminant;
}
