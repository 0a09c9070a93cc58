import type { Statistics } from '../contract/statistics.js';
import { LikelihoodDecreasedError } from '../errors.js';
import type { Problem } from '../models/model.js';

/** Two objectives, and the size of the terms that they are sums of; default: their own. */
export interface Change {
  readonly before: number;
  readonly after: number;
  readonly magnitude?: number;
}

/** Rounding of a sum of n terms grows like √n at worst here (short sums, then float64); this leaves room. */
const ROUNDING_UNITS = 64;

/**
 * Exact EM never lowers the likelihood; a regularised M-step may, by no more than its Q falls short of the
 * maximum. Any other fall beyond rounding is a bug and must not pass for a fit.
 *
 * @param statistics those that `parameters` were computed from
 * @param change from the objective then to that at `parameters`
 * @param slack nats per row that may be lost besides
 * @throws LikelihoodDecreasedError
 */
export function checkMonotone<P>(
  { model, table }: Problem<P>,
  statistics: Statistics,
  { before, after, magnitude = Math.abs(before) }: Change,
  parameters: P,
  iteration: number,
  slack = 0,
): void {
  const fall = before - after;
  if (fall <= 0) return;
  const epsilon = Math.max(table.backend.epsilon, statistics.rounding ?? 0);
  const {
    mass,
    shape: [, d],
  } = table;
  const rounding = ROUNDING_UNITS * epsilon * (magnitude + mass * (1 + d)) + mass * slack;
  if (fall <= rounding) return;
  if (fall <= rounding + (model.mStepShortfall?.(statistics, parameters, epsilon) ?? 0)) return;
  throw new LikelihoodDecreasedError(before, after, iteration);
}
