import { checkOptionNames } from '../../option-names.js';
import { fixedNames } from './fixed.js';
import type { MStepOptions, MStepRule } from './rule.js';

/** argmax_θ Q(θ) in closed form (Dempster, Laird & Rubin 1977). */
export function maximumLikelihood(options: MStepOptions = {}): MStepRule {
  checkOptionNames(options, ['fixed'] satisfies (keyof MStepOptions)[]);
  return {
    kind: 'm-step',
    name: 'maximum-likelihood',
    begin({ model }) {
      const fixed = fixedNames(options.fixed ?? [], model);
      return { maximise: (statistics, previous) => model.mStep(statistics, previous, { fixed }) };
    },
  };
}
