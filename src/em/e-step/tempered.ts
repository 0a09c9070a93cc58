import { InvalidArgumentError } from '../../errors.js';
import { checkNumbers } from '../../numbers.js';
import type { EStepRule } from './rule.js';

/** A stiffer rule is the hard one to rounding, and float32 would lose what it sums. */
const MOST = 1e9;

/**
 * q ∝ p(x, z | θ)^β: soft k-means with stiffness β (MacKay 2003, ch. 22), and with a schedule β_0, β_1, … whose last
 * value stays, deterministic annealing (Rose 1998; Ueda & Nakano 1998). The objective is E_q[log p] + H(q) / β; it never falls
 * while β stays. β = 1 is the exact rule, β → ∞ the hard one.
 *
 * @throws InvalidArgumentError unless every β is a number > 0 and at most 1e9
 */
export function tempered(beta: number | readonly number[]): EStepRule {
  return upTo(MOST, beta);
}

/**
 * The same for distances, which have units: any β is stiff in some of them, and none in others.
 *
 * @throws InvalidArgumentError unless β is a number > 0
 */
export const stiff = (beta: number): EStepRule => upTo(Number.MAX_VALUE, beta);

function upTo(most: number, beta: number | readonly number[]): EStepRule {
  const given = typeof beta === 'number' ? [beta] : beta;
  const limit = most < Number.MAX_VALUE ? ` and at most ${most}` : '';
  const expected = `a number > 0${limit} (the hard rule is β → ∞), or a schedule of such numbers`;
  const schedule = checkNumbers('beta', given, expected, value => value > 0 && value <= most);
  if (schedule.length === 0) throw new InvalidArgumentError(`beta must be ${expected}, got none.`);
  const at = (iteration: number) => schedule[Math.min(iteration, schedule.length - 1)];
  return {
    kind: 'e-step',
    name: 'tempered',
    monotone: schedule.length === 1,
    leadIn: schedule.length,
    beta: at,
    begin: problem => (parameters, iteration) => problem.eStep(parameters, { beta: at(iteration) }),
  };
}
