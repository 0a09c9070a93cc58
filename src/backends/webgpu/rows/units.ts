import type { ColumnMoments } from '../../../data/columns.js';
import type { Matrix } from '../../../data/matrix.js';
/** Rows further than this from the centre, in resident units, would drown the digits of the others' sums. */
export const FAR = 2 ** 10;

/** Rows that are looked at. */
const SAMPLE = 2048;
/** The middle nine tenths of a normal column are this many standard deviations wide to either side. */
const MIDDLE = 1.645;
/** A column whose middle is this many times narrower than its standard deviation has rows that are far out. */
const DRAWN_OUT = 32;

/**
 * The units that rows are resident in: the columns' own means and standard deviations; or, where a few rows draw those
 * far out, the median and the spread of the middle nine tenths, so that the others keep their digits. Of whole
 * numbers the centre is whole and the scale a power of two: counts that differ by less than 2²⁴ are resident exactly.
 */
export function residentUnits({ data, shape: [n, d] }: Matrix, { center, scale }: ColumnMoments): Units {
  const step = Math.max(1, Math.floor(n / SAMPLE));
  const size = Math.floor((n - 1) / step) + 1;
  const units = { center: new Float64Array(d), scale: new Float64Array(d) };
  const sample = new Float64Array(size);
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < size; i++) sample[i] = data[i * step * d + j];
    sample.sort();
    const quantile = (share: number) => sample[Math.round(share * (size - 1))];
    const spread = (quantile(0.95) - quantile(0.05)) / (2 * MIDDLE);
    const isDrawnOut = spread > 0 && scale[j] > DRAWN_OUT * spread;
    const [middle, width] = isDrawnOut ? [quantile(0.5), spread] : [center[j], scale[j]];
    const isWhole = sample.every(Number.isInteger);
    units.center[j] = isWhole ? Math.round(middle) : middle;
    units.scale[j] = isWhole ? 2 ** Math.round(Math.log2(width)) : width;
  }
  return units;
}
/** Columns as they are resident: (x − center) / scale. */
export interface Units {
  readonly center: Float64Array;
  readonly scale: Float64Array;
}
