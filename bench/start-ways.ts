import type { GaussianMixtureOptions } from '../src/index.js';
import { type Candidates, rowsOf } from '../src/init/candidates.js';
import { seedsAmong } from '../src/init/k-means-plus-plus.js';
import { plusPlus } from '../src/init/plus-plus.js';
import { bestOf, type ShortRuns } from '../src/init/short-runs.js';
import type { Start } from '../src/init/start.js';
import { type Rng, sampleIndices } from '../src/numerics/rng.js';

/** One way to fit: the default but for this. */
export interface Way {
  readonly name: string;
  readonly start?: Start;
  readonly options?: Partial<GaussianMixtureOptions>;
}

const RUNS: ShortRuns = { mostRuns: 8, tol: 1e-3, maxIter: 10, seeds: seedsAmong };

export const STARTS: readonly Way[] = [
  { name: 'random rows', options: { init: 'random-from-data' } },
  { name: 'k-means++, plain', start: bestOf({ ...RUNS, mostRuns: 1, seeds: plainSeeds }) },
  { name: 'k-means++, greedy', options: { init: 'k-means++' } },
  { name: 'k-means', options: { init: 'k-means' } },
  { name: 'short runs: 8 from random rows', start: bestOf({ ...RUNS, seeds: randomRows }) },
  { name: 'short runs: 8 from plain k-means++', start: bestOf({ ...RUNS, seeds: plainSeeds }) },
  { name: 'short runs: 4', start: bestOf({ ...RUNS, mostRuns: 4 }) },
  { name: 'short runs: 8 (default)' },
  { name: 'short runs: 8, twice as long', start: bestOf({ ...RUNS, maxIter: 20 }) },
  { name: 'short runs: 8, of 20 steps to 1e-5', start: bestOf({ ...RUNS, maxIter: 20, tol: 1e-5 }) },
  { name: 'short runs: 16', start: bestOf({ ...RUNS, mostRuns: 16 }) },
  { name: '8 fits from greedy k-means++', options: { init: 'k-means++', nInit: 8 } },
];

export const STOPS: readonly Way[] = [
  { name: 'plain EM, 1e-3', options: { tol: 1e-3, accelerate: 'none' } },
  { name: 'plain EM, 1e-5', options: { tol: 1e-5, accelerate: 'none' } },
  { name: 'SQUAREM, 1e-4', options: { tol: 1e-4, accelerate: 'squarem' } },
  { name: 'SQUAREM, 1e-5', options: { tol: 1e-5, accelerate: 'squarem' } },
  { name: 'SQUAREM, 1e-6 (default)' },
  { name: 'SQUAREM, 1e-8', options: { tol: 1e-8, accelerate: 'squarem' } },
  { name: 'Anderson, 1e-6', options: { tol: 1e-6, accelerate: 'anderson' } },
];

/** k-means++ as it was published first: one row drawn for each seed. */
async function plainSeeds({ x, scaled, weights }: Candidates, k: number, rng: Rng): Promise<Float64Array> {
  const { chosen } = await plusPlus(scaled, weights, k, rng, { trials: 1 });
  return rowsOf(x, chosen, x.length / weights.length);
}

async function randomRows({ x, weights }: Candidates, k: number, rng: Rng): Promise<Float64Array> {
  return rowsOf(x, Array.from(sampleIndices(weights.length, k, rng)), x.length / weights.length);
}
