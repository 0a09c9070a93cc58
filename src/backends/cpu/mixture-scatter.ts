/**
 * Add Σ_i r_ik and, about origin o_k, Σ_i r_ik u and the lower triangle of Σ_i r_ik u uᵀ (u = x_i − o_k) of rows
 * [begin, begin + count) to `counts` [K] and `sums` [K, D + D(D+1)/2].
 */
export function mixtureScatter(
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
  const length = d + (d * (d + 1)) / 2;
  const u = new Float64Array(d);
  for (let i = 0; i < count; i++) {
    const row = (begin + i) * d;
    for (let k = 0; k < nComponents; k++) {
      const r = responsibilities[i * nComponents + k];
      if (r === 0) continue;
      counts[k] += r;
      const first = k * length;
      for (let a = 0, t = first + d; a < d; a++) {
        u[a] = x[row + a] - origin[k * d + a];
        const weighted = r * u[a];
        sums[first + a] += weighted;
        for (let b = 0; b <= a; b++, t++) sums[t] += weighted * u[b];
      }
    }
  }
}
