/**
 * Add Σ_i r_ik and, about origin o_k, Σ_i r_ik u and Σ_i r_ik u² (u = x_i − o_k) of rows [begin, begin + count) to
 * `counts` [K] and `sums` [K, 2D].
 */
export function mixtureMoments(
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
  for (let i = 0; i < count; i++) {
    const row = (begin + i) * d;
    for (let k = 0; k < nComponents; k++) {
      const r = responsibilities[i * nComponents + k];
      if (r === 0) continue;
      counts[k] += r;
      const first = 2 * k * d;
      for (let j = 0; j < d; j++) {
        const u = x[row + j] - origin[k * d + j];
        sums[first + j] += r * u;
        sums[first + d + j] += r * u * u;
      }
    }
  }
}
