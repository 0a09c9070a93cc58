import { paddedComponents } from '../mixture/geometry.js';
import { GPU_REGISTERS, isPossible, SOFTWARE_REGISTERS } from '../mixture/regimes.js';
import type { WorkspaceShape } from '../mixture/shape.js';

/** Most states of a chain: more would not fit where the kernels keep them. */
export const MOST_STATES = 128;
/** States whose transitions fit the default 64 KiB of a uniform buffer. */
export const UNIFORM_STATES = 64;

/** How chains are walked. */
export interface ChainPlan {
  /** `lane`: an invocation a piece, with all its states in registers; `group`: a group of them, with some states each. */
  readonly walk: 'lane' | 'group';
  /** Whether walks evaluate emissions, and sum up their statistics, themselves. */
  readonly fused: boolean;
  /** Invocations of a workgroup where each has a piece. */
  readonly lanes: number;
  /** Invocations of a group. */
  readonly span: number;
  /** Whether a group is a subgroup, whose invocations read each other's registers. */
  readonly subgroups: boolean;
  /** Groups of a workgroup. */
  readonly slots: number;
  /** Pieces that keep the adapter busy. */
  readonly busyPieces: number;
  /** Rows of a piece. */
  readonly leastRows: number;
  readonly mostRows: number;
  /** Rows that are walked ahead of a piece to find out what it begins with. */
  readonly warmRows: number;
  /** Rows of a chunk at most. */
  readonly chunkRows: number;
}

/** Multiplications of one iteration, N K², from which compiling for 20 seconds, rarely for a minute, pays off. */
const LONG_WORK = 2.5e8;
/** Invocations that a software adapter runs at once, where it does not say. */
const VECTOR = 8;
/** A subgroup of fewer invocations would have too many states each. */
const LEAST_SUBGROUP = 8;
const HARDWARE_GROUP = 64;
/** Numbers that messages at all joints may be: 16 MiB. */
const MOST_JOINT_NUMBERS = 2 ** 22;
/** Walks of more states keep so much that emissions are better left to kernels of their own. */
const FUSED_STATES = 8;

/** States that walks in registers are for; software adapters spill them to a cache, but compile long. */
const laneStates = (software: boolean, isLong: boolean) => (software ? (isLong ? 16 : 8) : 4);

/** What decides between walks of an adapter. */
export interface ChainAdapter {
  readonly software: boolean;
  /** Invocations of every subgroup, where there are subgroups of one size. */
  readonly subgroupSize?: number;
}

/**
 * Invocations that share a piece. Fewer, with more states each, take more code. Software adapters read other invocations'
 * registers at the price of a product, and workgroup memory at that of thirty.
 */
function groupOf(
  padded: number,
  { software, subgroupSize = 0 }: ChainAdapter,
  isLong: boolean,
  wanted?: boolean,
) {
  const paysOff = software && isLong && subgroupSize >= LEAST_SUBGROUP;
  if (subgroupSize > 0 && (wanted ?? paysOff)) return { span: subgroupSize, slots: 1, subgroups: true };
  if (!software)
    return { span: padded, slots: Math.max(1, Math.floor(HARDWARE_GROUP / padded)), subgroups: false };
  const least = padded > 32 ? 2 * VECTOR : VECTOR;
  return { span: isLong ? Math.min(padded, least) : padded, slots: 1, subgroups: false };
}

/** The one table of how chains are walked. `options` go before it. */
export function chainPlan(
  shape: WorkspaceShape,
  nRows: number,
  adapter: ChainAdapter,
  options: Partial<ChainPlan> = {},
): ChainPlan {
  const { software } = adapter;
  const nStates = shape.nComponents;
  const padded = paddedComponents(nStates);
  const isLong = nRows * nStates ** 2 >= LONG_WORK;
  const group = groupOf(padded, adapter, isLong, options.subgroups);
  const leastRows = Math.ceil((nRows * padded) / MOST_JOINT_NUMBERS);
  const walk = options.walk ?? (nStates <= laneStates(software, isLong) ? 'lane' : 'group');
  const plan: ChainPlan = {
    walk,
    fused:
      walk === 'lane' &&
      nStates <= FUSED_STATES &&
      isPossible('strip', shape, software ? SOFTWARE_REGISTERS : GPU_REGISTERS),
    lanes: software ? VECTOR : 32,
    ...group,
    busyPieces: software ? (walk === 'lane' ? 256 : 32) : 2 ** 13,
    leastRows: Math.max(leastRows, software ? 256 : 128),
    mostRows: Math.max(leastRows, 2048),
    warmRows: 64,
    chunkRows: 2 ** 20,
  };
  // as a subgroup a group has its size, and a workgroup to itself
  return { ...plan, ...options, ...(group.subgroups && group), subgroups: group.subgroups };
}
