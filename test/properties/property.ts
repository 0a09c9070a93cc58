import type fc from 'fast-check';
import type { Backend } from '../../src/index.js';
import type { Findings } from './findings.js';

/** How large tables are: small enough for `npm test`, or for a long run. */
export type Size = 'test' | 'long';

/** Where a case runs: on the CPU, which is right, and on WebGPU beside it where there is one. */
export interface Backends {
  readonly cpu: Backend;
  readonly gpu?: Backend;
}

/** A model and what has to hold of it, whatever the rows. */
export interface PropertyModel<Recipe = unknown> {
  readonly name: string;
  /** What to make: a few numbers, so that what fails can be made small, and printed. */
  recipes(size: Size): fc.Arbitrary<Recipe>;
  /** Make it, and try every property. What is thrown has failed. */
  examine(recipe: Recipe, backends: Backends, findings: Findings): Promise<void>;
}
