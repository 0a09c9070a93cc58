import { type Densities, unitsOf } from '../contract/densities.js';
import type { Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import type { Columns } from '../data/columns.js';
import { checkFamily } from '../families/check-family.js';
import type { Arrays, Family, Maximised, MaximiseOptions } from '../families/family.js';
import type { Gaussian, GaussianParameters } from '../families/gaussian.js';
import { checkInteger } from '../numbers.js';
import { concatenate } from '../numerics/concatenate.js';
import { Baselines } from './baselines.js';
import type { MixturePrior } from './mixture-prior.js';
import { MixtureProblem } from './mixture-problem.js';
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
  /** What densities leave out, of tables that the model met. */
  readonly baselines: Baselines;

  constructor(
    readonly family: F,
    readonly nComponents: number,
  ) {
    checkFamily<P>(family);
    checkInteger('nComponents', nComponents, 1, MAX_COMPONENTS);
    this.baselines = new Baselines(family);
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

  on(rows: Rows): MixtureProblem<P, F> {
    return new MixtureProblem(this, rows);
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
