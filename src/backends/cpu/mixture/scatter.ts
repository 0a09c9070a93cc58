import { differences } from './four-rows.js';

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
  if (d === 2) planeScatter(x, begin, count, responsibilities, origin, counts, sums);
  else fullScatter(x, begin, count, responsibilities, origin, d, counts, sums);
}

/** Four rows of x into two rows of the triangle at a time: each sum is read and written once for the four. */
function fullScatter(
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
  const u = new Float64Array(4 * d);
  for (let k = 0; k < nComponents; k++) {
    for (let i = 0; i < count; i += 4) {
      const r = i * nComponents + k;
      const r0 = responsibilities[r];
      const r1 = i + 1 < count ? responsibilities[r + nComponents] : 0;
      const r2 = i + 2 < count ? responsibilities[r + 2 * nComponents] : 0;
      const r3 = i + 3 < count ? responsibilities[r + 3 * nComponents] : 0;
      if (r0 === 0 && r1 === 0 && r2 === 0 && r3 === 0) continue;
      counts[k] += r0 + r1 + (r2 + r3);

      differences(x, begin + i, begin + count - 1, origin, k, d, u);
      const first = k * length;
      for (let j = 0, at = 0; j < d; j++, at += 4) {
        sums[first + j] += r0 * u[at] + r1 * u[at + 1] + (r2 * u[at + 2] + r3 * u[at + 3]);
      }

      // Of an odd number of rows of the triangle the first, a single entry, has no partner.
      const odd = d % 2;
      let upper = first + d;
      if (odd) {
        sums[upper++] += r0 * u[0] * u[0] + r1 * u[1] * u[1] + (r2 * u[2] * u[2] + r3 * u[3] * u[3]);
      }
      for (let a = odd; a < d; a += 2) {
        let lower = upper + a + 1;
        const diagonal = 4 * (a + 1);
        const v0 = r0 * u[diagonal - 4];
        const v1 = r1 * u[diagonal - 3];
        const v2 = r2 * u[diagonal - 2];
        const v3 = r3 * u[diagonal - 1];
        const w0 = r0 * u[diagonal];
        const w1 = r1 * u[diagonal + 1];
        const w2 = r2 * u[diagonal + 2];
        const w3 = r3 * u[diagonal + 3];
        for (let at = 0; at < diagonal; at += 4, upper++, lower++) {
          const u0 = u[at];
          const u1 = u[at + 1];
          const u2 = u[at + 2];
          const u3 = u[at + 3];
          sums[upper] += v0 * u0 + v1 * u1 + (v2 * u2 + v3 * u3);
          sums[lower] += w0 * u0 + w1 * u1 + (w2 * u2 + w3 * u3);
        }
        sums[lower] +=
          w0 * u[diagonal] + w1 * u[diagonal + 1] + (w2 * u[diagonal + 2] + w3 * u[diagonal + 3]);
        upper = lower + 1;
      }
    }
  }
}

/** D = 2, where the sums of a component fit in locals. */
function planeScatter(
  x: Float64Array,
  begin: number,
  count: number,
  responsibilities: Float64Array,
  origin: Float64Array,
  counts: Float64Array,
  sums: Float64Array,
): void {
  const nComponents = counts.length;
  for (let k = 0; k < nComponents; k++) {
    const origin0 = origin[2 * k];
    const origin1 = origin[2 * k + 1];
    let rows = 0;
    let sum0 = 0;
    let sum1 = 0;
    let sum00 = 0;
    let sum10 = 0;
    let sum11 = 0;
    for (let i = 0; i < count; i++) {
      const r = responsibilities[i * nComponents + k];
      const row = 2 * (begin + i);
      const u0 = x[row] - origin0;
      const u1 = x[row + 1] - origin1;
      const w0 = r * u0;
      const w1 = r * u1;
      rows += r;
      sum0 += w0;
      sum1 += w1;
      sum00 += w0 * u0;
      sum10 += w1 * u0;
      sum11 += w1 * u1;
    }
    counts[k] += rows;
    const first = 5 * k;
    sums[first] += sum0;
    sums[first + 1] += sum1;
    sums[first + 2] += sum00;
    sums[first + 3] += sum10;
    sums[first + 4] += sum11;
  }
}
