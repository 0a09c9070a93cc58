import type { DataSet, Time } from './data-set.js';

/** One column of a data set, in order. */
export interface Series {
  readonly name: string;
  /** what is measured */
  readonly label: string;
  /** [n] */
  readonly values: Float32Array | Float64Array;
  readonly time: Time;
  /** Whether all values are counts. */
  readonly isCounts: boolean;
}

export function seriesOf(
  { name, points, columns, time = { unit: 'step', first: 1 } }: DataSet,
  j: number,
): Series {
  const { data, shape } = points;
  const [n, d] = shape;
  const values =
    d === 1
      ? (data as Float32Array | Float64Array)
      : Float64Array.from({ length: n }, (_, i) => data[i * d + j]);
  return { name, label: columns[j], values, time, isCounts: values.every(isCount) };
}

const isCount = (value: number) => Number.isInteger(value) && value >= 0;
