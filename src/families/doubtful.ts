import { inverseFactor } from '../numerics/inverse-factor.js';
import { at, weightedSquares } from '../numerics/triangle.js';
import type { Statistics } from '../statistics.js';
import type { CovarianceType, Whitening } from './covariance/covariance-type.js';
import { EMPTY_ROWS } from './family.js';
import type { GaussianParameters } from './gaussian.js';

/** Relative error of covariances, in their own metric, that costs 10⁻⁵ nats a row: a maximum is flat. */
const MOST_ERROR = 2 ** -7;
/** Sums of so many rows are as exact as one product; errors of more of them cancel. */
const FEW_ROWS = 1024;
/** Units of rounding of a short sum. */
const SUM_ROUNDING = 4;

/**
 * Components whose covariances rounded sums cannot determine. A sum of relative error e about an origin moves Σ_k by
 * e Σ_ij W_ij² M_jj in its own metric, M_jj the mean square of u_j = x_j − o_j: where a mean leaps far from the origin,
 * where columns nearly depend on each other, or where a component has about as many rows as features, and regCovar
 * alone keeps it from being singular.
 *
 * @param statistics with second moments
 * @param whiten of the M-step's covariances
 */
export function doubtful(
  statistics: Statistics,
  covariance: CovarianceType,
  { covariances, means }: GaussianParameters,
  whiten: () => Whitening,
): number[] {
  const { rounding, counts, sums } = statistics;
  if (!rounding) return [];
  const k = counts.length;
  const d = means.length / k;
  const isFull = covariance.moments === 'full';
  const factorOf = factors(covariance, covariances, k, d, whiten);
  const squares = new Float64Array(d);
  return Array.from({ length: k }, (_, c) => c).filter(c => {
    if (counts[c] < EMPTY_ROWS) return false;
    const factor = factorOf(c);
    if (!factor) return true;
    const second = (c * sums.length) / k + d;
    for (let j = 0; j < d; j++) squares[j] = sums[second + (isFull ? at(j, j) : j)] / counts[c];
    const error = SUM_ROUNDING * rounding * Math.min(1, Math.sqrt(FEW_ROWS / counts[c]));
    return !(error * weightedSquares(factor, squares) <= MOST_ERROR);
  });
}

/** W_k of component k; undefined where its covariance is not positive definite. */
function factors(
  covariance: CovarianceType,
  covariances: Float64Array,
  k: number,
  d: number,
  whiten: () => Whitening,
): (component: number) => Float64Array | undefined {
  try {
    const all = whiten().factors;
    const length = all.length / k;
    return component => all.subarray(component * length, (component + 1) * length);
  } catch {
    const factor = inverseFactor(d); // of some, then: each on its own
    return component => {
      factor.triangle.set(covariance.component(covariances, component, d));
      return factor.run() ? undefined : factor.triangle;
    };
  }
}
