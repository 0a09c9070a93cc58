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
