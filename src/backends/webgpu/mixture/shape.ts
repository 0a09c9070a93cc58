import type { Densities } from '../../../contract/densities.js';
/** The shape of the models that one workspace serves. */
export type WorkspaceShape = Pick<Densities, 'form' | 'nComponents' | 'nFeatures' | 'moments'>;
/**
 * Which kernels an E-step takes.
 *
 * - strip: one pass; all components' parameters and sums stay in an invocation's registers
 * - streamed: logits, normalise, accumulate; a few components' stay in registers while rows stream by
 * - tiled: logits and scatter matrices from blocks in workgroup memory, for components too large for registers
 */
export type Regime = 'strip' | 'streamed' | 'tiled';

/** Components that an invocation of mixture-logits, and of mixture-accumulate, holds. No sum's order depends on it. */
export interface Tiles {
  readonly logitsComponents: number;
  readonly accumulateComponents: number;
}

export interface Plan extends Tiles {
  readonly regime: Regime;
  /** Lanes that keep the adapter busy. */
  readonly busyLanes: number;
  /** Bound of each scratch buffer. Default 32 MiB. */
  readonly scratchBytes?: number;
}
export type KernelName =
  | 'mixture-strip'
  | 'mixture-logits'
  | 'mixture-logits-tiled'
  | 'mixture-normalise'
  | 'mixture-accumulate'
  | 'mixture-scatter'
  | 'reduce-lanes';
