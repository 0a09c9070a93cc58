import { checkInteger, checkNumber } from '../numbers.js';

/** Why a fit stopped. Only 'tolerance' means that it converged; 'failed' is the last good fit before an error. */
export type StopReason = 'tolerance' | 'maxIter' | 'aborted' | 'failed';

export interface StoppingOptions {
  /**
   * Stop when the mean log-likelihood per row changes by less than this; 0 runs all maxIter steps. Default 1e-5, beyond
   * 100,000 rows 1e-4; with acceleration 1e-6 for up to 10,000 rows.
   */
  tol?: number;
  /** The most M-steps of this call. 0 evaluates the start and returns it. Default 100. */
  maxIter?: number;
  /** Stops at the next iteration and keeps the last model. */
  signal?: AbortSignal;
}

/** Of more rows an E-step takes long, and a tolerance of 1e-5 costs about as many again. */
const LARGE_TABLE = 100_000;
/** Of no more rows an E-step takes milliseconds. */
const SMALL_TABLE = 10_000;

/** The `tol` of fits that are told none. Without leaps a tighter one costs much and gains little. */
function defaultTol(nRows: number, leaps: boolean): number {
  if (nRows > LARGE_TABLE) return 1e-4;
  return leaps && nRows <= SMALL_TABLE ? 1e-6 : 1e-5;
}

/**
 * [log-likelihood before M-step 1, 2, …] → the reason to stop now, if there is one.
 *
 * @param earlier M-steps that maxIter does not count: those before the fit went on
 */
export type StoppingRule = (
  history: readonly number[],
  nRows: number,
  earlier?: number,
) => StopReason | undefined;

/**
 * @param stride objectives are compared with those of so many M-steps before. Default 1
 * @param leadIn M-steps before which nothing converges. Default 0
 * @param leaps whether the fit is accelerated. Default false
 * @throws InvalidArgumentError for a negative tol, or a maxIter that is no count
 */
export function stoppingRule(
  { tol, maxIter = 100, signal }: StoppingOptions = {},
  { stride = 1, leadIn = 0, leaps = false }: { stride?: number; leadIn?: number; leaps?: boolean } = {},
): StoppingRule {
  if (tol !== undefined) checkNumber('tol', tol, 'a number ≥ 0', value => value >= 0);
  checkInteger('maxIter', maxIter, 0);
  return (history, nRows, earlier = 0) => {
    const last = history.length - 1;
    const change = Math.abs(history[last] - history[last - stride]); // NaN while there is nothing to compare
    if (last >= leadIn + stride && change / nRows < (tol ?? defaultTol(nRows, leaps))) return 'tolerance';
    if (signal?.aborted) return 'aborted';
    if (history.length > earlier + maxIter) return 'maxIter';
    return undefined;
  };
}
