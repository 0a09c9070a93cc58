import { createRng, sampleIndices } from '../numerics/rng.js';
import { commonCovariance, type Start } from './start.js';

/** Equal weights, K different rows as means, and the covariance of the data for every component. */
export const randomFromData: Start = async (model, rows, { seed = 0, stream = 0 } = {}) => {
  const [n, d] = rows.shape;
  const k = model.nComponents;
  const means = await rows.backend.take(rows, sampleIndices(n, k, createRng(seed, stream)));

  const one = model.withComponents(1);
  const whole = commonCovariance(one, rows, Float64Array.from(rows.center));
  const { covariances } = one.mStep(await one.eStep(whole, rows), whole).parameters;
  const { covariance } = model.family;
  return {
    weights: new Float64Array(k).fill(1 / k),
    means,
    covariances: covariance.repeat(covariance.component(covariances, 0, d), k, d),
  };
};
