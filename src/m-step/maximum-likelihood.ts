import type { MStepOptions, MStepRule } from './rule.js';

/** argmax_θ Q(θ) in closed form (Dempster, Laird & Rubin 1977). */
export function maximumLikelihood({ fixed = [] }: MStepOptions = {}): MStepRule {
  const names = new Set(fixed);
  return {
    name: 'maximum-likelihood',
    begin: model => ({
      maximise: (statistics, previous) => model.mStep(statistics, previous, { fixed: names }),
    }),
  };
}
