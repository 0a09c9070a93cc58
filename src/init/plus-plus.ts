import { AbortedError } from '../errors.js';
import { pauser } from '../numerics/pause.js';
import type { Rng } from '../numerics/rng.js';

/** Differences of features that greedy trials may cost altogether: a second or two. */
const MOST_DIFFERENCES = 2e9;

export interface PlusPlusOptions {
  /** Rows drawn for each seed, of which the best is taken. Default: 2 + ln K, fewer where that would take long. */
  readonly trials?: number;
  readonly signal?: AbortSignal;
}

export interface PlusPlus {
  /** [K] rows of x; different ones for as long as there are different rows */
  readonly chosen: number[];
  /** [m] w_i min_a |x_i − x_a|² over the chosen rows a */
  readonly distances: Float64Array;
}

/**
 * Weighted k-means++ (Arthur & Vassilvitskii 2007): seeds are drawn with probability proportional to w_i d_i², d_i the
 * distance from the seeds so far; with several trials each is the one of them that leaves the smallest Σ_i w_i d_i².
 *
 * @param x [m, D]
 * @param weights [m]
 * @throws AbortedError
 */
export async function plusPlus(
  x: Float64Array,
  weights: Float64Array,
  k: number,
  rng: Rng,
  { trials, signal }: PlusPlusOptions = {},
): Promise<PlusPlus> {
  const m = weights.length;
  const count = trials ?? greedyTrials(x.length, k);
  const pause = pauser();
  const chosen = [draw(weights, rng)];
  let distances = weightedDistances(x, weights, chosen[0]);
  while (chosen.length < k) {
    await pause();
    checkSignal(signal);
    if (sum(distances) === 0) {
      chosen.push(rng.integer(m)); // fewer distinct rows than seeds: repeat some
      continue;
    }
    const drawn = Array.from({ length: count }, () => draw(distances, rng));
    let best = { row: 0, potential: Number.POSITIVE_INFINITY, distances };
    for (const row of drawn) {
      const left = weightedDistances(x, weights, row, distances);
      const potential = sum(left);
      if (potential < best.potential) best = { row, potential, distances: left };
    }
    chosen.push(best.row);
    distances = best.distances;
  }
  return { chosen, distances };
}

/** @throws AbortedError */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('Aborted while seeds were chosen: there is no model yet.');
}

function greedyTrials(numbers: number, k: number): number {
  const affordable = Math.max(1, Math.floor(MOST_DIFFERENCES / (numbers * k)));
  return Math.min(2 + Math.floor(Math.log(k)), affordable);
}

/** An index, with probability proportional to its mass; never one of mass 0. */
function draw(masses: Float64Array, rng: Rng): number {
  const target = sum(masses) * rng.uniform();
  let passed = 0;
  let last = 0;
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] === 0) continue;
    passed += masses[i];
    last = i;
    if (passed > target) return i;
  }
  return last;
}

function weightedDistances(
  x: Float64Array,
  weights: Float64Array,
  row: number,
  atMost?: Float64Array,
): Float64Array {
  const m = weights.length;
  const d = x.length / m;
  const distances = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let squares = 0;
    for (let j = 0; j < d; j++) {
      const difference = x[i * d + j] - x[row * d + j];
      squares += difference * difference;
    }
    const distance = weights[i] * squares;
    distances[i] = atMost && atMost[i] < distance ? atMost[i] : distance;
  }
  return distances;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
