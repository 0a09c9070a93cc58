import { type InverseFactor, inverseFactor } from '../../numerics/inverse-factor.js';
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

  addToDiagonal(covariances, ridge, d) {
    for (let start = 0; start < covariances.length; start += d * d) {
      for (let j = 0; j < d; j++) covariances[start + j * (d + 1)] += ridge(j);
    }
  },

  whiten(covariances, k, d) {
    const length = triangleLength(d);
    const factors = new Float64Array(k * length);
    const logDeterminants = new Float64Array(k);
    const factor = inverseFactor(d);
    for (let component = 0; component < k; component++) {
      packLower(covariances, d, component * d * d, factor.triangle);
      logDeterminants[component] = whitenInPlace(factor, d, `Covariance of component ${component}`);
      factors.set(factor.triangle, component * length);
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

/** Turn the packed covariance in `factor` into W = L⁻¹ and return log det W. */
export function whitenInPlace(factor: InverseFactor, d: number, subject: string): number {
  const bad = factor.run();
  if (bad) throw notPositiveDefinite(subject, bad, d);
  let logDeterminant = 0;
  for (let j = 0; j < d; j++) logDeterminant += Math.log(factor.triangle[at(j, j)]);
  return logDeterminant;
}
