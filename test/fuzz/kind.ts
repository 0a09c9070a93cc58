import type { Rng } from '../../src/numerics/rng.js';

/** Inputs of one kind, most of them broken, and what takes them. */
export interface FuzzKind<Seed = unknown> {
  readonly name: string;
  /** Good inputs that broken ones are made of. */
  seeds(): Promise<readonly Seed[]>;
  /** One input; the same for the same draws. */
  make(seeds: readonly Seed[], rng: Rng): string | Uint8Array;
  /** Use an input as a person's program would. What is thrown must be an EmError. */
  take(input: string | Uint8Array): Promise<unknown>;
}

export const pick = <T>(values: readonly T[], rng: Rng): T => values[rng.integer(values.length)];
