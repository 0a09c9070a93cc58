/**
 * Add Σ_i r_ik and, about origin o_k, Σ_i r_ik (x_i − o_k) of rows [begin, begin + count) to `counts` [K] and `sums`
 * [K, D]. Column by column, so that its sums stay in locals.
 */
export function mixtureSums(
  x: Float64Array,
  begin: number,
  count: number,
  responsibilities: Float64Array,
  origin: Float64Array,
  d: number,
  counts: Float64Array,
  sums: Float64Array,
): void {
  const nComponents = counts.length;
  for (let k = 0; k < nComponents; k++) {
    let rows = 0;
    for (let i = 0; i < count; i++) rows += responsibilities[i * nComponents + k];
    counts[k] += rows;
    if (rows === 0) continue;
    for (let j = 0; j < d; j++) {
      const o = origin[k * d + j];
      let sum = 0;
      for (let i = 0; i < count; i++) {
        sum += responsibilities[i * nComponents + k] * (x[(begin + i) * d + j] - o);
      }
      sums[k * d + j] += sum;
    }
  }
}
