import type { Rows } from '../backends/backend.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';
import { createRng } from '../numerics/rng.js';
import { drawCandidates, rowsOf } from './candidates.js';
import { plusPlus } from './plus-plus.js';
import { around, type Start, type StartOptions } from './start.js';

/**
 * k-means++ seeds, each with the rows nearest to it: the M-step of that partition.
 * Seeds are drawn from a weighted sample of the rows: beyond two passes of the backend the cost does not grow with N.
 */
export const kMeansPlusPlus: Start = async (model, rows, options = {}) =>
  hardStart(model, rows, await kMeansPlusPlusSeeds(model, rows, options));

/** The M-step of the hard E-step of components about the given means [K, D]. */
export async function hardStart<P extends Arrays>(
  model: MixtureModel<P, Family<P>>,
  rows: Rows,
  means: Float64Array,
): Promise<MixtureParameters<P>> {
  const about = around(model, rows, means);
  return model.mStep(await model.eStep(about, rows, { assignment: 'hard' }), about).parameters;
}

/** [K, D] seeds in the caller's units. */
export async function kMeansPlusPlusSeeds<P extends Arrays>(
  model: { readonly family: Family<P>; readonly nComponents: number },
  rows: Rows,
  { seed = 0, stream = 0, signal }: StartOptions = {},
): Promise<Float64Array> {
  const rng = createRng(seed, stream);
  const { x, scaled, weights } = await drawCandidates(model, rows, rng, signal);
  const { chosen } = await plusPlus(scaled, weights, model.nComponents, rng, { signal });
  return rowsOf(x, chosen, rows.shape[1]);
}
