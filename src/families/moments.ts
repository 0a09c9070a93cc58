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
 * The same statistics about another origin: N is, Σ r u is S₁ + Nδ with δ = o − o′, and Σ r u uᵀ is the scatter about
 * the mean, S₂ − N m mᵀ with m = S₁ / N, and N (m + δ)(m + δ)ᵀ. So a mean that has leapt costs no digits: statistics are
 * about a point near to their own mean, and S₂ + S₁δᵀ + δS₁ᵀ + Nδδᵀ would cancel.
 */
export function recentre(statistics: Statistics, moments: Moments, origin: Float64Array): Statistics {
  if (origin === statistics.origin) return statistics;
  const { counts } = statistics;
  const nComponents = counts.length;
  const d = origin.length / nComponents;
  const length = statisticLength(moments, d);
  const sums = Float64Array.from(statistics.sums);
  const [before, after] = [new Float64Array(d), new Float64Array(d)];
  for (let k = 0; k < nComponents; k++) {
    const count = counts[k];
    if (count === 0) continue;
    const first = sums.subarray(k * length, k * length + d);
    const second = sums.subarray(k * length + d, (k + 1) * length);
    for (let j = 0; j < d; j++) {
      const delta = statistics.origin[k * d + j] - origin[k * d + j];
      before[j] = first[j] / count;
      after[j] = before[j] + delta;
      first[j] += count * delta;
    }
    const move = (t: number, i: number, j: number) => {
      second[t] = second[t] - count * before[i] * before[j] + count * after[i] * after[j];
    };
    if (moments === 'diag') for (let j = 0; j < d; j++) move(j, j, j);
    if (moments === 'full') {
      for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) move(at(i, j), i, j);
    }
  }
  return { ...statistics, sums, origin };
}
