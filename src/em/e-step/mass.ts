import type { Statistics } from '../../contract/statistics.js';
import type { Bounds } from './constraints.js';

/** Statistics under q ∝ p(x, z | θ) e^(b_z). */
export type Project = (bias: Float64Array) => Promise<Statistics>;

/** Steps of scaling all weights at once, and passes of mending them one at a time. */
const SCALINGS = 30;
const PASSES = 20;
const BISECTIONS = 80;
/** Stands for no rows in a logarithm. */
const NOTHING = 1e-300;

/** Rows by which N_k misses what its b asks for: a bound where b ≠ 0, either bound where b = 0. */
export function missed({ counts }: Statistics, bias: Float64Array, { least, most }: Bounds): Float64Array {
  return counts.map((count, c) => {
    if (bias[c] > 0) return Math.abs(count - least[c]);
    if (bias[c] < 0) return Math.abs(count - most[c]);
    return Math.max(0, least[c] - count, count - most[c]);
  });
}

/**
 * The dual of bounds on expected counts: b with N_k(b) within them, and at one where b_k ≠ 0. First all weights are
 * scaled at once, b_k ← clamp(0; b_k + log(l_k / N_k), b_k + log(u_k / N_k)) (Sinkhorn & Knopp 1967), which is enough
 * where components overlap; then, one after the other, each N_k, which grows with b_k alone, is brought to its bound by
 * bracketing.
 *
 * @returns the statistics there, or as near as it came
 */
export async function meetBounds(
  project: Project,
  start: Float64Array,
  bounds: Bounds,
  tolerance: number,
): Promise<{ found: Statistics; bias: Float64Array }> {
  let bias = start;
  let found = await project(bias);
  const worst = () => {
    bias = shifted(found, bias, bounds);
    return largest(missed(found, bias, bounds));
  };
  for (let step = 0, before = Number.POSITIVE_INFINITY; step < SCALINGS; step++) {
    const now = worst();
    if (now <= tolerance) return { found, bias };
    if (now > 0.9 * before && step > 2) break; // a staircase, or groups of rows that overshoot
    before = now;
    bias = bias.map((b, c) => scaled(b, found.counts[c], bounds, c));
    found = await project(bias);
  }
  for (let pass = 0; pass < PASSES && worst() > tolerance; pass++) {
    for (let c = 0; c < bias.length; c++) {
      if (missed(found, bias, bounds)[c] <= tolerance / 2) continue;
      ({ found, bias } = await mend(project, bias, found, bounds, c, tolerance / 2));
    }
  }
  return { found, bias };
}

/** A constant added to all of b changes no q: the one under which b and the bounds agree best. */
function shifted(found: Statistics, bias: Float64Array, bounds: Bounds): Float64Array {
  const candidates = [bias, ...Array.from(bias, own => bias.map(b => b - own))];
  const misses = candidates.map(candidate => largest(missed(found, candidate, bounds)));
  return candidates[misses.indexOf(Math.min(...misses))];
}

const largest = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b));

function scaled(b: number, count: number, { least, most }: Bounds, c: number): number {
  const own = Math.log(Math.max(count, NOTHING));
  const lower = least[c] > 0 ? b + Math.log(least[c]) - own : Number.NEGATIVE_INFINITY;
  return Math.max(lower, Math.min(0, b + Math.log(Math.max(most[c], NOTHING)) - own));
}

/** Move b_c alone until N_c is right: N_c grows with it, so that a bracket can only shrink. */
async function mend(
  project: Project,
  start: Float64Array,
  first: Statistics,
  bounds: Bounds,
  c: number,
  tolerance: number,
): Promise<{ found: Statistics; bias: Float64Array }> {
  let bias = start;
  let found = first;
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let step = 1, tries = 0; tries < BISECTIONS && missed(found, bias, bounds)[c] > tolerance; tries++) {
    const b = bias[c];
    const tooMany = found.counts[c] > (b > 0 ? bounds.least[c] : bounds.most[c]);
    if (tooMany) high = b;
    else low = b;
    let next = (low + high) / 2;
    if (!Number.isFinite(next)) {
      next = b + (tooMany ? -step : step);
      step *= 2;
    }
    // What b = 0 allows is between the two bounds, so that it is never stepped over.
    if (b * next < 0) next = 0;
    bias = bias.map((value, i) => (i === c ? next : value));
    found = await project(bias);
  }
  return { found, bias };
}
