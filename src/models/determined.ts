import type { SumOptions } from '../contract/e-step.js';
import type { Statistics } from '../contract/statistics.js';

/** What a family knows of the rounding of its statistics. */
export interface Doubts<S> {
  /** Components that their rounding leaves open. */
  doubtful(statistics: S): number[];
  /** Components whose means leap further than sums about the origin bear in float64. */
  leapt(statistics: S): number[];
}

/** Each takes a mean nearer to itself by the digits of float64, and no number has more than these. */
const MOST_LEAPS = 4;

/**
 * Statistics that determine the M-step: components that rounding leaves open are asked for again in float64, and those
 * whose means leap far about where the means are.
 */
export async function determined<S extends Statistics>(
  ask: (sums: SumOptions) => Promise<S>,
  { doubtful, leapt }: Doubts<S>,
): Promise<S> {
  let statistics = await ask({});
  const exact = doubtful(statistics);
  if (exact.length > 0) statistics = await ask({ exact });
  for (let leap = 0; leap < MOST_LEAPS; leap++) {
    const far = leapt(statistics);
    if (far.length === 0) break;
    statistics = await ask({ exact: far, origin: originOf(statistics, far) });
  }
  return statistics;
}

/** [K, D] the means of some components, and the origin of the others. */
function originOf({ counts, sums, origin }: Statistics, far: readonly number[]): Float64Array {
  const moved = Float64Array.from(origin);
  const d = origin.length / counts.length;
  const length = sums.length / counts.length;
  for (const k of far) {
    for (let j = 0; j < d; j++) moved[k * d + j] += sums[k * length + j] / counts[k];
  }
  return moved;
}
