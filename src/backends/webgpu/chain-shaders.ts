import chainBackward from '../../../shaders/chain-backward.wgsl?raw';
import chainBackwardGroup from '../../../shaders/chain-backward-group.wgsl?raw';
import chainForward from '../../../shaders/chain-forward.wgsl?raw';
import chainForwardGroup from '../../../shaders/chain-forward-group.wgsl?raw';
import chainJoints from '../../../shaders/chain-joints.wgsl?raw';
import chainLevels from '../../../shaders/chain-levels.wgsl?raw';
import chainReduce from '../../../shaders/chain-reduce.wgsl?raw';
import chainViterbi from '../../../shaders/chain-viterbi.wgsl?raw';
import chain from '../../../shaders/include/chain.wgsl?raw';
import chainEnd from '../../../shaders/include/chain-end.wgsl?raw';
import chainGroup from '../../../shaders/include/chain-group.wgsl?raw';
import chainStart from '../../../shaders/include/chain-start.wgsl?raw';
import { type ChainPlan, UNIFORM_STATES } from './chain-plan.js';
import { paddedComponents } from './geometry.js';
import { expandShader } from './shader.js';

/** Which messages a joint hands over: forward ones, backward ones, those of the most probable paths. */
export type Direction = 'forward' | 'backward' | 'viterbi';

const SOURCES = {
  forward: chainForward,
  backward: chainBackward,
  viterbi: chainViterbi,
  levels: chainLevels,
  joints: chainJoints,
  reduce: chainReduce,
};

/** Those of walks by groups of invocations, where they differ. */
const GROUP_SOURCES: Partial<typeof SOURCES> = { forward: chainForwardGroup, backward: chainBackwardGroup };

export type ChainKernelName = keyof typeof SOURCES;

/** Groups of sums of ξ that are read back. */
export const TOTAL_GROUPS = 16;

export function chainShader(
  name: ChainKernelName,
  nStates: number,
  { walk, lanes, span, slots }: ChainPlan,
  direction: Direction,
): string {
  const source = (walk === 'group' && GROUP_SOURCES[name]) || SOURCES[name];
  const padded = paddedComponents(nStates);
  return expandShader(source, {
    includes: { chain, 'chain-start': chainStart, 'chain-end': chainEnd, 'chain-group': chainGroup },
    flags: {
      LARGE: nStates > UNIFORM_STATES,
      BACKWARD: direction === 'backward',
      VITERBI: direction === 'viterbi',
      ONE_SLOT: slots === 1,
    },
    constants: {
      STATES: nStates,
      QUADS: padded / 4,
      SPAN: span,
      PER: Math.ceil(padded / span),
      SLOTS: slots,
      LANES: lanes,
      GROUPS: TOTAL_GROUPS,
    },
  });
}
