import { adjust, type Densities } from '../contract/densities.js';
import type { EStepOptions, SumOptions } from '../contract/e-step.js';
import type { Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import { doubtful, leapt, type Maximum } from '../families/doubtful.js';
import { type Gaussian, gaussian } from '../families/gaussian.js';
import { determined } from './determined.js';
import type { Model, Note, Problem } from './model.js';
import {
  divergence,
  expectedLogConstants,
  type NormalWishartParameters,
  type NormalWishartPrior,
  posterior,
} from './normal-wishart.js';
import type { WeightPrior } from './weight-prior.js';

/** q(π) Π_k q(μ_k, Λ_k), with and what they expect the weights to be. */
export type BayesianMixtureParameters = NormalWishartParameters & {
  /** [K] E[π_k], scaled to sum to 1 */
  readonly weights: Float64Array;
  /** Dirichlet distribution: [K]. Dirichlet process: [2, K], the a and the b of each stick's Beta(a, b). */
  readonly weightConcentration: Float64Array;
};

/** Priors of everything. */
export interface BayesianMixturePriors {
  readonly weights: WeightPrior;
  /** γ > 0 */
  readonly weightConcentration: number;
  readonly components: NormalWishartPrior;
}

type BayesianMixtureProblem = Problem<BayesianMixtureParameters, Rows> &
  Pick<Required<Problem<BayesianMixtureParameters>>, 'posterior'>;

/**
 * The Bayesian Gaussian mixture under mean-field variational Bayes: q(z) q(π) Π_k q(μ_k, Λ_k). Its likelihood is the
 * evidence lower bound, its E-step finds q(z), its M-step the rest.
 */
export class BayesianMixture implements Model<BayesianMixtureParameters> {
  constructor(
    readonly family: Gaussian,
    readonly nComponents: number,
    readonly priors: BayesianMixturePriors,
  ) {}

  /**
   * E[log π_k] + E[log N(x | μ_k, Λ_k⁻¹)]: of the same form as a Gaussian's log densities. Posteriors' log densities are
   * log Σ_k of their exponentials.
   */
  densities(parameters: BayesianMixtureParameters): Densities {
    const { means, covariances, weightConcentration } = parameters;
    const { covariance, moments, form } = this.family;
    const nFeatures = means.length / this.nComponents;
    const whitening = covariance.whiten(covariances, this.nComponents, nFeatures);
    const logWeights = this.priors.weights.expectedLogs(weightConcentration);
    return {
      form,
      moments,
      nComponents: this.nComponents,
      nFeatures,
      logConstants: expectedLogConstants(parameters, whitening, nFeatures).map(
        (value, k) => value + logWeights[k],
      ),
      means,
      factors: whitening.factors,
    };
  }

  /** KL(q(π) Π_k q(μ_k, Λ_k) ‖ prior), nats. */
  divergence(parameters: BayesianMixtureParameters): number {
    const { weights, weightConcentration, components } = this.priors;
    const { covariance } = this.family;
    const whitening = covariance.whiten(parameters.covariances, this.nComponents, components.mean.length);
    return (
      weights.divergence(parameters.weightConcentration, weightConcentration) +
      divergence(parameters, components, covariance, whitening)
    );
  }

  on(table: Rows): BayesianMixtureProblem {
    return {
      model: this,
      table,
      eStep: (parameters, options) => this.#eStep(parameters, table, options),
      posterior: (parameters, options) => table.posterior(this.densities(parameters), options),
    };
  }

  /** `logLikelihood` is the evidence lower bound (of a block of rows, with its share of the divergence). */
  async #eStep(
    parameters: BayesianMixtureParameters,
    rows: Rows,
    options: EStepOptions = {},
  ): Promise<Statistics> {
    const { assignment, beta = 1, block } = options;
    const densities = adjust(this.densities(parameters), options);
    const ask = (sums: SumOptions) => rows.eStep(densities, { assignment, block, ...sums });
    const statistics = await determined(ask, {
      doubtful: found => (found.rounding ? doubtful(found, this.#maximum(found)) : []),
      leapt: found => leapt(found, this.#maximum(found)),
    });
    const share = statistics.mass / rows.mass;
    const [own, lost] = [statistics.logLikelihood / beta, share * this.divergence(parameters)];
    return { ...statistics, logLikelihood: own - lost, magnitude: Math.abs(own) + Math.abs(lost) };
  }

  /** The conjugate posteriors given expected statistics: they maximise the bound (with regCovar 0). */
  mStep(statistics: Statistics): { parameters: BayesianMixtureParameters; notes: Note[] } {
    const { weights: prior, weightConcentration: gamma } = this.priors;
    const weightConcentration = prior.posterior(statistics.counts, gamma);
    const weights = prior.means(weightConcentration);
    return { parameters: { ...this.#components(statistics), weights, weightConcentration }, notes: [] };
  }

  /**
   * With regCovar ε the M-step maximises the bound less ½ ε Σ_k N_k tr E[Λ_k]: it loses at most what that term
   * differs by from the unregularised maximiser. Rounding costs what it costs a plain mixture.
   */
  mStepShortfall(statistics: Statistics, parameters: BayesianMixtureParameters, epsilon: number): number {
    const { covariance, regCovar } = this.family;
    const plain = gaussian({ covariance, regCovar: 0 });
    const rounding = plain.shortfall(statistics, parameters, epsilon);
    if (regCovar === 0) return rounding;
    const penalty = ({ covariances }: NormalWishartParameters) => {
      const { factors } = covariance.whiten(
        covariances,
        this.nComponents,
        this.priors.components.mean.length,
      );
      const length = factors.length / this.nComponents;
      return statistics.counts.reduce((sum, count, k) => {
        const factor = factors.subarray(k * length, (k + 1) * length);
        return sum + 0.5 * count * this.family.ridgeTrace(factor);
      }, 0);
    };
    return rounding + Math.max(0, penalty(this.#components(statistics, () => 0)) - penalty(parameters));
  }

  #maximum(statistics: Statistics): Maximum {
    const { covariance, ridge } = this.family;
    const parameters = this.#components(statistics);
    const d = this.priors.components.mean.length;
    const whiten = () => covariance.whiten(parameters.covariances, this.nComponents, d);
    return { covariance, parameters, ridge, whiten };
  }

  #components(statistics: Statistics, ridge = this.family.ridge): NormalWishartParameters {
    return posterior(this.priors.components, this.family.covariance, ridge, statistics);
  }
}
