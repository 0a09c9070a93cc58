import type { DocumentOptions } from './topics.js';

/**
 * How responsibilities follow from log joint densities: the posterior itself, all mass on its largest component (ties:
 * the first), or the frequencies of draws from it.
 */
export type Assignment = 'exact' | 'hard' | Draws;

/** z drawn `draws` times a row. One seed and iteration give the same draws on every backend, to rounding. */
export interface Draws {
  readonly draws: number;
  readonly seed: number;
  readonly iteration: number;
  /** What the first row counts as; default 0. */
  readonly begin?: number;
}

/** One of `of` runs of consecutive rows, all but equally long. */
export interface Block {
  readonly index: number;
  readonly of: number;
}

/** [begin, end) of a block of n rows; of all rows where there is none. */
export const blockRange = (n: number, block: Block = { index: 0, of: 1 }): [begin: number, end: number] => [
  Math.floor((block.index * n) / block.of),
  Math.floor(((block.index + 1) * n) / block.of),
];

/** How finely sums are taken. */
export interface SumOptions {
  /** Components of which the sums are to be float64's. Default: none. */
  readonly exact?: readonly number[];
  /** [K, D] the point that sums are about, all of them float64's then. Default: the means, as the device sees them. */
  readonly origin?: Float64Array;
}

/** How an E-step of resident rows is taken. */
export interface TableEStepOptions extends SumOptions {
  /** Default exact. */
  readonly assignment?: Assignment;
  /** Default: all rows. */
  readonly block?: Block;
}

/** What an E-step may be asked for besides the plain posterior of all rows. */
export interface EStepOptions {
  readonly assignment?: Assignment;
  /** Inverse temperature β > 0: q ∝ p(x, z | θ)^β. Default 1. */
  readonly beta?: number;
  /** [K] added to the log weights: q ∝ p(x, z | θ) e^bias. */
  readonly bias?: Float64Array;
  /** Default: all rows. */
  readonly block?: Block;
  /** Of a posterior that is found by coordinate ascent: when it is good enough. */
  readonly documents?: DocumentOptions;
}
