import chainBackward from '../../../shaders/chain-backward.wgsl?raw';
import chainForward from '../../../shaders/chain-forward.wgsl?raw';
import chainJoints from '../../../shaders/chain-joints.wgsl?raw';
import chainReduce from '../../../shaders/chain-reduce.wgsl?raw';
import chainViterbi from '../../../shaders/chain-viterbi.wgsl?raw';
import chain from '../../../shaders/include/chain.wgsl?raw';
import { type ChainPlan, UNIFORM_STATES } from './chain-plan.js';
import { paddedComponents } from './geometry.js';
import { expandShader } from './shader.js';

/** Which messages a joint hands over: forward ones, backward ones, those of the most probable paths. */
export type Direction = 'forward' | 'backward' | 'viterbi';

const SOURCES = {
  forward: chainForward,
  backward: chainBackward,
  viterbi: chainViterbi,
  joints: chainJoints,
  reduce: chainReduce,
};

export type ChainKernelName = keyof typeof SOURCES;

/** Groups of sums of ξ that are read back. */
export const TOTAL_GROUPS = 16;

export function chainShader(
  name: ChainKernelName,
  nStates: number,
  { lanes }: ChainPlan,
  direction: Direction,
): string {
  return expandShader(SOURCES[name], {
    includes: { chain },
    flags: {
      LARGE: nStates > UNIFORM_STATES,
      WHOLE: nStates % 4 === 0,
      BACKWARD: direction === 'backward',
      VITERBI: direction === 'viterbi',
    },
    constants: {
      STATES: nStates,
      QUADS: paddedComponents(nStates) / 4,
      LANES: lanes,
      GROUPS: TOTAL_GROUPS,
    },
  });
}
