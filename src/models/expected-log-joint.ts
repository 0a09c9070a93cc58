import type { Densities } from '../contract/densities.js';
import { recentre, type Statistics, statisticLength } from '../contract/statistics.js';
import { at, weightedSquares } from '../numerics/triangle.js';

/**
 * Q = E_q[log p(x, z | θ)] from the statistics alone, because log densities are linear in them:
 * Σ_k N_k c_k − ½ tr(W_kᵀ W_k S_k) or Σ_k N_k c_k + a_k · S_k, with first or second moments S_k about θ's means.
 */
export function expectedLogJoint(statistics: Statistics, densities: Densities): number {
  const { form, moments, nFeatures: d, logConstants, factors } = densities;
  const { counts, sums } = recentre(statistics, densities.means);
  const length = statisticLength(moments, d);
  const factorLength = factors.length / counts.length;
  let total = 0;
  counts.forEach((count, k) => {
    if (count > 0) total += count * logConstants[k];
    const sum = sums.subarray(k * length, (k + 1) * length);
    const factor = factors.subarray(k * factorLength, (k + 1) * factorLength);
    if (form === 'linear') for (let j = 0; j < d; j++) total += factor[j] * sum[j];
    if (form === 'diag') for (let j = 0; j < d; j++) total -= 0.5 * factor[j] ** 2 * sum[d + j];
    if (form === 'full') total -= 0.5 * squaredLength(factor, sum.subarray(d), d);
  });
  return total;
}

/** The sizes of its terms, of what recentring takes from them, and of what rounding of means moves them by. */
export function magnitude(statistics: Statistics, densities: Densities): number {
  const { moments, nFeatures: d, logConstants, means, factors } = densities;
  const about = recentre(statistics, densities.means);
  const length = statisticLength(moments, d);
  const factorLength = factors.length / about.counts.length;
  const isFull = moments === 'full';
  const sizes = new Float64Array(d);
  return about.counts.reduce((total, count, k) => {
    if (count === 0) return total;
    for (let j = 0; j < d; j++) {
      const linear = about.sums[k * length + j] * means[k * d + j];
      const t = k * length + (moments === 'first' ? j : d + (isFull ? at(j, j) : j));
      sizes[j] = Math.abs(statistics.sums[t]) + Math.abs(about.sums[t]) + Math.abs(linear);
    }
    const factor = factors.subarray(k * factorLength, (k + 1) * factorLength);
    const terms = moments === 'first' ? weighted(factor, sizes) : weightedSquares(factor, sizes) / 2;
    return total + count * Math.abs(logConstants[k]) + terms;
  }, 0);
}

const weighted = (factor: Float64Array, sizes: Float64Array) =>
  sizes.reduce((sum, size, j) => sum + Math.abs(factor[j]) * size, 0);

/** tr(W S Wᵀ) of a packed triangle W and a packed symmetric S. */
function squaredLength(w: Float64Array, s: Float64Array, d: number): number {
  let trace = 0;
  for (let i = 0; i < d; i++) {
    for (let a = 0; a <= i; a++) {
      let row = 0;
      for (let b = 0; b <= i; b++) row += s[a < b ? at(b, a) : at(a, b)] * w[at(i, b)];
      trace += w[at(i, a)] * row;
    }
  }
  return trace;
}
