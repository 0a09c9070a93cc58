import { at, triangleLength } from '../numerics/triangle.js';
import type { Statistics } from '../statistics.js';

/**
 * Which sufficient statistic T of u = x − origin a family needs: u alone, u with the squares of its entries, or u with
 * the lower triangle of u uᵀ.
 */
export type Moments = 'first' | 'diag' | 'full';

/** T: how many numbers a component's statistic has besides N_k. First D: Σ r u; then second moments, if any. */
export function statisticLength(moments: Moments, d: number): number {
  if (moments === 'first') return d;
  return d + (moments === 'full' ? triangleLength(d) : d);
}

/**
 * The same statistics about another origin. With δ = o − o′: Σ r (u + δ) = S₁ + Nδ and
 * Σ r (u + δ)(u + δ)ᵀ = S₂ + S₁δᵀ + δS₁ᵀ + Nδδᵀ.
 */
export function recentre(statistics: Statistics, moments: Moments, origin: Float64Array): Statistics {
  if (origin === statistics.origin) return statistics;
  const { counts } = statistics;
  const nComponents = counts.length;
  const d = origin.length / nComponents;
  const length = statisticLength(moments, d);
  const sums = Float64Array.from(statistics.sums);
  const delta = new Float64Array(d);
  for (let k = 0; k < nComponents; k++) {
    for (let j = 0; j < d; j++) delta[j] = statistics.origin[k * d + j] - origin[k * d + j];
    const first = sums.subarray(k * length, k * length + d);
    const second = sums.subarray(k * length + d, (k + 1) * length);
    const add = (t: number, i: number, j: number) => {
      second[t] += first[i] * delta[j] + delta[i] * first[j] + counts[k] * delta[i] * delta[j];
    };
    if (moments === 'diag') for (let j = 0; j < d; j++) add(j, j, j);
    if (moments === 'full') {
      for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) add(at(i, j), i, j);
    }
    for (let j = 0; j < d; j++) first[j] += counts[k] * delta[j];
  }
  return { ...statistics, sums, origin };
}
