import type { ComponentDensities } from '../contract/densities.js';
import type { Statistics } from '../contract/statistics.js';
import type { Columns } from '../data/columns.js';
import { InvalidArgumentError, InvalidDataError } from '../errors.js';
import { checkAtLeast } from '../numbers.js';
import type { Rng } from '../numerics/rng.js';
import { checkOptionNames } from '../option-names.js';
import { brief } from '../quote.js';
import {
  type Arrays,
  EMPTY_ROWS,
  emptyNote,
  type Family,
  type MaximiseOptions,
  type Note,
} from './family.js';

/** What one kind of counts adds to `Linear`: scalar functions of one parameter v, the same for every feature. */
export interface Definition<Name extends string> {
  readonly name: string;
  /** What the parameter array is called: [K, D]. */
  readonly parameter: Name;
  /** η(v): log p(x | v) = η(v) x − A(v) + log h(x) */
  natural(v: number): number;
  /** A(v) */
  logPartition(v: number): number;
  /** E[x | v]; of one trial, where v leaves their number open */
  mean(v: number): number;
  /** [D] the numbers of trials of rows that are `center` on average, where v leaves them open. */
  trials?(center: Float64Array): Float64Array;
  /** The maximising [D] parameters, from Σ r x [D] and Σ r, pseudo-counts of a prior included. */
  maximise(sums: Float64Array, count: number): Float64Array;
  /** Pseudo-counts whose addition to the statistics turns maximising into finding the posterior's mode. */
  pseudoCounts(prior: object, d: number): { sums: Float64Array; count: number };
  /** log h(x) of one row */
  logBaseMeasure(x: Float64Array): number;
  /** What a row must be, in words, and whether one is. */
  readonly support: string;
  isPossible(x: Float64Array): boolean;
  /** Free parameters of one component. */
  nParameters(d: number): number;
  /** @throws InvalidArgumentError naming what is wrong with one component's parameters */
  checkParameters(values: Float64Array): void;
  /** Pulls impossible values into the open set that starts need. */
  interior(means: Float64Array, center: Float64Array): Float64Array;
  draw(values: Float64Array, rng: Rng, target: Float64Array, offset: number): void;
  /** An unbounded coordinate of v, and back. */
  toCoordinate(v: number): number;
  fromCoordinates(coordinates: Float64Array): Float64Array;
}

export type LinearParameters<Name extends string> = { readonly [name in Name]: Float64Array };

/** Units of rounding of a difference of large terms. */
const ROUNDING = 32 * Number.EPSILON;

/** A natural parameter this large is that of a probability or rate at the end of its range; see `logOf`. */
const BOUNDARY = 600;
/** What a count beyond that end costs: finite in float32, and far below every possible log density. */
const IMPOSSIBLE_FACTOR = 1e25;

/**
 * An exponential family whose statistic is x itself. Backends evaluate its density relative to that of the θ_0 that
 * fits the columns: log p(x | θ_k) / p(x | θ_0) = a_k · (x − μ_k) + a_k · μ_k − (A(θ_k) − A(θ_0)), a_k = η(θ_k) − η(θ_0).
 * What is large and common to all components, log x! above all, never reaches float32.
 */
export class Linear<Name extends string> implements Family<LinearParameters<Name>> {
  readonly form = 'linear';
  readonly moments = 'first';

  constructor(readonly definition: Definition<Name>) {}

  get name() {
    return this.definition.name;
  }

  shapes(k: number, d: number) {
    return { [this.definition.parameter]: [k, d] } as { [name in Name]: number[] };
  }

  nFeatures(parameters: LinearParameters<Name>, k: number): number {
    return this.#values(parameters).length / k;
  }

  nParameters(k: number, d: number): number {
    return k * this.definition.nParameters(d);
  }

  check(parameters: LinearParameters<Name>, k: number, d: number): void {
    const values = this.#values(parameters);
    for (let component = 0; component < k; component++) {
      const own = values.subarray(component * d, (component + 1) * d);
      try {
        this.definition.checkParameters(own);
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        throw new InvalidArgumentError(`Component ${component}: ${error.message}`);
      }
    }
  }

  densities(parameters: LinearParameters<Name>, k: number, columns: Columns): ComponentDensities {
    const { definition } = this;
    const values = this.#values(parameters);
    const reference = this.#reference(columns);
    const d = reference.length;
    const trials = definition.trials?.(columns.center);
    const means = values.map((v, at) => definition.mean(v) * (trials?.[at % d] ?? 1));
    const factors = new Float64Array(values.length);
    const logConstants = new Float64Array(k);
    for (let component = 0, at = 0; component < k; component++) {
      for (let j = 0; j < d; j++, at++) {
        factors[at] = definition.natural(values[at]) - definition.natural(reference[j]);
        const partition = definition.logPartition(values[at]) - definition.logPartition(reference[j]);
        logConstants[component] += factors[at] * means[at] - partition;
      }
    }
    return { logConstants, means, factors };
  }

  expectations(parameters: LinearParameters<Name>): Float64Array {
    return this.#values(parameters).map(this.definition.mean);
  }

  withZeros(densities: ComponentDensities, parameters: LinearParameters<Name>): ComponentDensities {
    const { definition } = this;
    const values = this.#values(parameters);
    const factors = densities.factors.map((factor, at) => {
      const natural = definition.natural(values[at]);
      return Math.abs(natural) < BOUNDARY ? factor : Math.sign(natural) * IMPOSSIBLE_FACTOR;
    });
    return { ...densities, factors };
  }

  baseline(x: Float64Array, columns: Columns, firstRow: number): Float64Array {
    const { definition } = this;
    const reference = this.#reference(columns);
    const d = reference.length;
    const naturals = reference.map(definition.natural);
    const partition = reference.reduce((sum, v) => sum + definition.logPartition(v), 0);
    const row = new Float64Array(d);
    return Float64Array.from({ length: x.length / d }, (_, i) => {
      let sum = -partition;
      for (let j = 0; j < d; j++) {
        row[j] = x[i * d + j];
        if (!Number.isSafeInteger(row[j])) throw this.#impossible(x, i, firstRow, d);
        sum += naturals[j] * row[j];
      }
      if (!definition.isPossible(row)) throw this.#impossible(x, i, firstRow, d);
      return sum + definition.logBaseMeasure(row);
    });
  }

  maximise(
    statistics: Statistics,
    previous: LinearParameters<Name>,
    { fixed, prior }: MaximiseOptions = {},
  ): { parameters: LinearParameters<Name>; notes: Note[] } {
    const { counts } = statistics;
    const values = Float64Array.from(this.#values(previous));
    const d = values.length / counts.length;
    const pseudo = prior && informative(this.definition.pseudoCounts(prior, d));
    const notes: Note[] = [];
    counts.forEach((count, k) => {
      if (count < EMPTY_ROWS) notes.push(emptyNote(k, prior));
      if (fixed?.has(this.definition.parameter) || (count < EMPTY_ROWS && !pseudo)) return;
      const total = totals(statistics, k, d).map((sum, j) => Math.max(0, sum + (pseudo?.sums[j] ?? 0)));
      values.set(this.definition.maximise(total, count + (pseudo?.count ?? 0)), k * d);
    });
    return { parameters: this.#named(values), notes };
  }

  prior(given: object): object {
    this.definition.pseudoCounts(given, 1);
    return given;
  }

  logPrior(parameters: LinearParameters<Name>, prior: object): number {
    const { definition } = this;
    const values = this.#values(parameters);
    const d = this.nFeatures(parameters, 1);
    const pseudo = definition.pseudoCounts(prior, d);
    const each = pseudo.sums.length;
    return values.reduce((sum, v, at) => {
      const natural = pseudo.sums[at % each] === 0 ? 0 : definition.natural(v);
      return sum + pseudo.sums[at % each] * natural - pseudo.count * definition.logPartition(v);
    }, 0);
  }

  /**
   * Log densities are differences of terms as large as η x and A: the host rounds them to a multiple of these. v itself is
   * rounded, too, which moves a logarithm by a unit of 1 however near 0 it is.
   */
  shortfall(statistics: Statistics, parameters: LinearParameters<Name>): number {
    const { natural, logPartition } = this.definition;
    const { counts, origin } = statistics;
    const values = this.#values(parameters);
    const d = values.length / counts.length;
    return counts.reduce((sum, count, k) => {
      const sizes = totals(statistics, k, d).map((total, j) => {
        const v = values[k * d + j];
        const terms = total + count * Math.abs(origin[k * d + j]);
        return (total > 0 ? (1 + Math.abs(natural(v))) * terms : 0) + count * Math.abs(logPartition(v));
      });
      return sum + ROUNDING * sizes.reduce((all, size) => all + size, 0);
    }, 0);
  }

  around(means: Float64Array, k: number, { center }: Columns): LinearParameters<Name> {
    const d = center.length;
    const values = new Float64Array(means.length);
    for (let component = 0; component < k; component++) {
      const own = means.subarray(component * d, (component + 1) * d);
      values.set(this.definition.interior(own, center), component * d);
    }
    return this.#named(values);
  }

  toVector(parameters: LinearParameters<Name>): Float64Array {
    return this.#values(parameters).map(this.definition.toCoordinate);
  }

  fromVector(vector: Float64Array, like: LinearParameters<Name>, k: number): LinearParameters<Name> {
    const d = this.nFeatures(like, k);
    const values = new Float64Array(vector.length);
    for (let at = 0; at < vector.length; at += d) {
      values.set(this.definition.fromCoordinates(vector.subarray(at, at + d)), at);
    }
    return this.#named(values);
  }

  sampler(parameters: LinearParameters<Name>, k: number) {
    const values = this.#values(parameters);
    const d = values.length / k;
    return (component: number, rng: Rng, target: Float64Array, offset: number) =>
      this.definition.draw(values.subarray(component * d, (component + 1) * d), rng, target, offset);
  }

  #values(parameters: Arrays): Float64Array {
    return parameters[this.definition.parameter];
  }

  #named(values: Float64Array) {
    return { [this.definition.parameter]: values } as LinearParameters<Name>;
  }

  /** θ_0. Its natural parameters are finite: where a column says nothing but one end of the range, near that end. */
  #reference({ center }: Columns): Float64Array {
    const { definition } = this;
    const fitted = definition.maximise(Float64Array.from(center), 1);
    const inside = definition.interior(Float64Array.from(center), new Float64Array(center.length).fill(1));
    return fitted.map((v, j) => (Math.abs(definition.natural(v)) < BOUNDARY ? v : inside[j]));
  }

  #impossible(x: Float64Array, i: number, firstRow: number, d: number): InvalidDataError {
    const row = Array.from(x.subarray(i * d, (i + 1) * d), value => Number(value.toPrecision(6)));
    const isLarge = row.some(value => value > Number.MAX_SAFE_INTEGER);
    return new InvalidDataError(
      `Row ${firstRow + i} is [${brief(row.join(', '), 200)}]; the ${this.name} family needs ${this.definition.support}` +
        `${isLarge ? ' below 2^53, up to which float64 counts' : ''}.`,
    );
  }
}

/** [D] Σ_i r_ik x_i */
const totals = ({ counts, sums, origin }: Statistics, k: number, d: number): Float64Array =>
  sums.slice(k * d, (k + 1) * d).map((sum, j) => sum + counts[k] * origin[k * d + j]);

/** A flat prior says nothing of components without rows. */
const informative = (pseudo: { sums: Float64Array; count: number }) =>
  pseudo.count > 0 || pseudo.sums.some(sum => sum > 0) ? pseudo : undefined;

/** Log of a probability or rate, finite at 0: an impossible count costs 700 nats each, in float32 too. */
export const logOf = (v: number) => Math.log(Math.max(v, 1e-300));

/** @throws InvalidArgumentError unless every one of a prior's named numbers is above `least` */
export function checkPrior(prior: object, least: Record<string, number>): void {
  checkOptionNames(prior, Object.keys(least));
  for (const [name, bound] of Object.entries(least)) {
    checkAtLeast(`The prior's ${name}`, (prior as Record<string, unknown>)[name], bound);
  }
}
