import { cpu } from '../backends/cpu/index.js';
import { statisticLength } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import { matrix } from '../data/matrix.js';
import { em } from '../em/em.js';
import { outranks, type Rank, rankOf } from '../em/fit.js';
import { AbortedError, EmError } from '../errors.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';
import { createRng } from '../numerics/rng.js';
import { type Candidates, drawCandidates } from './candidates.js';
import { hardStart, seedsAmong } from './k-means-plus-plus.js';
import { checkSignal } from './plus-plus.js';
import type { Start, StartOptions } from './start.js';

/** How many short runs there are, how long each may be, and where it begins. */
export interface ShortRuns {
  readonly mostRuns: number;
  /** As of `em`: a mean log-likelihood per row, and M-steps. */
  readonly tol: number;
  readonly maxIter: number;
  /** [K, D] means that a run begins with. */
  readonly seeds: typeof seedsAmong;
}

/** A run that is on its way to the best optimum shows it by then; docs/rules.md compares others. */
const DEFAULT: ShortRuns = { mostRuns: 8, tol: 1e-3, maxIter: 10, seeds: seedsAmong };
/** Multiply-adds that all runs together may cost: some tenths of a second. */
const MOST_OPERATIONS = 4e8;
/** A sample with fewer rows a component for each feature would be fitted in place of the rows. */
const ROWS_PER_FEATURE = 10;

/**
 * The best of several short runs of EM from k-means++ seeds (Biernacki, Celeux & Govaert 2003). They run in float64 on
 * the CPU, over the sample that seeds are drawn from, so that their cost does not grow with N. A run with a collapsed
 * component is kept only where all have one. Where runs would take long, or the sample is too small for the components,
 * this is the start from k-means++ seeds.
 */
export const shortRuns: Start = (model, rows, options) => bestOf(DEFAULT)(model, rows, options);

/** The same with other runs. */
export const bestOf =
  (settings: ShortRuns): Start =>
  async <P extends Arrays>(
    model: MixtureModel<P, Family<P>>,
    rows: Rows,
    { seed = 0, stream = 0, signal }: StartOptions = {},
  ) => {
    const rng = createRng(seed, stream);
    const candidates = await drawCandidates(model, rows, rng, signal);
    const draw = () => settings.seeds(candidates, model.nComponents, rng, signal);
    const seedSets = [await draw()];
    const runs = affordableRuns(settings, model, rows, candidates);
    if (runs === 1) return hardStart(model, rows, seedSets[0]);
    while (seedSets.length < runs) seedSets.push(await draw());
    const best = await bestRun(settings, model, candidates, seedSets, signal);
    if (!best) return hardStart(model, rows, seedSets[0]);
    if (candidates.weights.length === rows.shape[0]) return best;
    return model.mStep(await model.on(rows).eStep(best), best).parameters; // of all rows
  };

async function bestRun<P extends Arrays>(
  { tol, maxIter }: ShortRuns,
  model: MixtureModel<P, Family<P>>,
  { x, weights }: Candidates,
  seedSets: readonly Float64Array[],
  signal?: AbortSignal,
): Promise<MixtureParameters<P> | undefined> {
  const points = matrix(x, [weights.length, x.length / weights.length]);
  const sample = await cpu().load(points, { weights });
  const options = { tol, maxIter, signal };
  let best: { parameters: MixtureParameters<P>; rank: Rank } | undefined;
  for (const seeds of seedSets) {
    checkSignal(signal);
    try {
      const fit = await em(model, await hardStart(model, sample, seeds), sample, options);
      const rank = rankOf(fit);
      if (!best || outranks(rank, best.rank)) best = { parameters: fit.parameters, rank };
    } catch (error) {
      if (!(error instanceof EmError) || error instanceof AbortedError) throw error;
    }
  }
  return best?.parameters;
}

function affordableRuns<P extends Arrays>(
  { mostRuns, maxIter }: ShortRuns,
  { family, nComponents: k }: MixtureModel<P, Family<P>>,
  { shape: [n, d] }: Rows,
  { weights }: Candidates,
): number {
  const m = weights.length;
  if (k === 1 || (m < n && m < ROWS_PER_FEATURE * (d + 1) * k)) return 1;
  const eStep = m * k * (d + statisticLength(family.moments, d));
  return Math.max(1, Math.min(mostRuns, Math.floor(MOST_OPERATIONS / (maxIter * eStep))));
}
