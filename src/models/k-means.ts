import { adjust, type Densities } from '../contract/densities.js';
import type { EStepOptions } from '../contract/e-step.js';
import type { Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import { EMPTY_ROWS, type MaximiseOptions, type Note } from '../families/family.js';
import type { Model, Problem } from './model.js';

export type KMeansParameters = {
  /** [K, D] */
  readonly centers: Float64Array;
};

/** Statistics in which empty clusters have been given rows. */
interface Reseeded extends Statistics {
  readonly reseeded?: readonly number[];
}

/** Rows [begin, …) with the nearest centre of each. */
export interface Nearest {
  readonly begin: number;
  readonly labels: Uint32Array;
  /** [rows] squared distances, in the model's units */
  readonly squares: Float64Array;
}

/** k-means bound to rows. */
export interface KMeansProblem extends Problem<KMeansParameters, Rows> {
  /** The nearest centre of all rows, in order, and min_k |x_i − μ_k|². */
  nearest(parameters: KMeansParameters): AsyncIterable<Nearest>;
}

/**
 * k-means as EM: log p(x, k | θ) = −½ |x − μ_k|², and only the centres move. Under the hard rule this is Lloyd's
 * algorithm and the objective −½ inertia; under `tempered(β)` soft k-means with stiffness β.
 */
export class KMeansModel implements Model<KMeansParameters> {
  /** @param units [D] what columns are divided by where distances are measured; default 1 */
  constructor(
    readonly nComponents: number,
    readonly units?: Float64Array,
  ) {}

  densities({ centers }: KMeansParameters): Densities {
    const k = this.nComponents;
    const d = centers.length / k;
    return {
      form: 'diag',
      moments: 'first',
      nComponents: k,
      nFeatures: d,
      logConstants: new Float64Array(k),
      means: centers,
      factors: centers.map((_, i) => 1 / (this.units?.[i % d] ?? 1)),
    };
  }

  on(table: Rows): KMeansProblem {
    return {
      model: this,
      table,
      eStep: (parameters, options) => this.#eStep(parameters, table, options),
      posterior: (parameters, options) => table.posterior(this.densities(parameters), options),
      accumulate: (parameters, source) => table.accumulate(this.densities(parameters), source),
      nearest: parameters => this.#nearest(parameters, table),
      isSettled: (before, after) => isSettled(before, after, table),
    };
  }

  async #eStep(parameters: KMeansParameters, rows: Rows, options: EStepOptions = {}): Promise<Statistics> {
    const { assignment, beta = 1, block } = options;
    const densities = adjust(this.densities(parameters), options);
    const found = await rows.eStep(densities, { assignment, block });
    const statistics = { ...found, logLikelihood: found.logLikelihood / beta };
    const empty = assignment === 'hard' && !block ? emptyClusters(statistics) : [];
    return empty.length === 0 ? statistics : this.#reseed(statistics, parameters, rows, empty);
  }

  get parameterNames(): string[] {
    return ['centers'];
  }

  async *#nearest(parameters: KMeansParameters, rows: Rows): AsyncIterable<Nearest> {
    const densities = this.densities(parameters);
    const posterior = rows.posterior(densities, { assignment: 'hard' });
    for await (const { begin, labels, logDensities } of posterior) {
      yield { begin, labels, squares: logDensities.map(value => -2 * value) };
    }
  }

  /** μ_k is the mean of the cluster's rows; that of a cluster without rows stays. */
  mStep(statistics: Reseeded, { centers }: KMeansParameters, { fixed }: MaximiseOptions = {}) {
    const { reseeded = [] } = statistics;
    const next = fixed?.has('centers') ? Float64Array.from(centers) : meansOf(statistics, centers);
    const notes = reseeded.map(
      (component): Note => ({
        kind: 'reseeded-cluster',
        component,
        message: `Cluster ${component} was empty; it was seeded anew with the row farthest from its centre. Try fewer clusters or another start.`,
      }),
    );
    return { parameters: { centers: next }, notes };
  }

  /** Give each empty cluster the row that is farthest from its own centre: the objective can only gain. */
  async #reseed(
    statistics: Statistics,
    parameters: KMeansParameters,
    rows: Rows,
    empty: readonly number[],
  ): Promise<Reseeded> {
    const farthest = await this.#farthest(parameters, rows, empty.length);
    const taken = await rows.take(farthest.map(({ row }) => row));
    const { weights } = rows;
    const d = rows.shape[1];
    const counts = Float64Array.from(statistics.counts);
    const sums = Float64Array.from(statistics.sums);
    const reseeded: number[] = [];
    farthest.forEach(({ row, label }, i) => {
      const weight = weights?.[row] ?? 1;
      if (counts[label] - weight < EMPTY_ROWS) return; // the last row of its cluster stays
      const cluster = empty[i];
      reseeded.push(cluster);
      counts[label] -= weight;
      counts[cluster] += weight;
      for (let j = 0; j < d; j++) {
        const value = taken[i * d + j];
        sums[label * d + j] -= weight * (value - statistics.origin[label * d + j]);
        sums[cluster * d + j] += weight * (value - statistics.origin[cluster * d + j]);
      }
    });
    return { ...statistics, counts, sums, reseeded };
  }

  async #farthest(parameters: KMeansParameters, rows: Rows, count: number) {
    let farthest: { row: number; label: number; square: number }[] = [];
    for await (const { begin, labels, squares } of this.#nearest(parameters, rows)) {
      for (let i = 0; i < labels.length; i++) {
        if (farthest.length === count && squares[i] <= farthest[count - 1].square) continue;
        if (rows.weights?.[begin + i] === 0) continue;
        farthest.push({ row: begin + i, label: labels[i], square: squares[i] });
        farthest.sort((a, b) => b.square - a.square || a.row - b.row);
        farthest = farthest.slice(0, count);
      }
    }
    return farthest;
  }
}

/** The same numbers of rows about the same means, to the rounding of their sums: the same labels. */
function isSettled(before: Statistics, after: Statistics, { center, scale, backend }: Rows): boolean {
  if (before.counts.some((count, k) => count !== after.counts[k])) return false;
  const epsilon = Math.max(backend.epsilon, after.rounding ?? 0);
  const means = meansOf(before, before.origin);
  return meansOf(after, after.origin).every((mean, at) => {
    const j = at % scale.length;
    const reach = scale[j] + Math.abs(mean - center[j]);
    const rounding = ROUNDING_UNITS * (epsilon * reach + Number.EPSILON * Math.abs(mean));
    return Math.abs(mean - means[at]) <= rounding;
  });
}

/** What rounding of sums and of their origin leaves between means of the same rows. */
const ROUNDING_UNITS = 8;

/** [K, D] the mean of each cluster's rows, or what `otherwise` says of one without rows. */
function meansOf({ counts, sums, origin }: Statistics, otherwise: Float64Array): Float64Array {
  const d = origin.length / counts.length;
  return otherwise.map((value, at) => {
    const count = counts[Math.floor(at / d)];
    return count < EMPTY_ROWS ? value : origin[at] + sums[at] / count;
  });
}

const emptyClusters = ({ counts }: Statistics): number[] =>
  Array.from(counts, (count, k) => (count < EMPTY_ROWS ? k : -1)).filter(k => k >= 0);
