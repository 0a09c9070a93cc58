import { createRng, sampleIndices } from '../numerics/rng.js';
import { around, type Start } from './start.js';

/** Equal weights, K different rows as means, and components as wide as all of the data. */
export const randomFromData: Start = async (model, rows, { seed = 0, stream = 0 } = {}) => {
  const k = model.nComponents;
  const means = await rows.take(sampleIndices(rows.shape[0], k, createRng(seed, stream)));
  const one = model.withComponents(1);
  const about = around(one, rows, Float64Array.from(rows.center));
  const whole = one.mStep(await one.on(rows).eStep(about), about).parameters;
  return { ...model.family.around(means, k, rows, whole), weights: new Float64Array(k).fill(1 / k) };
};
