import type { Rows } from '../backends/backend.js';
import type { Mixture, MixtureParameters } from '../models/mixture.js';
import { at, triangleLength } from '../numerics/triangle.js';

export interface StartOptions {
  /** One seed gives one start. Default 0. */
  seed?: number;
  /** Restarts draw from streams of their own. Default 0. */
  stream?: number;
  signal?: AbortSignal;
}

/** Proposes a first θ. */
export type Start = (model: Mixture, rows: Rows, options?: StartOptions) => Promise<MixtureParameters>;

/**
 * Equal weights, the given means [K, D], and the columns' variances as everyone's covariance: the distance that a
 * start uses, in units of the columns (of all columns alike where the covariances are spherical).
 */
export function commonCovariance(model: Mixture, rows: Rows, means: Float64Array): MixtureParameters {
  const { nComponents, family } = model;
  const d = rows.shape[1];
  const variances = new Float64Array(triangleLength(d));
  for (let j = 0; j < d; j++) variances[at(j, j)] = rows.scale[j] ** 2;
  return {
    weights: new Float64Array(nComponents).fill(1 / nComponents),
    means,
    covariances: family.covariance.repeat(variances, nComponents, d),
  };
}

/** [D] the standard deviation by which that distance divides each column. */
export function columnUnits(model: Mixture, rows: Rows): Float64Array {
  const d = rows.shape[1];
  const { covariances } = commonCovariance(model, rows, new Float64Array(model.nComponents * d));
  const common = model.family.covariance.component(covariances, 0, d);
  return Float64Array.from({ length: d }, (_, j) => Math.sqrt(common[at(j, j)]));
}
