import { needs } from '../models/model.js';
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
export function maximumAPosteriori({ fixed = [], ...given }: MaximumAPosterioriOptions = {}): MStepRule {
  const names = new Set(fixed);
  return {
    name: 'maximum-a-posteriori',
    begin(model, rows) {
      const prior = needs(model, 'resolvePrior', 'the maximum-a-posteriori rule')(given, rows);
      const logPrior = needs(model, 'logPrior', 'the maximum-a-posteriori rule');
      return {
        maximise: (statistics, previous) => model.mStep(statistics, previous, { fixed: names, prior }),
        logPrior: parameters => logPrior(parameters, prior),
      };
    },
  };
}
