import { type Densities, factorOf } from '../../../contract/densities.js';
import type { Posterior } from '../../../contract/posterior.js';
import type { Matrix } from '../../../data/matrix.js';
import type { Units } from '../rows/units.js';

/** Whole numbers below this are float32's. */
const WHOLE = 2 ** 24;

/** What a table's columns hold. */
export interface Extent {
  /** [D] */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** [D] whether all of a column's numbers are resident without rounding */
  readonly isExact: readonly boolean[];
}

interface Known {
  readonly points: Matrix;
  readonly units: Units;
  readonly extent: Extent;
}

export function extentOf({ data, shape: [n, d] }: Matrix, { center }: Units): Extent {
  const low = Float64Array.from(data.subarray(0, d));
  const high = Float64Array.from(low);
  const isWhole = new Array<boolean>(d).fill(true);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) {
      const value = data[at];
      if (value < low[j]) low[j] = value;
      if (value > high[j]) high[j] = value;
      if (!Number.isInteger(value)) isWhole[j] = false;
    }
  }
  const isExact = isWhole.map(
    (whole, j) => whole && Math.max(high[j] - center[j], center[j] - low[j]) <= WHOLE,
  );
  return { low, high, isExact };
}

/**
 * [K] terms that the log density of a component's rows is a sum of, nats: rounding moves it by 2⁻²⁴ of them. A constant
 * less the largest one, and a_k · (x − μ_k), in which x_j is as far from μ_kj as the column is wide; but on average no
 * further than twice the way from the mean of these rows, μ_kj, to an end of the column.
 */
export function linearTerms(
  densities: Densities,
  { units: { center, scale }, extent: { low, high, isExact } }: Pick<Known, 'units' | 'extent'>,
): Float64Array {
  const { nFeatures: d, logConstants, means } = densities;
  const largest = logConstants.reduce((a, b) => Math.max(a, b));
  return Float64Array.from(logConstants, (constant, k) => {
    if (constant === Number.NEGATIVE_INFINITY) return 0;
    const factor = factorOf(densities, k);
    let squares = 0;
    for (let j = 0; j < d; j++) {
      const mean = means[k * d + j];
      const toAnEnd = Math.max(0, Math.min(mean - low[j], high[j] - mean));
      const distance = Math.min(scale[j], 2 * toAnEnd);
      squares += (factor[j] * (isExact[j] ? distance : Math.hypot(mean - center[j], scale[j]))) ** 2;
    }
    return largest - constant + Math.sqrt(squares);
  });
}

/** Rows of a posterior whose log densities are sums of terms larger than `most` in all, nats; ascending. */
export function rowsOfLargeTerms(
  { begin, labels }: Posterior,
  { points: { data }, units: { center }, extent: { isExact } }: Known,
  densities: Densities,
  most: number,
): number[] {
  const { nFeatures: d, logConstants, means, factors } = densities;
  const largest = logConstants.reduce((a, b) => Math.max(a, b));
  const found: number[] = [];
  labels.forEach((k, i) => {
    const row = (begin + i) * d;
    let terms = largest - logConstants[k];
    for (let j = 0; j < d; j++) {
      const value = data[row + j];
      const rounded = isExact[j] ? 0 : Math.abs(value - center[j]);
      terms += Math.abs(factors[k * d + j]) * (Math.abs(value - means[k * d + j]) + rounded);
    }
    if (terms > most) found.push(begin + i);
  });
  return found;
}
