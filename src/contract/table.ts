import type { Matrix } from '../data/matrix.js';
import type { Counts } from '../data/sparse-counts.js';
import type { Columns } from '../families/family.js';
import type { ChainWalks, Sequences } from './chains.js';
import type { Densities } from './densities.js';
import type { Statistics } from './statistics.js';
import type { DocumentOptions, ResidentCounts } from './topics.js';

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

export interface PosteriorOptions {
  readonly responsibilities?: boolean;
  /** `hard`: log densities are those of the label's component alone, max_k log p(x, k | θ). Default exact. */
  readonly assignment?: 'exact' | 'hard';
}

/** Posterior quantities of a run of rows. */
export interface Posterior {
  /** index of the first of these rows */
  readonly begin: number;
  /** [rows] argmax_k r_ik, ties to the smaller k */
  readonly labels: Uint32Array;
  /** [rows] log p(x_i | θ), nats */
  readonly logDensities: Float64Array;
  /** [rows, K] r_ik, only if asked for */
  readonly responsibilities?: Float64Array;
  /** [rows, K] log r_ik, with no floor where r_ik underflows; only if responsibilities are asked for */
  readonly logResponsibilities?: Float64Array;
}

/**
 * Responsibilities of rows [begin, begin + count) as [count, K]; each row sums to 1. Rows may be asked for once more: they
 * must be the same then.
 */
export type ResponsibilitySource = (begin: number, count: number) => Float64Array;

/** Rows in a buffer of the caller's GPU device: float32, row-major. */
export interface DeviceMatrix {
  /** a GPUBuffer with COPY_SRC usage, on the device that the backend uses */
  readonly data: object;
  /** [n, d] */
  readonly shape: readonly [number, number];
}

export type Loadable = Matrix | DeviceMatrix;

/** What belongs to rows that are loaded. */
export interface LoadOptions {
  /** Columns' centres and scales to round by, where the rows' own are not to matter: those of a model. */
  readonly units?: Columns;
  /** [n] how often each row counts: finite, ≥ 0, not all 0. Default: once. */
  readonly weights?: Float64Array;
}

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
