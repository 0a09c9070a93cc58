import type { Rng } from '../../src/numerics/rng.js';

/** Inputs of one kind, many of them broken, and what takes them. */
export interface FuzzKind<Seed = unknown, Input = unknown> {
  readonly name: string;
  /** Good inputs that broken ones are made of. */
  seeds(): Promise<readonly Seed[]>;
  /** One input; the same for the same draws. */
  make(seeds: readonly Seed[], rng: Rng): Input;
  /**
   * Use an input as a person's program would, and compare what comes of it with what the input was made to say. What is
   * thrown must be an EmError, unless the result is wrong.
   */
  take(input: Input): Promise<unknown>;
  /** An input for people. */
  show(input: Input): string;
}

export const pick = <T>(values: readonly T[], rng: Rng): T => values[rng.integer(values.length)];

/** Whether one of `times` draws comes true. */
export const rarely = (times: number, rng: Rng): boolean => rng.integer(times) === 0;

/** `count` values. */
export const several = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
