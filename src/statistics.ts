/** Something worth telling the user that is no error. */
export interface Note {
  readonly kind:
    | 'empty-component'
    | 'collapsed-component'
    | 'few-rows'
    | 'narrow-feature'
    | 'reseeded-cluster'
    | 'failed-start'
    | 'precision';
  /** The component concerned, of notes on one. */
  readonly component?: number;
  readonly message: string;
}

/**
 * Expected sufficient statistics: a value that adds. Chunks, devices and machines merge with one `add`.
 *
 * Component k contributes N_k = Σ_i r_ik to `counts[k]` and Σ_i r_ik T(x_i − origin_k) to its T entries of
 * `sums`; which T is the family's affair. Statistics are taken about `origin` (the current means) because raw
 * second moments lose their digits as soon as the means are far from 0.
 */
export interface Statistics {
  /** Number of rows summed over. */
  readonly nRows: number;
  /**
   * Σ_i log p(x_i | θ): total, in nats, at the parameters of the E-step. Of another q than the exact posterior, its
   * free energy F(q, θ).
   */
  readonly logLikelihood: number;
  /** The part of it that no parameter changes, log x! for one. Default 0. */
  readonly baseline?: number;
  /** Of what `logLikelihood` is a sum, the sizes: its rounding is a multiple of that. Default: its own size. */
  readonly magnitude?: number;
  /** [K] expected number of rows per component. */
  readonly counts: Float64Array;
  /** [K, T] */
  readonly sums: Float64Array;
  /** [K, D] the point about which `sums` are taken. */
  readonly origin: Float64Array;
  /** Unit of rounding of the sums, relative, where it is not float64's. */
  readonly rounding?: number;
  /** What the E-step has to tell. */
  readonly notes?: readonly Note[];
}

/** Statistics of no rows, about the same origin as `like`. */
export function emptyStatistics(nComponents: number, length: number, origin: Float64Array): Statistics {
  return {
    nRows: 0,
    logLikelihood: 0,
    baseline: 0,
    counts: new Float64Array(nComponents),
    sums: new Float64Array(nComponents * length),
    origin,
  };
}

const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);

const withNotes = (...all: Statistics[]): Pick<Statistics, 'rounding' | 'notes'> => {
  const notes = all.flatMap(({ notes = [] }) => notes);
  const rounding = Math.max(...all.map(({ rounding = 0 }) => rounding));
  return { ...(rounding > 0 && { rounding }), ...(notes.length > 0 && { notes }) };
};

/** Statistics of the rows of `a` and the rows of `b`; both must be about one origin. */
export function add(a: Statistics, b: Statistics): Statistics {
  if (a.origin !== b.origin && a.origin.some((value, i) => value !== b.origin[i])) {
    throw new RangeError('Statistics about different origins do not add; take both about the same means.');
  }
  return {
    nRows: a.nRows + b.nRows,
    logLikelihood: a.logLikelihood + b.logLikelihood,
    baseline: (a.baseline ?? 0) + (b.baseline ?? 0),
    counts: plus(a.counts, b.counts),
    sums: plus(a.sums, b.sums),
    origin: a.origin,
    ...withNotes(a, b),
  };
}

/** Every row of `a` counted `factor` times. */
export function scale(a: Statistics, factor: number): Statistics {
  return {
    nRows: a.nRows * factor,
    logLikelihood: a.logLikelihood * factor,
    baseline: (a.baseline ?? 0) * factor,
    counts: a.counts.map(value => value * factor),
    sums: a.sums.map(value => value * factor),
    origin: a.origin,
    ...withNotes(a),
  };
}
