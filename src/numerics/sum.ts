const BLOCK = 256;

/** Σ values[begin … end − 1], block by block: rounding grows with the number of blocks, not of values. */
export function sumOf(values: Float64Array, begin = 0, end = values.length): number {
  let total = 0;
  for (let from = begin; from < end; from += BLOCK) {
    const to = Math.min(from + BLOCK, end);
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    total += sum;
  }
  return total;
}
