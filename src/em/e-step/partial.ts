import { add, recentre, type Statistics } from '../../contract/statistics.js';
import { needs } from '../../models/model.js';
import { checkOptionNames } from '../../option-names.js';
import { checkBlocks, checkBlocksFit } from './blocks.js';
import type { EStepRule } from './rule.js';

export interface PartialOptions {
  /** Runs of rows whose statistics are kept, and redone one at a time. Default 16. */
  blocks?: number;
}

/** Statistics of a block, the entropy of its q, and the size of what that is a difference of. */
interface Kept {
  readonly statistics: Statistics;
  readonly entropy: number;
  readonly magnitude: number;
}

/**
 * Incremental EM (Neal & Hinton 1998): after one pass over all rows, each E-step redoes one block of rows at the
 * present θ, puts its statistics in the place of its old ones, and the M-step follows at once. The objective is
 * F(q, θ) of the q that all blocks together have; it never falls.
 *
 * @throws InvalidArgumentError unless blocks is an integer ≥ 1 and at most the number of rows
 */
export function partial(options: PartialOptions = {}): EStepRule {
  checkOptionNames(options, ['blocks'] satisfies (keyof PartialOptions)[]);
  const { blocks = 16 } = options;
  checkBlocks(blocks);
  return {
    kind: 'e-step',
    name: 'partial',
    monotone: true,
    stride: blocks,
    begin(problem) {
      checkBlocksFit(blocks, problem.table);
      const expectedLogJoint = needs(problem, 'expectedLogJoint', 'the partial rule');
      const size = (statistics: Statistics, parameters: Parameters<typeof expectedLogJoint>[1]) =>
        problem.magnitude?.(statistics, parameters) ?? Math.abs(expectedLogJoint(statistics, parameters));

      return async (parameters, iteration, state) => {
        const kept = [...((state ?? []) as readonly Kept[])];
        const redone =
          kept.length === 0 ? Array.from({ length: blocks }, (_, b) => b) : [(iteration - 1) % blocks];
        for (const index of redone) {
          const statistics = await problem.eStep(parameters, { block: { index, of: blocks } });
          const entropy = statistics.logLikelihood - expectedLogJoint(statistics, parameters);
          const magnitude = Math.abs(statistics.logLikelihood) + size(statistics, parameters);
          kept[index] = { statistics, entropy, magnitude };
        }
        const { origin } = kept[redone[0]].statistics;
        const total = kept.map(({ statistics }) => recentre(statistics, origin)).reduce(add);
        const entropy = kept.reduce((sum, block) => sum + block.entropy, 0);
        const logLikelihood = expectedLogJoint(total, parameters) + entropy;
        const magnitude = kept.reduce((sum, block) => sum + block.magnitude, size(total, parameters));
        return { ...total, logLikelihood, magnitude, state: kept };
      };
    },
  };
}
