import type { EStepOptions, Posterior, ResponsibilitySource, Rows } from '../backends/backend.js';
import type { DocumentOptions } from '../backends/topic-backend.js';
import { InvalidArgumentError } from '../errors.js';
import type { MaximiseOptions, Note } from '../families/family.js';
import type { Statistics } from '../statistics.js';

export { hasCollapsed, type Note } from '../families/family.js';

/**
 * How hidden variables join families; θ is a plain value P. Two members make a model; rules that need more of it say
 * so by name.
 */
export interface Model<P> {
  /** Expected sufficient statistics of all rows at θ; `logLikelihood` is the E-step's free energy. */
  eStep(parameters: P, rows: Rows, options?: EStepOptions): Promise<Statistics>;
  /**
   * E-steps where the posterior is intractable, by coordinate ascent in a q that factorises; none ends below the q of
   * the one before.
   */
  factorise?(rows: Rows, options: DocumentOptions): Promise<(parameters: P) => Promise<Statistics>>;
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
  /**
   * Whether the next step would move nothing: two E-steps that divide the rows have divided them alike. Without it only
   * the objective says when to stop, which rounding keeps in motion.
   */
  isSettled?(before: Statistics, after: Statistics, rows: Rows): boolean;
  /** Q(θ) = E_q[log p(x, z | θ)], total, nats, of the q that the statistics were taken under. */
  expectedLogJoint?(statistics: Statistics, parameters: P, rows: Rows): number;
  /** K, of models with components; their posteriors; and statistics under given responsibilities. */
  readonly nComponents?: number;
  posterior?(parameters: P, rows: Rows, options?: { responsibilities?: boolean }): AsyncIterable<Posterior>;
  accumulate?(parameters: P, rows: Rows, source: ResponsibilitySource): Promise<Statistics>;
  /** What θ's parts are called: those that `mStep` can keep fixed. */
  readonly parameterNames?: readonly string[];
  /** The same statistics about another origin, so that they add to those about it. */
  recentre?(statistics: Statistics, origin: Float64Array): Statistics;
  /** What priors that are not given default to, and checked. @throws InvalidArgumentError */
  resolvePrior?(given: object, rows: Rows): object;
  /** log density of a prior that `mStep` took, up to a constant. */
  logPrior?(parameters: P, prior: object): number;
  /** Unbounded coordinates of θ, and back. */
  toVector?(parameters: P): Float64Array;
  fromVector?(vector: Float64Array, like: P): P;
}

/** A model's optional member. @throws InvalidArgumentError naming what the model lacks for what */
export function needs<P, Name extends keyof Model<P>>(
  model: Model<P>,
  name: Name,
  what: string,
): NonNullable<Model<P>[Name]> {
  const member: unknown = model[name];
  if (member === undefined) throw new InvalidArgumentError(`This model has no ${name}, which ${what} needs.`);
  return (typeof member === 'function' ? member.bind(model) : member) as NonNullable<Model<P>[Name]>;
}
