import type { Matrix } from './matrix.js';

/** [D] mean and standard deviation of each column. */
export interface ColumnMoments {
  readonly center: Float64Array;
  /** 1 where the column is constant */
  readonly scale: Float64Array;
}

/**
 * Mean and standard deviation of each column in float64, in two passes (differences first, from row 0 and then
 * from the mean: a constant column gives exactly its value and scale 1).
 */
export function columnMoments({ data, shape: [n, d] }: Matrix): ColumnMoments {
  const center = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) center[j] += data[i * d + j] - data[j];
  }
  for (let j = 0; j < d; j++) center[j] = data[j] + center[j] / n;

  const scale = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) scale[j] += (data[i * d + j] - center[j]) ** 2;
  }
  for (let j = 0; j < d; j++) scale[j] = Math.sqrt(scale[j] / n) || 1;
  return { center, scale };
}
