import type { EStepRule } from './rule.js';

/**
 * All mass on the most probable component, ties to the first: classification EM (Celeux & Govaert 1992), and with
 * equal spherical components k-means. The objective is Σ_i max_k log p(x_i, k | θ).
 */
export const hard: EStepRule = {
  kind: 'e-step',
  name: 'hard',
  monotone: true,
  isPartition: true,
  begin: problem => parameters => problem.eStep(parameters, { assignment: 'hard' }),
};
