import { add, recentre, type Statistics, scale } from '../../contract/statistics.js';
import { checkAtLeast, checkNumber } from '../../numbers.js';
import { checkOptionNames } from '../../option-names.js';
import { checkBlocks, checkBlocksFit } from './blocks.js';
import type { EStepRule } from './rule.js';

export interface StepSize {
  /** κ in (0.5, 1]: the step sizes are (t + delay)^(−κ), which sum to infinity and whose squares do not. Default 0.6. */
  exponent?: number;
  /** ≥ 1. Default 2. */
  delay?: number;
}

/**
 * γ_t = (t + delay)^(−exponent), t = 0, 1, …
 *
 * @throws InvalidArgumentError for an exponent outside of (0.5, 1] or a delay below 1
 */
export function stepSizes({ exponent = 0.6, delay = 2 }: StepSize = {}): (t: number) => number {
  checkNumber('exponent', exponent, 'in (0.5, 1]', value => value > 0.5 && value <= 1);
  checkAtLeast('delay', delay, 1);
  return t => (t + delay) ** -exponent;
}

/** Statistics a row: (1 − γ) of what is known, γ of what is new, about the origin of that. */
export const blend = (known: Statistics, fresh: Statistics, gamma: number): Statistics =>
  add(scale(recentre(known, fresh.origin), (1 - gamma) / known.mass), scale(fresh, gamma / fresh.mass));

const perRow = (statistics: Statistics) => scale(statistics, 1 / statistics.mass);

export interface StepwiseOptions extends StepSize {
  /** Runs of rows; each E-step takes the next one. Default 16. */
  blocks?: number;
}

/**
 * Stepwise EM (Cappé & Moulines 2009) over resident rows: each E-step sees one block, and moves running statistics
 * towards that block's by a step that shrinks. Nothing is monotone and nothing converges: all
 * maxIter steps are taken. The objective is each block's, scaled to all rows.
 */
export function stepwise(options: StepwiseOptions = {}): EStepRule {
  checkOptionNames(options, ['blocks', 'exponent', 'delay'] satisfies (keyof StepwiseOptions)[]);
  const { blocks = 16, ...stepSize } = options;
  checkBlocks(blocks);
  const gamma = stepSizes(stepSize);
  return {
    kind: 'e-step',
    name: 'stepwise',
    monotone: false,
    isFreeEnergy: false,
    stride: blocks,
    leadIn: Number.POSITIVE_INFINITY,
    begin(problem) {
      const { table } = problem;
      checkBlocksFit(blocks, table);
      return async (parameters, iteration, state) => {
        const before = state as Statistics | undefined;
        const block = { index: iteration % blocks, of: blocks };
        const fresh = await problem.eStep(parameters, { block });
        // A fit that goes on without them has steps too small for one block to make up for what it left.
        const first = async () => (iteration === 0 ? fresh : await problem.eStep(parameters));
        const running = before ? blend(before, fresh, gamma(iteration - 1)) : perRow(await first());
        const { mass } = table;
        const logLikelihood = (fresh.logLikelihood / fresh.mass) * mass;
        return { ...scale(running, mass), mass, logLikelihood, state: running };
      };
    },
  };
}
