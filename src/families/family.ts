import type { ComponentDensities, DensityForm } from '../contract/densities.js';
import type { Moments, Note, Statistics } from '../contract/statistics.js';
import type { Columns } from '../data/columns.js';
import type { Rng } from '../numerics/rng.js';

export type { Note } from '../contract/statistics.js';

/** Flat, row-major parameters by name. */
export type Arrays = Readonly<Record<string, Float64Array>>;

/** Whether a component's variance along some direction is regCovar's: its likelihood says nothing of the rows. */
export const hasCollapsed = (notes: readonly Note[]): boolean =>
  notes.some(({ kind }) => kind === 'collapsed-component');

/** Components expecting less than this many rows are empty: their own statistics say nothing. */
export const EMPTY_ROWS = 1e-6;

export interface MaximiseOptions {
  /** Names of parameters that stay as they are. */
  readonly fixed?: ReadonlySet<string>;
  /** A conjugate prior, as `prior` gave it: the posterior's mode is found instead of the likelihood's. */
  readonly prior?: object;
}

/** What an M-step found. */
export interface Maximised<P> {
  readonly parameters: P;
  /** May be found when they are read: only those of the last M-step are. */
  readonly notes: readonly Note[];
}

/** One distribution p(x | θ) for all components: θ's arrays have K in front. All of it is float64 on the host. */
export interface Family<P extends Arrays = Arrays> {
  readonly name: string;
  readonly form: DensityForm;
  readonly moments: Moments;
  /** Shapes of θ's arrays, in the order of model files. */
  shapes(k: number, d: number): { readonly [name in keyof P]: readonly number[] };
  /** D, from θ. */
  nFeatures(parameters: P, k: number): number;
  /** Free parameters of K components. */
  nParameters(k: number, d: number): number;
  /** @throws InvalidArgumentError, DegenerateCovarianceError for parameters that make no distribution */
  check(parameters: P, k: number, d: number): void;
  /** @throws DegenerateCovarianceError */
  densities(parameters: P, k: number, columns: Columns): ComponentDensities;
  /** [K, D] E[x | θ_k], where it is not the means of `densities`. */
  expectations?(parameters: P): Float64Array;
  /**
   * Where a component cannot produce a value: log densities there far below LOG_IMPOSSIBLE of chains, instead of some 700
   * nats below, which suffice where rows do not depend on each other. Absent where nothing is impossible.
   */
  withZeros?(densities: ComponentDensities, parameters: P): ComponentDensities;
  /**
   * What `densities` leave out, because it is the same for all components and no backend needs it: log p(x | θ_0) of
   * each of the rows x [n, D], for the θ_0 that fits `columns` best. Absent where that is 0.
   *
   * @param firstRow the number of the first of these rows, for messages
   * @throws InvalidDataError for a row outside of the support
   */
  baseline?(x: Float64Array, columns: Columns, firstRow: number): Float64Array;
  /** The closed-form M-step of the components. Pure. */
  maximise(statistics: Statistics, previous: P, options?: MaximiseOptions): Maximised<P>;
  /** A conjugate prior, checked; a Gaussian one's gaps are filled by defaults. @throws InvalidArgumentError */
  prior(given: object, columns: Columns, k: number): object;
  /** Its log density, up to a constant. */
  logPrior(parameters: P, prior: object): number;
  /** Components that `maximise` cannot find from sums so coarsely rounded: theirs are to be taken in float64. */
  doubtful?(statistics: Statistics, previous: P): number[];
  /** Components whose means leap so far that `maximise` loses float64's digits: theirs are to be taken about those. */
  leapt?(statistics: Statistics, previous: P): number[];
  /** How much of Q `maximise` fell short of the maximum (nats; may be infinite), for statistics of relative rounding epsilon. */
  shortfall?(statistics: Statistics, parameters: P, epsilon: number): number;
  /** [D] what starts divide columns by where they measure distances. Default: the columns' standard deviations. */
  units?(columns: Columns): Float64Array;
  /**
   * Components about given means [K, D] that are as wide as the columns, or as `whole`, the fit of one component to
   * all rows.
   */
  around(means: Float64Array, k: number, columns: Columns, whole?: P): P;
  /** Unbounded coordinates of θ, and back; extrapolation and gradients work in them. */
  toVector(parameters: P, k: number): Float64Array;
  fromVector(vector: Float64Array, like: P, k: number): P;
  /** Draws rows of component k into `target` at `offset`. */
  sampler(
    parameters: P,
    k: number,
  ): (component: number, rng: Rng, target: Float64Array, offset: number) => void;
}

/** The note of a component without rows. */
export function emptyNote(component: number, prior?: object): Note {
  const kept = prior ? 'the mode of their prior' : 'those of the step before';
  const message = `Component ${component} is empty; its parameters are ${kept}. Try fewer components or another start.`;
  return { kind: 'empty-component', component, message };
}

/** Those of all components without rows. */
export const emptyNotes = (counts: Float64Array, prior?: object): Note[] =>
  Array.from(counts, (count, k) => (count < EMPTY_ROWS ? [emptyNote(k, prior)] : [])).flat();
