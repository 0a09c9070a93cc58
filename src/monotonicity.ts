import type { Rows } from './backends/backend.js';
import { LikelihoodDecreasedError } from './errors.js';
import type { Model } from './models/model.js';
import type { Statistics } from './statistics.js';

/** Rounding of a sum of n terms grows like √n at worst here (short sums, then float64); this leaves room. */
const ROUNDING_UNITS = 64;

/**
 * Exact EM never lowers the likelihood; a regularised M-step may, by no more than its Q falls short of the
 * maximum. Any other fall beyond rounding is a bug and must not pass for a fit.
 *
 * @param before statistics that `parameters` were computed from
 * @param after statistics at `parameters`
 * @throws LikelihoodDecreasedError
 */
export function checkMonotone<P>(
  model: Model<P>,
  before: Statistics,
  after: Statistics,
  parameters: P,
  rows: Rows,
  iteration: number,
): void {
  const fall = before.logLikelihood - after.logLikelihood;
  if (fall <= 0) return;
  const magnitude = Math.abs(before.logLikelihood) + rows.shape[0] * (1 + rows.shape[1]);
  const rounding = ROUNDING_UNITS * rows.backend.epsilon * magnitude;
  if (fall <= rounding || fall <= rounding + model.mStepShortfall(before, parameters, rows.backend.epsilon))
    return;
  throw new LikelihoodDecreasedError(before.logLikelihood, after.logLikelihood, iteration);
}
