import { paddedComponents } from './geometry.js';
import { GPU_REGISTERS, isPossible, SOFTWARE_REGISTERS } from './regimes.js';
import type { WorkspaceShape } from './workspace.js';

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

/** Multiplications of one iteration, N K², from which compiling for 20 seconds pays off. */
const LONG_WORK = 2.5e8;
/** Invocations that a software adapter runs at once: a barrier between more costs as much as 100 products. */
const VECTOR = 8;
const HARDWARE_GROUP = 64;
/** Walks of more states keep so much that emissions are better left to kernels of their own. */
const FUSED_STATES = 8;

/** States that walks in registers are for; software adapters spill them to a cache, but compile long. */
const laneStates = (software: boolean, isLong: boolean) => (software ? (isLong ? 16 : 8) : 4);

/** Invocations that share a piece. Fewer, with more states each, take more code. */
function spanOf(padded: number, software: boolean, isLong: boolean): number {
  if (!software || !isLong) return padded;
  return Math.min(padded, padded > 32 ? 2 * VECTOR : VECTOR);
}

/** The one table of how chains are walked. `options` go before it. */
export function chainPlan(
  shape: WorkspaceShape,
  nRows: number,
  software: boolean,
  options: Partial<ChainPlan> = {},
): ChainPlan {
  const nStates = shape.nComponents;
  const padded = paddedComponents(nStates);
  const isLong = nRows * nStates ** 2 >= LONG_WORK;
  const span = options.span ?? spanOf(padded, software, isLong);
  const walk = options.walk ?? (nStates <= laneStates(software, isLong) ? 'lane' : 'group');
  const plan: ChainPlan = {
    walk,
    fused:
      walk === 'lane' &&
      nStates <= FUSED_STATES &&
      isPossible('strip', shape, software ? SOFTWARE_REGISTERS : GPU_REGISTERS),
    lanes: software ? VECTOR : 32,
    span,
    slots: software ? 1 : Math.max(1, Math.floor(HARDWARE_GROUP / span)),
    busyPieces: software ? 256 : 2 ** 13,
    leastRows: software ? 256 : 128,
    mostRows: 2048,
    warmRows: 64,
    chunkRows: 2 ** 20,
  };
  return { ...plan, ...options };
}
