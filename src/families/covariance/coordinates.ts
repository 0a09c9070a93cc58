import type { Moments } from '../../contract/statistics.js';
import { choleskyInPlace } from '../../numerics/cholesky.js';
import { at, packLower, triangleLength, unpackSymmetric } from '../../numerics/triangle.js';

/**
 * Covariances as unbounded coordinates: logarithms of variances, or of each matrix its Cholesky factor with the
 * logarithms of its diagonal (Pinheiro & Bates 1996). Every vector is that of positive definite covariances.
 */
export function covarianceVector(covariances: Float64Array, moments: Moments, d: number): Float64Array {
  if (moments !== 'full') return covariances.map(Math.log);
  const length = triangleLength(d);
  const vector = new Float64Array((covariances.length / (d * d)) * length);
  for (let start = 0, offset = 0; offset < vector.length; start += d * d, offset += length) {
    const factor = packLower(covariances, d, start);
    choleskyInPlace(factor, d);
    for (let j = 0; j < d; j++) factor[at(j, j)] = Math.log(factor[at(j, j)]);
    vector.set(factor, offset);
  }
  return vector;
}

export function covariancesFromVector(vector: Float64Array, moments: Moments, d: number): Float64Array {
  if (moments !== 'full') return vector.map(Math.exp);
  const length = triangleLength(d);
  const covariances = new Float64Array((vector.length / length) * d * d);
  for (let start = 0, offset = 0; offset < vector.length; start += d * d, offset += length) {
    const factor = vector.slice(offset, offset + length);
    for (let j = 0; j < d; j++) factor[at(j, j)] = Math.exp(factor[at(j, j)]);
    unpackSymmetric(timesTranspose(factor, d), d, covariances, start);
  }
  return covariances;
}

/** Packed L Lᵀ of a packed L. */
function timesTranspose(factor: Float64Array, d: number): Float64Array {
  const product = new Float64Array(factor.length);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let m = 0; m <= j; m++) sum += factor[at(i, m)] * factor[at(j, m)];
      product[at(i, j)] = sum;
    }
  }
  return product;
}
