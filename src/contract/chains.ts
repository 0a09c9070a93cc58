import type { Densities } from './densities.js';
import type { SumOptions } from './e-step.js';
import type { ChainSums, Statistics } from './statistics.js';

/** Consecutive runs of resident rows, each a sequence of its own. */
export interface Sequences {
  /** [sequences] ≥ 1 each, in the order of the rows; they add up to n. */
  readonly lengths: Uint32Array;
  /** [sequences] how often each counts; absent: once. */
  readonly weights?: Float64Array;
}

/**
 * Emission log densities below this are those of rows that a state cannot produce, as log 0: families of counts make
 * them so low only where a probability or rate is 0. (Gaussians cannot make a row impossible.)
 */
export const LOG_IMPOSSIBLE = -1e20;

/** A hidden Markov model, ready to evaluate: all that a backend knows of it. Logarithms of 0 are −Infinity. */
export interface Chain {
  /** log p(x_t | z_t = k): no weights in them. K states are its components. */
  readonly emission: Densities;
  /** [K] log δ_k */
  readonly logInitial: Float64Array;
  /** [K, K] log Γ_jk, from j to k */
  readonly logTransition: Float64Array;
}

/** A run of consecutive rows of the smoothed or filtered distributions of z_t. */
export interface StateRun {
  /** index of the first of these rows, of all rows */
  readonly begin: number;
  /** [rows, K] */
  readonly probabilities: Float64Array;
}

/** What walks along the sequences of resident rows. Ties between states go to the smaller one. */
export interface ChainWalks {
  /**
   * Baum–Welch's E-step: the emissions' statistics, those of the chain, and Σ log p(sequence), each sequence as often as
   * it counts.
   *
   * @throws ImpossibleSequenceError naming the sequence and the row from which on no path is possible
   */
  forwardBackward(chain: Chain, options?: SumOptions): Promise<Statistics & { readonly chain: ChainSums }>;
  /** γ_t(k) = p(z_t = k | the whole sequence), in order. @throws ImpossibleSequenceError */
  smoothed(chain: Chain): AsyncIterable<StateRun>;
  /** [sequences] log p(sequence): the forward pass alone. −Infinity where no path is possible. */
  logLikelihoods(chain: Chain): Promise<Float64Array>;
  /** The most probable path of each sequence, and its log joint probability. @throws ImpossibleSequenceError */
  viterbi(chain: Chain): Promise<{ states: Uint32Array; logProbabilities: Float64Array }>;
}
