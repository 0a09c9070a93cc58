import type { Columns } from '../data/columns.js';
import type { Loadable } from '../data/matrix.js';
import type { Counts } from '../data/sparse-counts.js';
import type { ChainWalks, Sequences } from './chains.js';
import type { Densities } from './densities.js';
import type { SumOptions, TableEStepOptions } from './e-step.js';
import type { Posterior, PosteriorOptions, ResponsibilitySource } from './posterior.js';
import type { Statistics } from './statistics.js';
import type { DocumentSettings, DocumentState, DocumentTopics } from './topics.js';

/** What belongs to rows that are loaded. */
export interface LoadOptions {
  /** Columns' centres and scales to round by, where the rows' own are not to matter: those of a model. */
  readonly units?: Columns;
  /** [n] how often each row counts: finite, ≥ 0, not all 0. Default: once. */
  readonly weights?: Float64Array;
}

/** What is loaded to a backend. */
export interface Loaded {
  /** Where it is. */
  readonly backend: Backend;
  /** [n, d] */
  readonly shape: readonly [number, number];
  /** [D] mean and standard deviation (1 where constant) of each column, in float64. */
  readonly center: Float64Array;
  readonly scale: Float64Array;
  /** The same on the CPU, in float64; it goes when this does. Absent where this is in float64. */
  inFloat64?(): Promise<Loaded>;
  /** How often its device was lost and it was loaded again on another, which changes no result. Absent: never. */
  readonly losses?: number;
  /** Σ of the rows' weights; n where they have none. What is counted, is counted in it. */
  readonly mass: number;
  /** Give the memory back; it cannot be used afterwards. Calling it twice is harmless. */
  dispose(): void;
}

/** Rows that are somewhere: loaded once, used by many fits. Whoever wants something of them asks them. */
export interface Rows extends Loaded {
  /** [D] Σ w (x − center)² of each column: what widths of several tables add up from. */
  readonly squares: Float64Array;
  /** [n] how often each row counts, ≥ 0; absent: once. */
  readonly weights?: Float64Array;
  /** How the rows divide into sequences; absent: they have no order. */
  readonly sequences?: Sequences;

  /** E-step: statistics of the rows. */
  eStep(densities: Densities, options?: TableEStepOptions): Promise<Statistics>;
  /** The M-step's half alone: statistics of all rows under given responsibilities. */
  accumulate(densities: Densities, source: ResponsibilitySource, options?: SumOptions): Promise<Statistics>;
  /** Posteriors of all rows, in order, a bounded number of rows at a time. */
  posterior(densities: Densities, options?: PosteriorOptions): AsyncIterable<Posterior>;
  /** What walks along the sequences. */
  readonly walks?: ChainWalks;
  /** The same rows, divided into sequences. They are given back with these. @throws InvalidArgumentError */
  divide(sequences: Sequences): Rows;
  inFloat64?(): Promise<Rows>;
  /** Rows [begin, begin + count) as [count, D] in the caller's units. */
  read(begin: number, count: number): Promise<Float64Array>;
  /** Rows by index, as [indices.length, D] in the caller's units. */
  take(indices: ArrayLike<number>): Promise<Float64Array>;
}

/** Where rows can be loaded to. `cpu` is the definition, in float64; `webgpu` is the same thing, fast. */
export interface Backend {
  readonly device: 'cpu' | 'webgpu';
  /** The adapter in words, for reports. */
  readonly adapter: string;
  /** Unit of rounding of this backend's sums, relative: 2⁻⁵³ or 2⁻²⁴. */
  readonly epsilon: number;

  /**
   * Rows of the caller's array stay the caller's: they must not change while they are in use.
   *
   * @throws InvalidDataError for points that this backend cannot hold
   * @throws InvalidArgumentError for weights that are none
   */
  load(points: Loadable, options?: LoadOptions): Promise<Rows>;
  /** Word counts of documents, for models with topics. @throws InvalidDataError */
  loadCounts(counts: Counts): Promise<ResidentCounts>;
  /** Give back everything, rows included. */
  dispose(): void;
}
/** Counts resident on a backend: loaded once, used by many fits. Rows are documents, columns are words. */
export interface ResidentCounts extends Loaded {
  /** [P] the words that occur, in increasing order: all that a backend needs to know of the topics. */
  readonly words: Uint32Array;
  /** @param begin default: every document begins anew */
  documentTopics(settings: DocumentSettings, begin?: DocumentState): Promise<DocumentTopics>;
  inFloat64?(): Promise<ResidentCounts>;
}
