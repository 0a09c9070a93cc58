import type { Statistics } from '../contract/statistics.js';
import { inverseFactor } from '../numerics/inverse-factor.js';
import { at, weightedSquares } from '../numerics/triangle.js';
import type { CovarianceType, Ridge, Whitening } from './covariance/covariance-type.js';
import { EMPTY_ROWS } from './family.js';
import type { GaussianParameters } from './gaussian.js';

/** Relative error of covariances, in their own metric, that costs 10⁻⁵ nats a row: a maximum is flat. */
const MOST_ERROR = 2 ** -7;
/**
 * The same, times the share of the rows, where errors of few have not cancelled: what is flat is Q, and rows that change
 * hands after this step leave the likelihood a slope, of about a nat for each of them.
 */
const MOST_SLOPE = 2 ** -11;
/** The same, times the share of the variance that is regCovar's: a likelihood is not flat where that keeps it from its maximum. */
const MOST_OF_RIDGE = 2 ** -13;
/** The same where another pass over the rows mends it, so that nothing of it is left in an objective of float64. */
const MOST_LEAP = 2 ** -30;
/** Sums of so many rows are as exact as one product; errors of more of them cancel. */
const FEW_ROWS = 1024;
/** Units of rounding of a short sum. */
const SUM_ROUNDING = 4;

/** An M-step, as far as doubt needs it. */
export interface Maximum {
  readonly covariance: CovarianceType;
  readonly parameters: GaussianParameters;
  /** What regCovar adds. */
  readonly ridge: Ridge;
  whiten(): Whitening;
}

/**
 * Components whose covariances rounded sums cannot determine. A sum of relative error e about an origin moves Σ_k by
 * e Σ_ij W_ij² M_jj in its own metric, M_jj the mean square of u_j = x_j − o_j: where a mean leaps far from the origin,
 * where columns nearly depend on each other, or where a component has about as many rows as features, and regCovar
 * alone keeps it from being singular.
 *
 * @param statistics with second moments
 */
export function doubtful(statistics: Statistics, maximum: Maximum): number[] {
  const { rounding, counts, sums, mass } = statistics;
  if (!rounding) return [];
  const d = statistics.origin.length / counts.length;
  const isFull = maximum.covariance.moments === 'full';
  const most = (c: number) =>
    counts[c] > FEW_ROWS ? MOST_ERROR : Math.min(MOST_ERROR, (MOST_SLOPE * mass) / counts[c]);
  return unsettled(statistics, maximum, rounding, most, (c, squares) => {
    const second = (c * sums.length) / counts.length + d;
    for (let j = 0; j < d; j++) squares[j] = sums[second + (isFull ? at(j, j) : j)] / counts[c];
    return true;
  });
}

/**
 * The same of float64's rounding, as far as another origin helps: the part of M_jj that is the square of the mean's own
 * leap, where that is more than its variance.
 */
export function leapt(statistics: Statistics, maximum: Maximum): number[] {
  const { counts, sums, origin } = statistics;
  const d = origin.length / counts.length;
  const { covariance, parameters } = maximum;
  const most = () => MOST_LEAP;
  return unsettled(statistics, maximum, Number.EPSILON / 2, most, (c, squares) => {
    const own = covariance.component(parameters.covariances, c, d);
    const first = (c * sums.length) / counts.length;
    let isFar = false;
    for (let j = 0; j < d; j++) {
      squares[j] = (sums[first + j] / counts[c]) ** 2;
      isFar ||= squares[j] > own[at(j, j)];
    }
    return isFar;
  });
}

/** Components of which `squaresOf` writes squares that relative rounding makes more than their `most` of. */
function unsettled(
  { counts, origin }: Statistics,
  maximum: Maximum,
  rounding: number,
  most: (component: number) => number,
  squaresOf: (component: number, squares: Float64Array) => boolean,
): number[] {
  const d = origin.length / counts.length;
  const squares = new Float64Array(d);
  const ridge = squares.map((_, j) => maximum.ridge(j));
  let factorOf: ReturnType<typeof factors> | undefined;
  return Array.from(counts.keys()).filter(c => {
    if (counts[c] < EMPTY_ROWS || !squaresOf(c, squares)) return false;
    factorOf ??= factors(maximum, counts.length, d);
    const factor = factorOf(c);
    const error = SUM_ROUNDING * rounding * Math.min(1, Math.sqrt(FEW_ROWS / counts[c]));
    if (!factor) return true;
    const relative = error * weightedSquares(factor, squares);
    return !(relative <= most(c) && relative * weightedSquares(factor, ridge) <= MOST_OF_RIDGE);
  });
}

/** W_k of component k; undefined where its covariance is not positive definite. */
function factors(
  { covariance, parameters: { covariances }, whiten }: Maximum,
  k: number,
  d: number,
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
