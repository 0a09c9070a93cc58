import { at, triangleLength } from '../numerics/triangle.js';

/** Something worth telling the user that is no error. */
export interface Note {
  readonly kind:
    | 'empty-component'
    | 'collapsed-component'
    | 'few-rows'
    | 'constant-column'
    | 'narrow-feature'
    | 'reseeded-cluster'
    | 'failed-start'
    | 'device-lost'
    | 'precision';
  /** The component concerned, of notes on one. */
  readonly component?: number;
  /** The columns concerned, from 0, of notes on some. */
  readonly columns?: readonly number[];
  readonly message: string;
}

/**
 * Which sufficient statistic T of u = x − origin a family needs: u alone, u with the squares of its entries, or u with
 * the lower triangle of u uᵀ.
 */
export type Moments = 'first' | 'diag' | 'full';

/** T: how many numbers a component's statistic has besides N_k. First D: Σ r u; then second moments, if any. */
export function statisticLength(moments: Moments, d: number): number {
  if (moments === 'first') return d;
  return d + (moments === 'full' ? triangleLength(d) : d);
}

/** How often chains start and step where. */
export interface ChainSums {
  /** [K] Σ over sequences of γ_1(k) */
  readonly initial: Float64Array;
  /** [K, K] Σ_t ξ_t(j, k) */
  readonly transitions: Float64Array;
}

/**
 * Expected sufficient statistics: a value that adds. Chunks, parts, devices and machines merge with one `add`.
 *
 * Component k contributes N_k = Σ_i r_ik to `counts[k]` and Σ_i r_ik T(x_i − origin_k) to its T entries of
 * `sums`; which T is the family's affair. Statistics are taken about `origin` (the current means) because raw
 * second moments lose their digits as soon as the means are far from 0.
 */
export interface Statistics {
  /** Σ of the weights of the rows summed over: their number, where they have none. */
  readonly mass: number;
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
  /** Which T; absent where sums are about no point. */
  readonly moments?: Moments;
  /** Of chains. */
  readonly chain?: ChainSums;
  /** Unit of rounding of the sums, relative, where it is not float64's. */
  readonly rounding?: number;
  /** What the E-step has to tell. */
  readonly notes?: readonly Note[];
}

/** Statistics of no rows, about an origin [K, D]. */
export function emptyStatistics(nComponents: number, moments: Moments, origin: Float64Array): Statistics {
  const length = statisticLength(moments, origin.length / nComponents);
  return {
    mass: 0,
    logLikelihood: 0,
    baseline: 0,
    counts: new Float64Array(nComponents),
    sums: new Float64Array(nComponents * length),
    origin,
    moments,
  };
}

/**
 * The same statistics about another origin: N is, Σ r u is S₁ + Nδ with δ = o − o′, and Σ r u uᵀ is the scatter about
 * the mean, S₂ − N m mᵀ with m = S₁ / N, and N (m + δ)(m + δ)ᵀ. So a mean that has leapt costs no digits: statistics are
 * about a point near to their own mean, and S₂ + S₁δᵀ + δS₁ᵀ + Nδδᵀ would cancel.
 *
 * @throws RangeError for statistics that do not say which T they are of
 */
export function recentre(statistics: Statistics, origin: Float64Array): Statistics {
  const { counts, moments, origin: own } = statistics;
  if (origin === own || origin.every((value, i) => value === own[i])) return statistics;
  if (!moments)
    throw new RangeError('Statistics about different origins add only where they say their moments.');
  const nComponents = counts.length;
  const d = origin.length / nComponents;
  const length = statisticLength(moments, d);
  const sums = Float64Array.from(statistics.sums);
  const [before, after] = [new Float64Array(d), new Float64Array(d)];
  for (let k = 0; k < nComponents; k++) {
    const count = counts[k];
    if (count === 0) continue;
    const first = sums.subarray(k * length, k * length + d);
    const second = sums.subarray(k * length + d, (k + 1) * length);
    for (let j = 0; j < d; j++) {
      const delta = own[k * d + j] - origin[k * d + j];
      before[j] = first[j] / count;
      after[j] = before[j] + delta;
      first[j] += count * delta;
    }
    const move = (t: number, i: number, j: number) => {
      second[t] = second[t] - count * before[i] * before[j] + count * after[i] * after[j];
    };
    if (moments === 'diag') for (let j = 0; j < d; j++) move(j, j, j);
    if (moments === 'full') {
      for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) move(at(i, j), i, j);
    }
  }
  return { ...statistics, sums, origin };
}

const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);

/** Sizes of what the objectives are sums of, where some do not say that it is their own. */
const sizeOf = (...all: Statistics[]) =>
  all.some(({ magnitude }) => magnitude !== undefined)
    ? {
        magnitude: all.reduce(
          (sum, { magnitude, logLikelihood }) => sum + (magnitude ?? Math.abs(logLikelihood)),
          0,
        ),
      }
    : {};

function withRest(sums: Pick<Statistics, 'chain'>, ...all: Statistics[]): Partial<Statistics> {
  const notes = all.flatMap(({ notes = [] }) => notes);
  const rounding = Math.max(...all.map(({ rounding = 0 }) => rounding));
  const { moments } = all[0];
  return {
    ...(moments && { moments }),
    ...(sums.chain && { chain: sums.chain }),
    ...(rounding > 0 && { rounding }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Statistics of the rows of `a` and the rows of `b`, about the origin of `a`. */
export function add(a: Statistics, other: Statistics): Statistics {
  const b = recentre(other, a.origin);
  const chain = a.chain &&
    b.chain && {
      initial: plus(a.chain.initial, b.chain.initial),
      transitions: plus(a.chain.transitions, b.chain.transitions),
    };
  return {
    mass: a.mass + b.mass,
    logLikelihood: a.logLikelihood + b.logLikelihood,
    baseline: (a.baseline ?? 0) + (b.baseline ?? 0),
    counts: plus(a.counts, b.counts),
    sums: plus(a.sums, b.sums),
    origin: a.origin,
    ...sizeOf(a, b),
    ...withRest({ chain }, a, b),
  };
}

/** Every row of `a` counted `factor` times. */
export function scale(a: Statistics, factor: number): Statistics {
  const times = (values: Float64Array) => values.map(value => value * factor);
  const chain = a.chain && {
    initial: times(a.chain.initial),
    transitions: times(a.chain.transitions),
  };
  return {
    mass: a.mass * factor,
    logLikelihood: a.logLikelihood * factor,
    baseline: (a.baseline ?? 0) * factor,
    counts: times(a.counts),
    sums: times(a.sums),
    origin: a.origin,
    ...(a.magnitude !== undefined && { magnitude: a.magnitude * Math.abs(factor) }),
    ...withRest({ chain }, a),
  };
}
