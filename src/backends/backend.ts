import type { Matrix } from '../data/matrix.js';
import type { GaussianDensities } from '../models/gaussian-densities.js';
import type { Statistics } from '../statistics.js';

/** Which q the E-step takes: the exact posterior, or all mass on its largest component (ties: the first). */
export type EStepRule = 'exact' | 'hard';

/** Rows resident on a backend: loaded once, used by many fits. */
export interface Rows {
  readonly backend: Backend;
  /** [n, d] */
  readonly shape: readonly [number, number];
  /** [D] mean and standard deviation (1 where constant) of each column, in float64. */
  readonly center: Float64Array;
  readonly scale: Float64Array;
  /** Give the memory back; the rows cannot be used afterwards. Calling it twice is harmless. */
  dispose(): void;
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
}

/** Responsibilities of rows [begin, begin + count) as [count, K]; each row sums to 1. */
export type ResponsibilitySource = (begin: number, count: number) => Float64Array;

/** Rows in a buffer of the caller's GPU device: float32, row-major. */
export interface DeviceMatrix {
  /** a GPUBuffer with COPY_SRC usage, on the device that the backend uses */
  readonly data: object;
  /** [n, d] */
  readonly shape: readonly [number, number];
}

export type Loadable = Matrix | DeviceMatrix;

/** (θ, resident rows) → statistics. `cpu` is the definition, in float64; `webgpu` is the same thing, fast. */
export interface Backend {
  readonly device: 'cpu' | 'webgpu';
  /** The adapter in words, for reports. */
  readonly adapter: string;
  /** Unit of rounding of this backend's sums, relative: 2⁻⁵³ or 2⁻²⁴. */
  readonly epsilon: number;

  /** @throws InvalidDataError for points that this backend cannot hold */
  load(points: Loadable): Promise<Rows>;
  /** E-step: statistics of all rows, about the means of `densities`. */
  eStep(rows: Rows, densities: GaussianDensities, rule?: EStepRule): Promise<Statistics>;
  /** The M-step's half alone: statistics of all rows under given responsibilities. */
  accumulate(rows: Rows, densities: GaussianDensities, source: ResponsibilitySource): Promise<Statistics>;
  /** Posteriors of all rows, in order, a bounded number of rows at a time. */
  posterior(
    rows: Rows,
    densities: GaussianDensities,
    options?: { responsibilities?: boolean },
  ): AsyncIterable<Posterior>;
  /** Rows by index, as [indices.length, D] in the caller's units. */
  take(rows: Rows, indices: ArrayLike<number>): Promise<Float64Array>;
  /** Give back everything, rows included. */
  dispose(): void;
}
