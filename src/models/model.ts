import type { EStepOptions } from '../contract/e-step.js';
import type { Posterior, ResponsibilitySource } from '../contract/posterior.js';
import type { Statistics } from '../contract/statistics.js';
import type { Loaded, Rows } from '../contract/table.js';
import { InvalidArgumentError } from '../errors.js';
import type { MaximiseOptions, Note } from '../families/family.js';

export { hasCollapsed, type Note } from '../families/family.js';

/** A model bound to what is loaded: all that a rule asks of both. θ is a plain value P. */
export interface Problem<P, T extends Loaded = Loaded> {
  readonly model: Model<P, T>;
  readonly table: T;
  /** Expected sufficient statistics of all rows at θ; `logLikelihood` is the E-step's free energy. */
  eStep(parameters: P, options?: EStepOptions): Promise<Statistics>;
  /**
   * Whether the posterior is intractable, and E-steps are coordinate ascent in a q that factorises: none ends below the
   * q of the one before. Default false.
   */
  readonly factorises?: boolean;
  /**
   * Whether the next step would move nothing: two E-steps that divide the rows have divided them alike. Without it only
   * the objective says when to stop, which rounding keeps in motion.
   */
  isSettled?(before: Statistics, after: Statistics): boolean;
  /** Q(θ) = E_q[log p(x, z | θ)], total, nats, of the q that the statistics were taken under. */
  expectedLogJoint?(statistics: Statistics, parameters: P): number;
  /** The sizes of what `expectedLogJoint` is a sum of: its rounding is a multiple of that. */
  magnitude?(statistics: Statistics, parameters: P): number;
  /** Posteriors of all rows, in order, a bounded number of rows at a time. */
  posterior?(parameters: P, options?: { responsibilities?: boolean }): AsyncIterable<Posterior>;
  /** The M-step's half of an iteration alone: statistics under given responsibilities. */
  accumulate?(parameters: P, source: ResponsibilitySource): Promise<Statistics>;
  /** What priors that are not given default to, and checked. @throws InvalidArgumentError */
  resolvePrior?(given: object): object;
  /** What its E-steps go on from besides θ, as plain data, where they do; `recall` sets it before the first of them. */
  remember?(): Promise<unknown>;
  recall?(remembered: unknown): void;
  /** Give back what the problem holds besides its table. */
  dispose?(): void;
}

/**
 * How hidden variables join families; θ is a plain value P. Two members make a model; rules that need more of it say
 * so by name.
 */
export interface Model<P, T extends Loaded = Rows> {
  /** @throws InvalidArgumentError for a table that the model is not for */
  on(table: T): Problem<P, T>;
  /** argmax_θ Q(θ), in closed form, in float64. Pure. */
  mStep(
    statistics: Statistics,
    previous: P,
    options?: MaximiseOptions,
  ): { parameters: P; notes?: readonly Note[] };
  /**
   * How much of Q the M-step that gave `parameters` fell short of the maximum (nats, total; may be Infinity), by
   * regularisation and by statistics of relative rounding `epsilon`: the likelihood may fall by this. Asked only
   * after a fall. Default: 0.
   */
  mStepShortfall?(statistics: Statistics, parameters: P, epsilon: number): number;
  /** K, of models with components. */
  readonly nComponents?: number;
  /** What θ's parts are called: those that `mStep` can keep fixed. */
  readonly parameterNames?: readonly string[];
  /** log density of a prior that `mStep` took, up to a constant. */
  logPrior?(parameters: P, prior: object): number;
  /** Unbounded coordinates of θ, and back. */
  toVector?(parameters: P): Float64Array;
  fromVector?(vector: Float64Array, like: P): P;
}

/** An optional member of a model or a problem. @throws InvalidArgumentError naming what it lacks for what */
export function needs<T extends object, Name extends keyof T & string>(
  owner: T,
  name: Name,
  what: string,
): NonNullable<T[Name]> {
  const member: unknown = owner[name];
  if (member === undefined) throw new InvalidArgumentError(`This model has no ${name}, which ${what} needs.`);
  return (typeof member === 'function' ? member.bind(owner) : member) as NonNullable<T[Name]>;
}
