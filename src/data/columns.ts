import type { Matrix } from './matrix.js';

/** Where columns are, as rows know it. */
export interface Columns {
  /** [D] mean */
  readonly center: Float64Array;
  /** [D] standard deviation, 1 where constant */
  readonly scale: Float64Array;
}

/** What one pass over the rows says of their columns. */
export interface ColumnMoments extends Columns {
  /** [D] Σ w (x − center)² */
  readonly squares: Float64Array;
}

/**
 * Mean and standard deviation of each column in float64, in two passes (differences first, from row 0 and then
 * from the mean: a constant column gives exactly its value and scale 1).
 *
 * @param weights [n] how often each row counts; default once
 */
export function columnMoments({ data, shape: [n, d] }: Matrix, weights?: Float64Array): ColumnMoments {
  const mass = weights?.reduce((sum, weight) => sum + weight, 0) ?? n;
  const center = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const weight = weights?.[i] ?? 1;
    for (let j = 0; j < d; j++) center[j] += weight * (data[i * d + j] - data[j]);
  }
  for (let j = 0; j < d; j++) center[j] = data[j] + center[j] / mass;

  const squares = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const weight = weights?.[i] ?? 1;
    for (let j = 0; j < d; j++) squares[j] += weight * (data[i * d + j] - center[j]) ** 2;
  }
  return { center, squares, scale: squares.map(value => Math.sqrt(value / mass) || 1) };
}
