import { InvalidArgumentError } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
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
  if (!Number.isInteger(draws) || draws < 1 || draws > MOST_DRAWS) {
    throw new InvalidArgumentError(`draws must be an integer from 1 to ${MOST_DRAWS}, got ${draws}.`);
  }
  if (!Number.isInteger(average) || average < 1) {
    throw new InvalidArgumentError(`average must be an integer ≥ 1, got ${average}.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidArgumentError(`seed must be an integer ≥ 0, got ${seed}.`);
  }
  return {
    kind: 'e-step',
    name: 'sampled',
    monotone: false,
    isFreeEnergy: false,
    leadIn: Number.POSITIVE_INFINITY,
    average,
    begin: (model, rows) => (parameters, iteration) =>
      model.eStep(parameters, rows, { assignment: { draws, seed, iteration } }),
  };
}
