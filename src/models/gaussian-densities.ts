import type { Moments } from '../families/covariance/covariance-type.js';

/**
 * A mixture of Gaussians, ready to evaluate: what both backends compute
 * log π_k + log N(x | μ_k, Σ_k) = logConstants[k] − ½ |W_k (x − μ_k)|² from, with W_kᵀ W_k = Σ_k⁻¹.
 */
export interface GaussianDensities {
  readonly family: 'gaussian';
  readonly moments: Moments;
  readonly nComponents: number;
  readonly nFeatures: number;
  /** [K] log π_k + log det W_k − (D/2) log 2π, in nats */
  readonly logConstants: Float64Array;
  /** [K, D] */
  readonly means: Float64Array;
  /** full: [K, D(D+1)/2] lower triangles of W_k, row by row; diag: [K, D] reciprocal standard deviations */
  readonly whitening: Float64Array;
}
