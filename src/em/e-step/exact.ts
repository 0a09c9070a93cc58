import { InvalidArgumentError } from '../../errors.js';
import type { EStepRule } from './rule.js';

/** q is the posterior: F(q, θ) = log p(x | θ), and neither falls (Dempster, Laird & Rubin 1977). */
export const exact: EStepRule = {
  kind: 'e-step',
  name: 'exact',
  exact: true,
  monotone: true,
  begin(problem) {
    if (!problem.factorises) return parameters => problem.eStep(parameters);
    throw new InvalidArgumentError('This model has no exact E-step. Try eStep: factorised().');
  },
};
