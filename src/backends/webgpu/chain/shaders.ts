import chainBackward from '../../../../shaders/chain-backward.wgsl?raw';
import chainBackwardGroup from '../../../../shaders/chain-backward-group.wgsl?raw';
import chainForward from '../../../../shaders/chain-forward.wgsl?raw';
import chainForwardGroup from '../../../../shaders/chain-forward-group.wgsl?raw';
import chainJoints from '../../../../shaders/chain-joints.wgsl?raw';
import chainLevels from '../../../../shaders/chain-levels.wgsl?raw';
import chainReduce from '../../../../shaders/chain-reduce.wgsl?raw';
import chainViterbi from '../../../../shaders/chain-viterbi.wgsl?raw';
import chain from '../../../../shaders/include/chain.wgsl?raw';
import chainAdvance from '../../../../shaders/include/chain-advance.wgsl?raw';
import chainEnd from '../../../../shaders/include/chain-end.wgsl?raw';
import chainGroup from '../../../../shaders/include/chain-group.wgsl?raw';
import chainPredict from '../../../../shaders/include/chain-predict.wgsl?raw';
import chainRows from '../../../../shaders/include/chain-rows.wgsl?raw';
import chainShare from '../../../../shaders/include/chain-share.wgsl?raw';
import chainStart from '../../../../shaders/include/chain-start.wgsl?raw';
import origin from '../../../../shaders/include/origin.wgsl?raw';
import { expandShader } from '../device/shader.js';
import { type Geometry, paddedComponents } from '../mixture/geometry.js';
import { densityIncludes } from '../mixture/shaders.js';
import type { WorkspaceShape } from '../mixture/shape.js';
import { type ChainPlan, UNIFORM_STATES } from './plan.js';

/** Which messages a joint hands over: forward ones, backward ones, those of the most probable paths. */
export type Direction = 'forward' | 'backward' | 'viterbi';

const SOURCES = {
  forward: chainForward,
  backward: chainBackward,
  smooth: chainBackward,
  viterbi: chainViterbi,
  levels: chainLevels,
  joints: chainJoints,
  reduce: chainReduce,
};

/** Those of walks by groups of invocations, where they differ. */
const GROUP_SOURCES: Partial<typeof SOURCES> = {
  forward: chainForwardGroup,
  backward: chainBackwardGroup,
  smooth: chainBackwardGroup,
};

/** `smooth` leaves γ where kernels of mixtures and readers find them; a fused `backward` needs none. */
export type ChainKernelName = keyof typeof SOURCES;

/** Groups of sums of ξ that are read back. */
export const TOTAL_GROUPS = 16;

/** What a chain kernel's text depends on. */
export interface ChainVariant {
  readonly shape: WorkspaceShape;
  readonly plan: ChainPlan;
  readonly geometry: Geometry;
  readonly direction: Direction;
}

/** vec4s that a walker leaves: ξ and γ_1, and sums of each component if they are summed up in walking. */
export function countQuads(
  { nComponents }: WorkspaceShape,
  { fused }: ChainPlan,
  { sums }: Geometry,
): number {
  const own = ((nComponents + 1) * paddedComponents(nComponents)) / 4;
  return own + (fused ? nComponents * sumQuads(sums.length) : 0);
}

export const sumQuads = (sums: number): number => Math.ceil(sums / 4);

export function chainShader(
  name: ChainKernelName,
  { shape, plan, geometry, direction }: ChainVariant,
): string {
  const { walk, lanes, span, slots, fused, subgroups } = plan;
  const { nComponents, nFeatures } = shape;
  const groupSource = walk === 'group' ? GROUP_SOURCES[name] : undefined;
  const isGroup = groupSource !== undefined;
  const padded = paddedComponents(nComponents);
  return expandShader(groupSource ?? SOURCES[name], {
    features: subgroups && isGroup ? ['subgroups'] : [],
    includes: {
      chain,
      'chain-advance': chainAdvance,
      'chain-end': chainEnd,
      'chain-group': chainGroup,
      'chain-predict': chainPredict,
      'chain-rows': chainRows,
      'chain-share': chainShare,
      'chain-start': chainStart,
      origin,
      ...densityIncludes(shape),
    },
    flags: {
      LARGE: nComponents > UNIFORM_STATES,
      BACKWARD: direction === 'backward',
      VITERBI: direction === 'viterbi',
      ONE_SLOT: slots === 1,
      SUBGROUPS: subgroups,
      GROUP: isGroup,
      FUSED: fused && (name === 'forward' || name === 'backward'),
      ROWS_VEC4: nFeatures % 4 === 0,
      ROWS_VEC2: nFeatures % 2 === 0,
    },
    constants: {
      STATES: nComponents,
      QUADS: padded / 4,
      SPAN: span,
      PER: Math.ceil(padded / span),
      SLOTS: slots,
      LANES: lanes,
      GROUPS: TOTAL_GROUPS,
      COUNTS: countQuads(shape, plan, geometry),
      D: nFeatures,
      COMPONENTS: nComponents,
      COMPONENT_LENGTH: geometry.component.length,
      SUMS_PER_COMPONENT: geometry.sums.length,
      SUM_QUADS: sumQuads(geometry.sums.length),
    },
  });
}
