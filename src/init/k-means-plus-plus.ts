import type { Rows } from '../contract/table.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';
import { createRng, type Rng } from '../numerics/rng.js';
import { type Candidates, drawCandidates, rowsOf } from './candidates.js';
import { plusPlus } from './plus-plus.js';
import { around, type Start, type StartOptions } from './start.js';

/**
 * k-means++ seeds, each with the rows nearest to it: the M-step of that partition.
 * Seeds are drawn from a weighted sample of the rows: beyond two passes of the backend the cost does not grow with N.
 */
export const kMeansPlusPlus: Start = async (model, rows, options = {}) =>
  hardStart(model, rows, await kMeansPlusPlusSeeds(model, rows, options));

/**
 * The M-step of the partition of rows among components about the given means [K, D] that are alike but for these.
 * Constants that all share are left out: of components as wide as the data they would hide what rows differ in.
 */
export async function hardStart<P extends Arrays>(
  model: MixtureModel<P, Family<P>>,
  rows: Rows,
  means: Float64Array,
): Promise<MixtureParameters<P>> {
  const about = around(model, rows, means);
  const densities = model.densities(about, rows);
  const largest = densities.logConstants.reduce((a, b) => Math.max(a, b));
  const logConstants = densities.logConstants.map(value => value - largest);
  const statistics = await rows.eStep({ ...densities, logConstants }, { assignment: 'hard' });
  return model.mStep(statistics, about).parameters;
}

/** [K, D] seeds in the caller's units. */
export async function kMeansPlusPlusSeeds<P extends Arrays>(
  model: { readonly family: Family<P>; readonly nComponents: number },
  rows: Rows,
  { seed = 0, stream = 0, signal }: StartOptions = {},
): Promise<Float64Array> {
  const rng = createRng(seed, stream);
  return seedsAmong(await drawCandidates(model, rows, rng, signal), model.nComponents, rng, signal);
}

/** [K, D] k-means++ seeds among candidates, in the caller's units. */
export async function seedsAmong(
  { x, scaled, weights }: Candidates,
  k: number,
  rng: Rng,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { chosen } = await plusPlus(scaled, weights, k, rng, { signal });
  return rowsOf(x, chosen, x.length / weights.length);
}
