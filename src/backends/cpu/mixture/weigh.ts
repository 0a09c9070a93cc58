import { BLOCK_ROWS } from './accumulate.js';

/**
 * [count, K] responsibilities of rows [begin, begin + count), each as often as its row counts. The next call overwrites
 * them.
 *
 * @param weights [n]; absent: once
 */
export function weigher(
  weights: Float64Array | undefined,
  nComponents: number,
): (r: Float64Array, begin: number, count: number) => Float64Array {
  if (!weights) return r => r;
  const weighed = new Float64Array(BLOCK_ROWS * nComponents);
  return (r, begin, count) => {
    for (let i = 0, at = 0; i < count; i++) {
      for (let k = 0; k < nComponents; k++, at++) weighed[at] = weights[begin + i] * r[at];
    }
    return weighed;
  };
}
