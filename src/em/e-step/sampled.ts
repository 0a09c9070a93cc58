import { checkInteger } from '../../numbers.js';
import { checkOptionNames } from '../../option-names.js';
import type { EStepRule } from './rule.js';

export interface SampledOptions {
  /** S ≥ 1: how often z is drawn for each row. 1 is stochastic EM. Default 1. */
  draws?: number;
  /** Default 0. */
  seed?: number;
  /** Last iterations whose parameters are averaged into the result. Default 1: none. */
  average?: number;
}

/** The most draws a row: their numbers are float32 on a device. */
const MOST_DRAWS = 2 ** 16;

/**
 * Monte Carlo EM (Wei & Tanner 1990): the statistics are those of z drawn `draws` times from its posterior. With one
 * draw, stochastic EM (Celeux & Diebolt 1985). Nothing is monotone and nothing converges: all maxIter
 * steps are taken. Errors shrink like 1/√draws.
 *
 * @throws InvalidArgumentError unless draws and average are integers ≥ 1
 */
export function sampled(options: SampledOptions = {}): EStepRule {
  checkOptionNames(options, ['draws', 'seed', 'average'] satisfies (keyof SampledOptions)[]);
  const { draws = 1, seed = 0, average = 1 } = options;
  checkInteger('draws', draws, 1, MOST_DRAWS);
  checkInteger('average', average, 1);
  checkInteger('seed', seed, 0);
  return {
    kind: 'e-step',
    name: 'sampled',
    monotone: false,
    isFreeEnergy: false,
    leadIn: Number.POSITIVE_INFINITY,
    average,
    begin: problem => (parameters, iteration) =>
      problem.eStep(parameters, { assignment: { draws, seed, iteration } }),
  };
}
