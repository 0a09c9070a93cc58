import type { Statistics } from '../../contract/statistics.js';
import { InvalidArgumentError } from '../../errors.js';
import { needs, type Problem } from '../../models/model.js';
import type { EStepRule } from './rule.js';

/**
 * Where one E-step stands, total, in nats: log p(x | θ) = F + KL(q ‖ p(z | x, θ)) and F = E_q[log p(x, z | θ)] + H(q).
 * A prior's log p(θ) is in none of them.
 */
export interface Ledger {
  /** E_q[log p(x, z | θ)] */
  readonly expectedLogJoint: number;
  /** H(q) */
  readonly entropy: number;
  /** F(q, θ) */
  readonly freeEnergy: number;
  /** KL(q ‖ p(z | x, θ)) ≥ 0 */
  readonly divergence: number;
  /** log p(x | θ) */
  readonly logLikelihood: number;
}

/**
 * The ledger of an E-step from its statistics alone: E_q[log p] is linear in them, and the objective is
 * E_q[log p] + H(q) / β. For another rule than the exact one log p(x | θ) takes an exact E-step.
 *
 * @throws InvalidArgumentError for a rule whose objective is no free energy: draws, stepwise statistics
 */
export async function ledgerOf<P>(
  problem: Problem<P>,
  rule: EStepRule,
  statistics: Statistics,
  parameters: P,
  iteration: number,
): Promise<Ledger> {
  if (rule.isFreeEnergy === false) {
    throw new InvalidArgumentError(
      `There is no ledger of the ${rule.name} rule: its objective is not the free energy of its q.`,
    );
  }
  const expectedLogJoint = needs(problem, 'expectedLogJoint', 'the ledger')(statistics, parameters);
  const beta = rule.beta?.(iteration) ?? 1;
  const entropy = beta * (statistics.logLikelihood - expectedLogJoint);
  const freeEnergy = expectedLogJoint + entropy;
  const { logLikelihood } = rule.exact ? statistics : await problem.eStep(parameters);
  return { expectedLogJoint, entropy, freeEnergy, divergence: logLikelihood - freeEnergy, logLikelihood };
}
