import type { Draws } from '../../../contract/e-step.js';
import { drawUniform } from '../../../numerics/counter-rng.js';

/**
 * Replace the responsibilities [count, K] of rows [begin, begin + count) by the frequencies of `draws` draws of z from
 * them: draw s of row i is the first k with Σ_{l ≤ k} r_il > u(i, s), so that both backends draw the same.
 */
export function drawLabels(
  { responsibilities, labels }: { responsibilities: Float64Array; labels: Uint32Array },
  begin: number,
  count: number,
  nComponents: number,
  { draws, seed, iteration, begin: first = 0 }: Draws,
): void {
  const drawn = new Float64Array(nComponents);
  for (let i = 0; i < count; i++) {
    const row = responsibilities.subarray(i * nComponents, (i + 1) * nComponents);
    drawn.fill(0);
    for (let s = 0; s < draws; s++) {
      const u = drawUniform(seed, iteration, first + begin + i, s);
      let sum = row[0];
      let k = 0;
      while (k < nComponents - 1 && sum <= u) sum += row[++k];
      // What rounding leaves between the sum and 1 belongs to the most probable component.
      drawn[sum > u ? k : labels[i]]++;
    }
    for (let k = 0; k < nComponents; k++) row[k] = drawn[k] / draws;
  }
}
