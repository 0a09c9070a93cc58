import { needs } from '../../models/model.js';
import { checkOptionNames } from '../../option-names.js';
import { fixedNames } from './fixed.js';
import type { MStepOptions, MStepRule } from './rule.js';

export interface MaximumAPosterioriOptions extends MStepOptions {
  /** Concentration ≥ 1 of the symmetric Dirichlet prior of the weights. Default 1: flat. */
  weights?: number;
  /**
   * The conjugate prior of every component: Gaussian { mean, meanPrecision, degreesOfFreedom, scale } (gaps are filled
   * by Fraley & Raftery's defaults), Poisson { shape, rate }, binomial { alpha, beta }, multinomial { concentration }.
   * Default: flat.
   */
  components?: object;
}

/**
 * argmax_θ Q(θ) + log p(θ) for conjugate priors, in closed form (Fraley & Raftery 2007 for Gaussians). The objective
 * gains log p(θ) up to a constant. A prior of the components takes the place of regCovar.
 */
export function maximumAPosteriori(options: MaximumAPosterioriOptions = {}): MStepRule {
  checkOptionNames(options, ['fixed', 'weights', 'components'] satisfies (keyof MaximumAPosterioriOptions)[]);
  const { fixed, ...given } = options;
  return maximumUnder(given, { fixed });
}

/** The same under a prior of the form that the model's `resolvePrior` takes. */
export function maximumUnder(prior: object, { fixed = [] }: MStepOptions = {}): MStepRule {
  return {
    kind: 'm-step',
    name: 'maximum-a-posteriori',
    begin(problem) {
      const { model } = problem;
      const names = fixedNames(fixed, model);
      const resolved = needs(problem, 'resolvePrior', 'the maximum-a-posteriori rule')(prior);
      const logPrior = needs(model, 'logPrior', 'the maximum-a-posteriori rule');
      return {
        maximise: (statistics, previous) =>
          model.mStep(statistics, previous, { fixed: names, prior: resolved }),
        logPrior: parameters => logPrior(parameters, resolved),
      };
    },
  };
}
