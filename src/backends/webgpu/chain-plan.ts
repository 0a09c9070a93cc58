import { paddedComponents } from './geometry.js';

/** Most states of a chain: back-pointers and messages of more would not fit where the kernels keep them. */
export const MOST_STATES = 128;
/** States whose transitions fit the default 64 KiB of a uniform buffer. */
export const UNIFORM_STATES = 64;

/** How chains are walked. `lane`: an invocation a piece; `group`: an invocation some states of a piece. */
export interface ChainPlan {
  readonly walk: 'lane' | 'group';
  /** Invocations of a workgroup where each has a piece. */
  readonly lanes: number;
  /** Invocations of a `group`. */
  readonly span: number;
  /** Groups of a workgroup. */
  readonly slots: number;
  /** Pieces that keep the adapter busy. */
  readonly busyPieces: number;
  /** Rows of a piece. */
  readonly leastRows: number;
  readonly mostRows: number;
  /** Rows that are walked ahead of a piece to find out where it begins. */
  readonly warmRows: number;
  /** Rows of a chunk at most. */
  readonly chunkRows: number;
}

export function chainPlan(nStates: number, software: boolean, options: Partial<ChainPlan> = {}): ChainPlan {
  const plan: ChainPlan = software
    ? {
        walk: nStates > 8 ? 'group' : 'lane',
        lanes: 8,
        span: 8,
        slots: 1,
        busyPieces: 256,
        leastRows: 256,
        mostRows: 2048,
        warmRows: 64,
        chunkRows: 2 ** 20,
      }
    : {
        walk: nStates > 4 ? 'group' : 'lane',
        lanes: 32,
        span: paddedComponents(nStates),
        slots: Math.max(1, Math.floor(64 / paddedComponents(nStates))),
        busyPieces: 2 ** 13,
        leastRows: 128,
        mostRows: 2048,
        warmRows: 64,
        chunkRows: 2 ** 20,
      };
  return { ...plan, ...options };
}
