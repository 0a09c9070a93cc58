import type { Statistics } from '../contract/statistics.js';
import { at, weightedSquares } from '../numerics/triangle.js';
import type { Whitening } from './covariance/covariance-type.js';
import { centredMoments, type Gaussian, type GaussianParameters } from './gaussian.js';

/** Relative rounding of a parameter. */
const STORED = Number.EPSILON / 2;

/**
 * How much of Q the Gaussian M-step that gave `parameters` fell short of the maximum: by regCovar, Σ = S + εI, and by
 * rounding. See docs/formulas.md, Monotonicity.
 */
export function gaussianShortfall(
  family: Gaussian,
  statistics: Statistics,
  parameters: GaussianParameters,
  epsilon: number,
): number {
  const { covariance, regCovar } = family;
  const { counts } = statistics;
  const d = parameters.means.length / counts.length;
  const used = covariance.whiten(parameters.covariances, counts.length, d);
  const rounding = roundingShortfall(family, statistics, parameters, used, epsilon);
  if (regCovar === 0) return rounding;
  const own = covariance.pool(centredMoments(statistics, covariance.moments, d), d);
  let unregularised: Whitening;
  try {
    unregularised = covariance.whiten(own, counts.length, d);
  } catch {
    return Number.POSITIVE_INFINITY; // a singular S: its likelihood has no maximum to fall short of
  }
  // Q(S) − Q(Σ) = Σ_k N_k (log det W_S − log det W_Σ − ½ tr(E Σ⁻¹)), E what regCovar adds
  const length = used.factors.length / counts.length;
  return counts.reduce((sum, count, k) => {
    const factor = used.factors.subarray(k * length, (k + 1) * length);
    const lost = unregularised.logDeterminants[k] - used.logDeterminants[k] - 0.5 * family.ridgeTrace(factor);
    return sum + count * Math.max(0, lost);
  }, rounding);
}

/**
 * Moments of relative error e lose N_k/4 |W δΣ Wᵀ|² ≤ N_k/4 (e T_k)² of Q, with T_k = Σ_ij W_ij² Σ_jj (the trace of
 * the inverse correlation matrix), and a log density is evaluated to a multiple of ε √T_k. A mean is stored to
 * 2⁻⁵³|μ_kj|, by which it misses the maximum: N_k/2 |W δμ|², and as much again for a covariance that is about another.
 */
function roundingShortfall(
  { covariance }: Gaussian,
  { counts }: Statistics,
  { means, covariances }: GaussianParameters,
  { factors }: Whitening,
  epsilon: number,
): number {
  const diagonal = covariance.moments === 'diag';
  const length = factors.length / counts.length;
  const d = diagonal ? length : (Math.sqrt(8 * length + 1) - 1) / 2;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const [moments, evaluation] = [4 * epsilon + STORED * Math.sqrt(rows), 32 * epsilon];
  return counts.reduce((sum, count, k) => {
    const own = covariance.component(covariances, k, d);
    const variances = Float64Array.from({ length: d }, (_, j) => own[at(j, j)]);
    const factor = factors.subarray(k * length, (k + 1) * length);
    const trace = weightedSquares(factor, variances);
    const stored = means.subarray(k * d, (k + 1) * d).map(mean => (STORED * mean) ** 2);
    const missed = weightedSquares(factor, stored);
    return sum + count * ((moments * trace) ** 2 / 4 + evaluation * Math.sqrt(trace) + missed);
  }, 0);
}
