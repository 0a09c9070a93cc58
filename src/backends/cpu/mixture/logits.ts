import type { Densities } from '../../../contract/densities.js';
import { differences } from './four-rows.js';

/**
 * logits [count, K] = log π_k + log N(x_i | μ_k, Σ_k) = c_k − ½ |W_k (x_i − μ_k)|² of rows [begin, begin + count) of
 * x [n, D]. Difference first, then whiten: the expanded square loses its digits far from 0.
 *
 * Component by component, so that its parameters stay at hand while the rows of a block go by.
 */
export function mixtureLogits(
  x: Float64Array,
  begin: number,
  count: number,
  densities: Densities,
  logits: Float64Array,
): void {
  if (densities.form === 'linear') linearLogits(x, begin, count, densities, logits);
  else if (densities.form === 'diag') diagLogits(x, begin, count, densities, logits);
  else if (densities.nFeatures === 2) planeLogits(x, begin, count, densities, logits);
  else fullLogits(x, begin, count, densities, logits);
}

/** Four rows of x against two rows of W_k at a time: each number read serves, and eight sums grow side by side. */
function fullLogits(
  x: Float64Array,
  begin: number,
  count: number,
  { nComponents, nFeatures: d, logConstants, means, factors }: Densities,
  logits: Float64Array,
): void {
  const end = begin + count;
  const u = new Float64Array(4 * d);
  for (let k = 0; k < nComponents; k++) {
    const triangle = (k * d * (d + 1)) / 2;
    for (let i = begin; i < end; i += 4) {
      differences(x, i, end - 1, means, k, d, u);

      // Of an odd number of rows of W_k the first, a single entry, has no partner.
      const odd = d % 2;
      const single = odd * factors[triangle];
      let squares0 = (single * u[0]) ** 2;
      let squares1 = (single * u[1]) ** 2;
      let squares2 = (single * u[2]) ** 2;
      let squares3 = (single * u[3]) ** 2;

      let upper = triangle + odd;
      for (let a = odd; a < d; a += 2) {
        let lower = upper + a + 1;
        const diagonal = 4 * (a + 1);
        let y0 = 0;
        let y1 = 0;
        let y2 = 0;
        let y3 = 0;
        let z0 = 0;
        let z1 = 0;
        let z2 = 0;
        let z3 = 0;
        for (let at = 0; at < diagonal; at += 4, upper++, lower++) {
          const v = factors[upper];
          const w = factors[lower];
          const u0 = u[at];
          const u1 = u[at + 1];
          const u2 = u[at + 2];
          const u3 = u[at + 3];
          y0 += v * u0;
          y1 += v * u1;
          y2 += v * u2;
          y3 += v * u3;
          z0 += w * u0;
          z1 += w * u1;
          z2 += w * u2;
          z3 += w * u3;
        }
        const w = factors[lower];
        z0 += w * u[diagonal];
        z1 += w * u[diagonal + 1];
        z2 += w * u[diagonal + 2];
        z3 += w * u[diagonal + 3];
        squares0 += y0 * y0 + z0 * z0;
        squares1 += y1 * y1 + z1 * z1;
        squares2 += y2 * y2 + z2 * z2;
        squares3 += y3 * y3 + z3 * z3;
        upper = lower + 1;
      }

      const at = (i - begin) * nComponents + k;
      const constant = logConstants[k];
      logits[at] = constant - 0.5 * squares0;
      if (i + 1 < end) logits[at + nComponents] = constant - 0.5 * squares1;
      if (i + 2 < end) logits[at + 2 * nComponents] = constant - 0.5 * squares2;
      if (i + 3 < end) logits[at + 3 * nComponents] = constant - 0.5 * squares3;
    }
  }
}

/** D = 2, where the parameters of a component fit in locals. */
function planeLogits(
  x: Float64Array,
  begin: number,
  count: number,
  { nComponents, logConstants, means, factors }: Densities,
  logits: Float64Array,
): void {
  for (let k = 0; k < nComponents; k++) {
    const constant = logConstants[k];
    const mean0 = means[2 * k];
    const mean1 = means[2 * k + 1];
    const w00 = factors[3 * k];
    const w10 = factors[3 * k + 1];
    const w11 = factors[3 * k + 2];
    for (let i = 0; i < count; i++) {
      const row = 2 * (begin + i);
      const u0 = x[row] - mean0;
      const u1 = x[row + 1] - mean1;
      const y0 = w00 * u0;
      const y1 = w10 * u0 + w11 * u1;
      logits[i * nComponents + k] = constant - 0.5 * (y0 * y0 + y1 * y1);
    }
  }
}

function diagLogits(
  x: Float64Array,
  begin: number,
  count: number,
  { nComponents, nFeatures: d, logConstants, means, factors }: Densities,
  logits: Float64Array,
): void {
  const end = begin + count;
  const u = new Float64Array(4 * d);
  for (let k = 0; k < nComponents; k++) {
    for (let i = begin; i < end; i += 4) {
      differences(x, i, end - 1, means, k, d, u);
      let squares0 = 0;
      let squares1 = 0;
      let squares2 = 0;
      let squares3 = 0;
      for (let j = 0, at = 0; j < d; j++, at += 4) {
        const w = factors[k * d + j];
        squares0 += (w * u[at]) ** 2;
        squares1 += (w * u[at + 1]) ** 2;
        squares2 += (w * u[at + 2]) ** 2;
        squares3 += (w * u[at + 3]) ** 2;
      }
      const at = (i - begin) * nComponents + k;
      const constant = logConstants[k];
      logits[at] = constant - 0.5 * squares0;
      if (i + 1 < end) logits[at + nComponents] = constant - 0.5 * squares1;
      if (i + 2 < end) logits[at + 2 * nComponents] = constant - 0.5 * squares2;
      if (i + 3 < end) logits[at + 3 * nComponents] = constant - 0.5 * squares3;
    }
  }
}

/** c_k + a_k · (x_i − μ_k) */
function linearLogits(
  x: Float64Array,
  begin: number,
  count: number,
  { nComponents, nFeatures: d, logConstants, means, factors }: Densities,
  logits: Float64Array,
): void {
  for (let k = 0; k < nComponents; k++) {
    for (let i = 0; i < count; i++) {
      const row = (begin + i) * d;
      let sum = logConstants[k];
      for (let j = 0; j < d; j++) sum += factors[k * d + j] * (x[row + j] - means[k * d + j]);
      logits[i * nComponents + k] = sum;
    }
  }
}
