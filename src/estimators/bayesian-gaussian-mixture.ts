import type { DeviceChoice } from '../backends/choose.js';
import { unitsOf } from '../contract/densities.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import { gaussian } from '../families/gaussian.js';
import { BayesianMixture, type BayesianMixtureParameters } from '../models/bayesian-mixture.js';
import { MixtureModel } from '../models/mixture.js';
import { type SampledPoints, sampleMixture } from '../models/sample.js';
import type { WeightPriorName } from '../models/weight-prior.js';
import { checkOptionNames } from '../option-names.js';
import {
  type BayesianGaussianMixtureJson,
  type GivenPosterior,
  givenPosterior,
  readBayesianModel,
  writeBayesianModel,
} from './bayesian-json.js';
import {
  BAYESIAN_GAUSSIAN_MIXTURE_OPTIONS,
  type BayesianGaussianMixtureOptions,
  DEFAULT_TOL,
} from './bayesian-options.js';
import type { Provenance } from './fitted-mixture.js';
import { fitBest, type RunInfo, runInfo, runSummary } from './fitting.js';
import { checkStandardize } from './options.js';
import { type GaussianComponent, gaussianComponent } from './parts.js';
import type { Points } from './points.js';
import { checkPriors, priorsFor } from './priors.js';
import { labels, logDensities, probabilities, type Scorer, totals, type UseOptions } from './scoring.js';
import { startOf } from './starts.js';
import { checkColumns } from './table-names.js';

/** How a fit went; `history` is of lower bounds. */
export interface BayesianFitInfo extends RunInfo {
  /** The evidence lower bound, log p(rows) ≥ lowerBound: total, nats, with all constants. */
  readonly lowerBound: number;
}

/** A Bayesian mixture whose fit is known. */
export type FittedBayesianGaussianMixture = BayesianGaussianMixture & {
  readonly fitInfo: BayesianFitInfo;
  readonly lowerBound: number;
};

/**
 * A Gaussian mixture with priors, fitted by variational Bayes: a posterior q(weights) Π_k q(mean_k, precision_k).
 * Components that the rows do not call for keep a weight near 0, so that K need only be large enough.
 * A value: its arrays are shared, not copied, and are to be read only.
 */
export class BayesianGaussianMixture implements BayesianMixtureParameters {
  readonly #model: BayesianMixture;
  readonly #device: DeviceChoice;
  readonly nComponents: number;
  readonly nFeatures: number;
  readonly covarianceType: CovarianceName;
  /** [K] expected weights */
  readonly weights: Float64Array;
  /** [K, D] expected means, row-major */
  readonly means: Float64Array;
  /** inverses of the expected precisions, row-major: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;
  /** Dirichlet distribution: [K]. Dirichlet process: [2, K], the a and the b of each stick's Beta(a, b). */
  readonly weightConcentration: Float64Array;
  /** [K] κ_k: rows, prior included, that each mean rests on */
  readonly meanPrecision: Float64Array;
  /** [K] ν_k of each precision's Wishart distribution; tied: all the same */
  readonly degreesOfFreedom: Float64Array;
  readonly weightConcentrationPriorType: WeightPriorName;
  readonly weightConcentrationPrior: number;
  readonly meanPrecisionPrior: number;
  /** [D] */
  readonly meanPrior: Float64Array;
  readonly degreesOfFreedomPrior: number;
  /** full and tied [D, D], diag [D], spherical [1] */
  readonly covariancePrior: Float64Array;
  /** How the fit went; absent where the model's file did not say. Its history is not kept in files. */
  readonly fitInfo: BayesianFitInfo | undefined;
  /** What the columns of the rows are called, where the fit was told. */
  readonly columns: readonly string[] | undefined;
  /** The evidence lower bound of the fit: total, nats. */
  readonly lowerBound: number | undefined;

  private constructor(
    model: BayesianMixture,
    parameters: BayesianMixtureParameters,
    { device, fitInfo, columns }: Provenance<BayesianFitInfo>,
  ) {
    const { weights, weightConcentration, components } = model.priors;
    this.#model = model;
    this.#device = device;
    this.nComponents = model.nComponents;
    this.nFeatures = components.mean.length;
    this.covarianceType = model.family.covariance.name;
    ({ weights: this.weights, means: this.means, covariances: this.covariances } = parameters);
    this.weightConcentration = parameters.weightConcentration;
    this.meanPrecision = parameters.meanPrecision;
    this.degreesOfFreedom = parameters.degreesOfFreedom;
    this.weightConcentrationPriorType = weights.name;
    this.weightConcentrationPrior = weightConcentration;
    this.meanPrecisionPrior = components.meanPrecision;
    this.meanPrior = components.mean;
    this.degreesOfFreedomPrior = components.degreesOfFreedom;
    this.covariancePrior = components.covariance;
    this.fitInfo = fitInfo;
    this.columns = columns;
    this.lowerBound = fitInfo?.lowerBound;
    Object.freeze(this);
  }

  /**
   * Variational Bayes by coordinate ascent on the evidence lower bound, the best of `nInit` starts.
   *
   * A start is that of a plain mixture: the first posterior is the M-step of its responsibilities. A posterior as
   * `init` (a BayesianGaussianMixture is one) is gone on from as it is.
   * Stops as `GaussianMixture.fit` does, with the lower bound in place of the log-likelihood.
   *
   * @throws InvalidArgumentError, InvalidDataError, DegenerateCovarianceError before a posterior is computed
   * @throws NonFiniteError, DeviceError with the last good model as `lastGood`
   * @throws AbortedError if `signal` was raised before there was a model
   */
  static async fit(
    points: Points,
    options: BayesianGaussianMixtureOptions,
  ): Promise<FittedBayesianGaussianMixture> {
    checkOptionNames(options, BAYESIAN_GAUSSIAN_MIXTURE_OPTIONS);
    const {
      nComponents,
      nInit,
      tol = DEFAULT_TOL,
      maxIter,
      seed,
      device,
      signal,
      onIteration: report,
    } = options;
    const { covarianceType: name = 'full', regCovar, init = 'k-means++' } = options;
    const own = gaussian({ covariance: covarianceType(name), regCovar });
    const isStandardised = checkStandardize(options.standardize, name);
    const plain = new MixtureModel(own, nComponents);
    const weights = checkPriors(options);
    const { start, seeded } = startOf(init);
    const given = isPosterior(init) ? init : undefined;
    return fitBest<BayesianMixtureParameters, FittedBayesianGaussianMixture>(
      points,
      {
        ...{ nComponents, nInit, tol, maxIter, seed, device, signal },
        varying: { names: options.columns, remedy: 'a covariancePrior that gives it one' },
        onIteration:
          report &&
          (({ restart, iteration, logLikelihood: lowerBound, parameters }) =>
            report({ restart, iteration, lowerBound, parameters })),
      },
      async rows => {
        const d = rows.shape[1];
        const columns = checkColumns(options.columns, d);
        const family = isStandardised ? own.standardised(rows.scale) : own;
        const model = new BayesianMixture(
          family,
          nComponents,
          await priorsFor(options, family, nComponents, rows),
        );
        return {
          model,
          seeded,
          async start(on, startOptions) {
            if (given) return givenPosterior(family, weights, nComponents, d, given);
            const first = await start(plain, on, startOptions);
            return model.mStep(await plain.on(on).eStep(first)).parameters;
          },
          finish(fit, usual) {
            const fitInfo = { ...runInfo(fit), lowerBound: fit.logLikelihood };
            const provenance = { device: usual, fitInfo, columns };
            return new BayesianGaussianMixture(
              model,
              fit.parameters,
              provenance,
            ) as FittedBayesianGaussianMixture;
          },
        };
      },
    );
  }

  /** Component k by itself, as plain arrays: `mean[j]`, `covariance[i][j]`. @throws InvalidArgumentError */
  component(k: number): GaussianComponent {
    return gaussianComponent(this, this.covarianceType, k);
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): BayesianGaussianMixture {
    const { model, parameters, ...known } = readBayesianModel(json);
    return new BayesianGaussianMixture(model, parameters, { device: 'auto', ...known });
  }

  toJSON(): BayesianGaussianMixtureJson {
    const { fitInfo, columns } = this;
    const fit = fitInfo && { lowerBound: fitInfo.lowerBound, ...runSummary(fitInfo) };
    return writeBayesianModel(this.#model, this, { fit, columns });
  }

  /** [n] the most probable component of each row; ties go to the smaller index. */
  predict(points: Points, options?: UseOptions): Promise<Uint32Array> {
    return labels(this.#scorer(), points, options);
  }

  /** [n, K] posterior probabilities q(z_i = k), row-major; rows sum to 1. */
  predictProba(points: Points, options?: UseOptions): Promise<Float64Array> {
    return probabilities(this.#scorer(), points, options);
  }

  /**
   * [n] log Σ_k exp E[log π_k N(x_i | μ_k, Λ_k⁻¹)], nats, as scikit-learn's score_samples: a lower bound on the log of
   * the density that the posterior predicts.
   */
  scoreSamples(points: Points, options?: UseOptions): Promise<Float64Array> {
    return logDensities(this.#scorer(), points, options);
  }

  /** The mean of `scoreSamples`, nats. */
  async score(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await totals(this.#scorer(), points, options, false);
    return logLikelihood / n;
  }

  /** Draw n rows of the mixture of `weights`, `means` and `covariances`, with the component each came from. */
  sample(n: number, { seed = 0 } = {}): SampledPoints {
    return sampleMixture(new MixtureModel(this.#model.family, this.nComponents), this, n, seed);
  }

  #scorer(): Scorer {
    const { nComponents, nFeatures } = this;
    const posterior: Scorer['posterior'] = (rows, options) => this.#model.on(rows).posterior(this, options);
    const units = unitsOf(this.#model.densities(this));
    return { nComponents, nFeatures, device: this.#device, units, posterior };
  }
}

const isPosterior = (init: unknown): init is GivenPosterior =>
  typeof init === 'object' && init !== null && 'weightConcentration' in init;
