import type { EStepOptions, Posterior, ResponsibilitySource, Rows } from '../backends/backend.js';
import { blockRange } from '../backends/backend.js';
import type { Arrays, Columns, Family, Maximised, MaximiseOptions } from '../families/family.js';
import type { Gaussian, GaussianParameters } from '../families/gaussian.js';
import { recentre } from '../families/moments.js';
import { checkInteger } from '../numbers.js';
import { concatenate } from '../numerics/concatenate.js';
import type { Statistics } from '../statistics.js';
import { Baselines } from './baselines.js';
import { adjust, type Densities, unitsOf } from './densities.js';
import { determined } from './determined.js';
import { expectedLogJoint } from './expected-log-joint.js';
import { checkConcentration, type MixturePrior } from './mixture-prior.js';
import type { Model } from './model.js';

export type MixtureParameters<P extends Arrays = GaussianParameters> = P & {
  /** [K] mixing proportions π_k, summing to 1 */
  readonly weights: Float64Array;
};

/** The most components a mixture may have. */
export const MAX_COMPONENTS = 1024;

/** p(x) = Σ_k π_k p(x | θ_k), the components of one family. */
export class MixtureModel<
  P extends Arrays = GaussianParameters,
  F extends Family<P> = P extends GaussianParameters ? Gaussian & Family<P> : Family<P>,
> implements Model<MixtureParameters<P>>
{
  readonly #baselines: Baselines;

  constructor(
    readonly family: F,
    readonly nComponents: number,
  ) {
    checkInteger('nComponents', nComponents, 1, MAX_COMPONENTS);
    this.#baselines = new Baselines(family);
  }

  get parameterNames(): string[] {
    return ['weights', ...Object.keys(this.family.shapes(1, 1))];
  }

  /** The same family with another number of components. */
  withComponents(nComponents: number): MixtureModel<P, F> {
    return new MixtureModel<P, F>(this.family, nComponents);
  }

  /** Free parameters: K − 1 weights and the components'. */
  nParameters(nFeatures: number): number {
    return this.nComponents - 1 + this.family.nParameters(this.nComponents, nFeatures);
  }

  /** θ in the form that backends evaluate, for rows of these columns. */
  densities(parameters: MixtureParameters<P>, columns: Columns): Densities {
    const { family, nComponents } = this;
    const own = family.densities(parameters, nComponents, columns);
    return {
      ...own,
      form: family.form,
      moments: family.moments,
      nComponents,
      nFeatures: own.means.length / nComponents,
      logConstants: own.logConstants.map((value, k) => value + Math.log(parameters.weights[k])),
    };
  }

  /** What rows to be scored are rounded by. */
  units(parameters: MixtureParameters<P>): Columns | undefined {
    const nowhere = { center: new Float64Array(), scale: new Float64Array() };
    return this.family.form === 'linear' ? undefined : unitsOf(this.densities(parameters, nowhere));
  }

  async eStep(parameters: MixtureParameters<P>, rows: Rows, options: EStepOptions = {}): Promise<Statistics> {
    const densities = adjust(this.densities(parameters, rows), options);
    const { assignment, beta = 1, block } = options;
    const ask = (exact?: number[]) => rows.backend.eStep(rows, densities, assignment, block, exact);
    const statistics = await determined(ask, found => this.family.doubtful?.(found, parameters));
    const baseline = await this.#baselines.of(rows);
    const [begin, end] = blockRange(rows.shape[0], block);
    const common = baseline ? baseline.subarray(begin, end).reduce((sum, value) => sum + value, 0) : 0;
    return { ...statistics, logLikelihood: statistics.logLikelihood / beta + common, baseline: common };
  }

  /** The M-step's half of an iteration alone: statistics under given responsibilities. */
  async accumulate(
    parameters: MixtureParameters<P>,
    rows: Rows,
    source: ResponsibilitySource,
  ): Promise<Statistics> {
    const densities = this.densities(parameters, rows);
    const ask = (exact?: number[]) => rows.backend.accumulate(rows, densities, source, exact !== undefined);
    return determined(ask, found => this.family.doubtful?.(found, parameters));
  }

  /** Posteriors of all rows, in order, a bounded number of rows at a time. */
  async *posterior(
    parameters: MixtureParameters<P>,
    rows: Rows,
    options?: { responsibilities?: boolean },
  ): AsyncIterable<Posterior> {
    const baseline = await this.#baselines.of(rows);
    const densities = this.densities(parameters, rows);
    for await (const posterior of rows.backend.posterior(rows, densities, options)) {
      const { begin, logDensities } = posterior;
      if (baseline) for (let i = 0; i < logDensities.length; i++) logDensities[i] += baseline[begin + i];
      yield posterior;
    }
  }

  /** π_k = N_k / N, and the family's own M-step. */
  mStep(
    statistics: Statistics,
    previous: MixtureParameters<P>,
    options: MaximiseOptions = {},
  ): Maximised<MixtureParameters<P>> {
    const prior = options.prior as MixturePrior | undefined;
    const maximised = this.family.maximise(statistics, previous, {
      ...options,
      prior: prior?.components,
    });
    const pseudo = (prior?.weights ?? 1) - 1;
    const counts = statistics.counts.map(count => count + pseudo);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const weights = options.fixed?.has('weights') ? previous.weights : counts.map(count => count / total);
    return {
      parameters: { ...maximised.parameters, weights },
      get notes() {
        return maximised.notes;
      },
    };
  }

  mStepShortfall(statistics: Statistics, parameters: MixtureParameters<P>, epsilon: number): number {
    return this.family.shortfall?.(statistics, parameters, epsilon) ?? 0;
  }

  expectedLogJoint(statistics: Statistics, parameters: MixtureParameters<P>, rows: Columns): number {
    return expectedLogJoint(statistics, this.densities(parameters, rows)) + (statistics.baseline ?? 0);
  }

  recentre(statistics: Statistics, origin: Float64Array): Statistics {
    return recentre(statistics, this.family.moments, origin);
  }

  resolvePrior({ weights = 1, components }: Partial<MixturePrior>, rows: Rows): MixturePrior {
    const { family, nComponents } = this;
    return {
      weights: checkConcentration(weights),
      components: components && family.prior(components, rows, nComponents),
    };
  }

  logPrior(parameters: MixtureParameters<P>, prior: object): number {
    const { weights, components } = prior as MixturePrior;
    const ofWeights =
      weights === 1
        ? 0
        : parameters.weights.reduce((sum, weight) => sum + (weights - 1) * Math.log(weight), 0);
    return ofWeights + (components ? this.family.logPrior(parameters, components) : 0);
  }

  /** Log weights, then the family's coordinates. */
  toVector(parameters: MixtureParameters<P>): Float64Array {
    const own = this.family.toVector(parameters, this.nComponents);
    return concatenate(
      parameters.weights.map(w => Math.log(Math.max(w, 1e-300))),
      own,
    );
  }

  fromVector(vector: Float64Array, like: MixtureParameters<P>): MixtureParameters<P> {
    const k = this.nComponents;
    const logits = vector.subarray(0, k);
    const largest = logits.reduce((a, b) => Math.max(a, b));
    const odds = logits.map(value => Math.exp(value - largest));
    const total = odds.reduce((sum, value) => sum + value, 0);
    const weights = odds.map(value => value / total);
    return { ...this.family.fromVector(vector.subarray(k), like, k), weights };
  }
}

/** A mixture of `nComponents` members of one family. */
export function mixture<P extends Arrays, F extends Family<P>>(
  family: F & Family<P>,
  { nComponents }: { nComponents: number },
): MixtureModel<P, F> {
  return new MixtureModel<P, F>(family, nComponents);
}
