import type { GaussianMixture } from '../../src/index.js';

/** Cov(x_i, x_j) under component k. */
export function covarianceAt(model: GaussianMixture, k: number, i: number, j: number): number {
  const { nFeatures: d, covariances } = model;
  switch (model.covarianceType) {
    case 'full':
      return covariances[k * d * d + i * d + j];
    case 'tied':
      return covariances[i * d + j];
    case 'diag':
      return i === j ? covariances[k * d + i] : 0;
    case 'spherical':
      return i === j ? covariances[k] : 0;
  }
}

export const meanAt = (model: GaussianMixture, k: number, j: number) => model.means[k * model.nFeatures + j];
