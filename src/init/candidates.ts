import type { Rows } from '../contract/table.js';
import type { Arrays, Family } from '../families/family.js';
import { KMeansModel } from '../models/k-means.js';
import { concatenate } from '../numerics/concatenate.js';
import { type Rng, sampleIndices } from '../numerics/rng.js';
import { checkSignal, plusPlus } from './plus-plus.js';
import { columnUnits } from './start.js';

/** Rows drawn uniformly: at least so many, and so many a component. */
const NEAR_ROWS = 4096;
const NEAR_ROWS_PER_COMPONENT = 32;
/** One row in so many is enough: clusters of a hundred rows or more are among them. */
const DENSE = 32;
/** Rows drawn by their distance, for each that is drawn uniformly. */
const FAR_SHARE = 0.5;

/** Rows that stand for all. */
export interface Candidates {
  /** [m, D] in the caller's units */
  readonly x: Float64Array;
  /** [m, D] in units of the columns */
  readonly scaled: Float64Array;
  /** [m] how many rows each stands for: its weight / the expected number of its draws */
  readonly weights: Float64Array;
}

/**
 * A sample in which no far cluster is missed, however small: rows drawn uniformly, and rows drawn with probability
 * proportional to their squared distance from k-means++ seeds among those, in one pass of the backend over all rows.
 * A row's weight is one over the expected number of its draws of both kinds. Where n is at most 32 times the uniform
 * sample, that is dense enough alone, all of weight 1.
 */
export async function drawCandidates<P extends Arrays>(
  model: { readonly family: Family<P>; readonly nComponents: number },
  rows: Rows,
  rng: Rng,
  signal?: AbortSignal,
): Promise<Candidates> {
  const [n, d] = rows.shape;
  const k = model.nComponents;
  const size = Math.min(n, Math.max(NEAR_ROWS, NEAR_ROWS_PER_COMPONENT * k));
  const farSize = Math.ceil(FAR_SHARE * size);
  const units = columnUnits(model, rows);
  const scale = (x: Float64Array) => x.map((value, i) => value / units[i % d]);

  const weightOf = (index: number) => rows.weights?.[index] ?? 1;
  const indices = sampleIndices(n, size, rng);
  const near = await rows.take(indices);
  const own = Float64Array.from(indices, weightOf);
  if (n <= DENSE * size) return { x: near, scaled: scale(near), weights: own };

  const { chosen, distances } = await plusPlus(scale(near), own, k, rng, { trials: 1, signal });
  const seeds = rowsOf(near, chosen, d);
  const estimate = (n / size) * distances.reduce((sum, distance) => sum + distance, 0);
  const far = await drawByDistance(units, rows, seeds, { size: farSize, estimate }, rng, signal);

  const x = concatenate(near, await rows.take(far.indices));
  const squares = concatenate(distances, far.distances);
  const counts = concatenate(own, Float64Array.from(far.indices, weightOf));
  const weights = squares.map((square, i) => counts[i] / (size / n + (farSize * square) / (far.total || 1)));
  return { x, scaled: scale(x), weights };
}

/** [indices.length, D] rows of x. */
export function rowsOf(x: Float64Array, indices: readonly number[], d: number): Float64Array {
  const taken = new Float64Array(indices.length * d);
  indices.forEach((row, i) => {
    taken.set(x.subarray(row * d, (row + 1) * d), i * d);
  });
  return taken;
}

/**
 * About `size` rows, drawn independently with probability proportional to their weighted squared distance from the seeds. One
 * pass: draws are a Poisson process along the running sum of squares, at the rate that `estimate` of their total
 * allows, slower once the running sum exceeds it; at the end they are thinned to the rate of the true total.
 */
async function drawByDistance(
  units: Float64Array,
  rows: Rows,
  seeds: Float64Array,
  { size, estimate }: { size: number; estimate: number },
  rng: Rng,
  signal?: AbortSignal,
) {
  const clusters = new KMeansModel(seeds.length / units.length, units);
  const draws: { index: number; distance: number; total: number }[] = [];
  const gap = () => -Math.log(1 - rng.uniform());
  let total = 0;
  let untilNext = gap();
  for await (const { begin, squares } of clusters.on(rows).nearest({ centers: seeds })) {
    checkSignal(signal);
    for (let i = 0; i < squares.length; i++) {
      const distance = (rows.weights?.[begin + i] ?? 1) * squares[i];
      if (!(distance > 0)) continue;
      total += distance;
      const assumed = Math.max(total, estimate);
      untilNext -= (size * distance) / assumed;
      for (; untilNext <= 0; untilNext += gap()) draws.push({ index: begin + i, distance, total: assumed });
    }
  }
  const kept = draws.filter(draw => rng.uniform() * Math.max(total, estimate) < draw.total);
  return {
    indices: kept.map(({ index }) => index),
    distances: Float64Array.from(kept, ({ distance }) => distance),
    total: Math.max(total, estimate),
  };
}
