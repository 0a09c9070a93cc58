import { InvalidArgumentError } from '../errors.js';
import type { EStepRule } from './rule.js';

/**
 * q ∝ p(x, z | θ)^β: soft k-means with stiffness β (MacKay 2003, ch. 22), and with a schedule β_0, β_1, … whose last
 * value stays, deterministic annealing (Rose 1998; Ueda & Nakano 1998). The objective is E_q[log p] + H(q) / β; it never falls
 * while β stays. β = 1 is the exact rule, β → ∞ the hard one.
 *
 * @throws InvalidArgumentError unless every β is a finite number > 0
 */
export function tempered(beta: number | readonly number[]): EStepRule {
  const schedule = typeof beta === 'number' ? [beta] : [...beta];
  const bad =
    schedule.length === 0
      ? 'no value'
      : schedule.find(value => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (bad !== undefined) {
    throw new InvalidArgumentError(
      `beta must be a finite number > 0, or a schedule of such numbers, got ${bad}.`,
    );
  }
  const at = (iteration: number) => schedule[Math.min(iteration, schedule.length - 1)];
  return {
    name: 'tempered',
    monotone: schedule.length === 1,
    leadIn: schedule.length,
    beta: at,
    begin: (model, rows) => (parameters, iteration) => model.eStep(parameters, rows, { beta: at(iteration) }),
  };
}
