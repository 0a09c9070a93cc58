import type { Rows } from '../contract/table.js';
import { createRng, type Rng, sampleIndices } from '../numerics/rng.js';
import { around, type Start } from './start.js';

/** Equal weights, K different rows as means, and components as wide as all of the data. */
export const randomFromData: Start = async (model, rows, { seed = 0, stream = 0 } = {}) => {
  const k = model.nComponents;
  const means = await randomRows(rows, k, createRng(seed, stream));
  const one = model.withComponents(1);
  const about = around(one, rows, Float64Array.from(rows.center));
  const whole = one.mStep(await one.on(rows).eStep(about), about).parameters;
  return { ...model.family.around(means, k, rows, whole), weights: new Float64Array(k).fill(1 / k) };
};

/** [count, D] different rows, of those that count at all. */
export function randomRows(rows: Rows, count: number, rng: Rng): Promise<Float64Array> {
  const { weights } = rows;
  if (!weights) return rows.take(sampleIndices(rows.shape[0], count, rng));
  const counted = Array.from(weights.keys()).filter(i => weights[i] > 0);
  return rows.take(Array.from(sampleIndices(counted.length, count, rng), at => counted[at]));
}
