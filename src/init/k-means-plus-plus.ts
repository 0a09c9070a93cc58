import { AbortedError } from '../errors.js';
import { pauser } from '../numerics/pause.js';
import { createRng, type Rng, sampleIndices } from '../numerics/rng.js';
import { columnUnits, commonCovariance, type Start } from './start.js';

/** Seeds are chosen among at least this many rows, and this many a component. */
const SAMPLE_ROWS = 4096;
const SAMPLE_ROWS_PER_COMPONENT = 32;
/** Differences of features that greedy trials may cost altogether: a second or two. */
const MOST_DIFFERENCES = 2e9;

/**
 * k-means++ seeds, each with the rows nearest to it: weights, means and covariances of that partition.
 * Seeds are drawn from a uniform sample of the rows, so that the cost does not grow with N.
 */
export const kMeansPlusPlus: Start = async (model, rows, options = {}) => {
  const seeds = await kMeansPlusPlusSeeds(model, rows, options);
  const start = commonCovariance(model, rows, seeds);
  return model.mStep(await model.eStep(start, rows, 'hard'), start).parameters;
};

/** [K, D] seeds in the caller's units. */
export async function kMeansPlusPlusSeeds(
  ...[model, rows, { seed = 0, stream = 0, signal } = {}]: Parameters<Start>
): Promise<Float64Array> {
  const [n, d] = rows.shape;
  const rng = createRng(seed, stream);
  const size = Math.min(n, Math.max(SAMPLE_ROWS, SAMPLE_ROWS_PER_COMPONENT * model.nComponents));
  const sample = await rows.backend.take(rows, sampleIndices(n, size, rng));
  const units = columnUnits(model, rows);
  const scaled = sample.map((value, i) => value / units[i % d]);
  const chosen = await plusPlus(scaled, d, model.nComponents, rng, signal);
  const seeds = new Float64Array(model.nComponents * d);
  chosen.forEach((row, k) => {
    seeds.set(sample.subarray(row * d, (row + 1) * d), k * d);
  });
  return seeds;
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007): each next seed is the best of 2 + ln K rows drawn with
 * probability proportional to the squared distance from the seeds so far (fewer where that would take long).
 *
 * @param x [m, D]
 * @returns K rows of x; different ones for as long as there are different rows
 */
export async function plusPlus(
  x: Float64Array,
  d: number,
  k: number,
  rng: Rng,
  signal?: AbortSignal,
): Promise<number[]> {
  const m = x.length / d;
  const affordable = Math.max(1, Math.floor(MOST_DIFFERENCES / (m * k * d)));
  const trials = Math.min(2 + Math.floor(Math.log(k)), affordable);
  const pause = pauser();
  const chosen = [rng.integer(m)];
  let nearest = squaredDistances(x, d, chosen[0]);
  while (chosen.length < k) {
    await pause();
    if (signal?.aborted) throw new AbortedError('Aborted while seeds were chosen: there is no model yet.');
    const total = nearest.reduce((sum, value) => sum + value, 0);
    if (total === 0) {
      chosen.push(rng.integer(m)); // fewer distinct rows than seeds: repeat some
      continue;
    }
    let best = { row: 0, potential: Number.POSITIVE_INFINITY, distances: nearest };
    for (let trial = 0; trial < trials; trial++) {
      const row = draw(nearest, total * rng.uniform());
      const distances = squaredDistances(x, d, row, nearest);
      const potential = distances.reduce((sum, value) => sum + value, 0);
      if (potential < best.potential) best = { row, potential, distances };
    }
    chosen.push(best.row);
    nearest = best.distances;
  }
  return chosen;
}

/** The index at which the running sum of `masses` passes `target`; never one of mass 0. */
function draw(masses: Float64Array, target: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] === 0) continue;
    sum += masses[i];
    last = i;
    if (sum > target) return i;
  }
  return last;
}

function squaredDistances(x: Float64Array, d: number, row: number, atMost?: Float64Array): Float64Array {
  const m = x.length / d;
  const distances = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let squares = 0;
    for (let j = 0; j < d; j++) {
      const difference = x[i * d + j] - x[row * d + j];
      squares += difference * difference;
    }
    distances[i] = atMost && atMost[i] < squares ? atMost[i] : squares;
  }
  return distances;
}
