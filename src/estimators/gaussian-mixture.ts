import type { DeviceChoice } from '../backends/choose.js';
import type { Points } from '../data/points.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import { gaussian } from '../families/gaussian.js';
import { flatten, type GivenParameters, givenParameters, type Numbers } from '../init/given-parameters.js';
import { Mixture, type MixtureParameters } from '../models/mixture.js';
import { type SampledPoints, sampleMixture } from '../models/sample.js';
import { aic, bic, icl } from '../selection.js';
import { FORMAT, type GaussianMixtureJson, nest, readModel, VERSION } from '../serialize.js';
import { fitBest, type RunInfo, runInfo, runSummary } from './fitting.js';
import { checkOptionNames, GAUSSIAN_MIXTURE_OPTIONS, type GaussianMixtureOptions } from './options.js';
import { labels, logDensities, probabilities, type Scorer, totals, type UseOptions } from './scoring.js';
import { startOf } from './starts.js';

/** How a fit went. */
export interface FitInfo extends RunInfo {
  /** Σ_i log p(x_i): total, nats, at the model's parameters. */
  readonly logLikelihood: number;
}

/** A mixture whose fit is known. */
export type FittedGaussianMixture = GaussianMixture & { readonly fitInfo: FitInfo };

/** A Gaussian mixture: a value. Its arrays are shared, not copied, and are to be read only. */
export class GaussianMixture {
  readonly #model: Mixture;
  readonly #device: DeviceChoice;
  readonly nComponents: number;
  readonly nFeatures: number;
  readonly covarianceType: CovarianceName;
  /** [K] */
  readonly weights: Float64Array;
  /** [K, D] row-major */
  readonly means: Float64Array;
  /** row-major: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;
  /** How the fit went; absent where the model's file did not say. Its history is not kept in files. */
  readonly fitInfo: FitInfo | undefined;

  private constructor(
    model: Mixture,
    parameters: MixtureParameters,
    device: DeviceChoice,
    fitInfo?: FitInfo,
  ) {
    this.#model = model;
    this.#device = device;
    this.nComponents = model.nComponents;
    this.nFeatures = parameters.means.length / model.nComponents;
    this.covarianceType = model.family.covariance.name;
    ({ weights: this.weights, means: this.means, covariances: this.covariances } = parameters);
    this.fitInfo = fitInfo;
    Object.freeze(this);
  }

  /**
   * Maximum-likelihood fit by EM, the best of `nInit` starts.
   *
   * Stops when the mean log-likelihood per row changes by less than `tol`, after `maxIter` M-steps, or at the next
   * iteration after `signal` is raised (the last model is returned, with stopReason 'aborted').
   *
   * @throws InvalidArgumentError, InvalidDataError before anything is computed
   * @throws DegenerateCovarianceError, NonFiniteError, DeviceError with the last good model as `lastGood`
   * @throws AbortedError if `signal` was raised before there was a model
   */
  static async fit(points: Points, options: GaussianMixtureOptions): Promise<FittedGaussianMixture> {
    checkOptionNames(options, GAUSSIAN_MIXTURE_OPTIONS);
    const { covarianceType: name = 'full', regCovar, init = 'k-means++', ...rest } = options;
    const family = gaussian({ covariance: covarianceType(name), regCovar });
    const model = new Mixture(family, options.nComponents);
    const { start, seeded } = startOf(init);
    return fitBest(points, rest, rows => ({
      model,
      seeded,
      start: given => start(model, rows, given),
      finish(fit, device) {
        const info = { ...runInfo(fit, rows.backend), logLikelihood: fit.logLikelihood };
        return new GaussianMixture(model, fit.parameters, device, info) as FittedGaussianMixture;
      },
    }));
  }

  /**
   * A mixture of given parameters, flat or nested; as many components as weights.
   *
   * @throws InvalidArgumentError, DegenerateCovarianceError
   */
  static fromParameters(
    given: GivenParameters & { weights: Numbers },
    { covarianceType: name = 'full' }: { covarianceType?: CovarianceName } = {},
  ): GaussianMixture {
    const nComponents = given.weights.length;
    const model = new Mixture(gaussian({ covariance: covarianceType(name) }), nComponents);
    const nFeatures = flatten(given.means).length / nComponents;
    return new GaussianMixture(model, givenParameters(model, nFeatures, given), 'auto');
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): GaussianMixture {
    const { model, parameters, fit } = readModel(json);
    const fitInfo = fit && { ...fit, history: [fit.logLikelihood], notes: [] };
    return new GaussianMixture(model, parameters, 'auto', fitInfo);
  }

  toJSON(): GaussianMixtureJson {
    const [k, d] = [this.nComponents, this.nFeatures];
    const { covariance } = this.#model.family;
    return {
      format: FORMAT,
      version: VERSION,
      model: 'gaussian-mixture',
      covarianceType: this.covarianceType,
      nComponents: k,
      nFeatures: d,
      weights: nest(this.weights, [k]),
      means: nest(this.means, [k, d]),
      covariances: nest(this.covariances, covariance.shape(k, d)),
      ...(this.fitInfo && { fit: fitSummary(this.fitInfo) }),
    };
  }

  /** [n] the most probable component of each row; ties go to the smaller index. */
  predict(points: Points, options?: UseOptions): Promise<Uint32Array> {
    return labels(this.#scorer(), points, options);
  }

  /** [n, K] posterior probabilities, row-major; rows sum to 1. */
  predictProba(points: Points, options?: UseOptions): Promise<Float64Array> {
    return probabilities(this.#scorer(), points, options);
  }

  /** [n] log p(x_i), nats. */
  scoreSamples(points: Points, options?: UseOptions): Promise<Float64Array> {
    return logDensities(this.#scorer(), points, options);
  }

  /** Mean log-likelihood per row, nats. */
  async score(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await totals(this.#scorer(), points, options, false);
    return logLikelihood / n;
  }

  /** −2 log L + p ln n; smaller is better. */
  async bic(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await totals(this.#scorer(), points, options, false);
    return bic(logLikelihood, this.nParameters, n);
  }

  /** −2 log L + 2p; smaller is better. */
  async aic(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood } = await totals(this.#scorer(), points, options, false);
    return aic(logLikelihood, this.nParameters);
  }

  /** BIC − 2 Σ_i ln max_k r_ik; smaller is better. */
  async icl(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, logCertainty, n } = await totals(this.#scorer(), points, options, true);
    return icl(bic(logLikelihood, this.nParameters, n), logCertainty);
  }

  /** Free parameters p. */
  get nParameters(): number {
    return this.#model.nParameters(this.nFeatures);
  }

  /** Draw n rows, with the component each came from. */
  sample(n: number, { seed = 0 } = {}): SampledPoints {
    return sampleMixture(this.#model, this, n, seed);
  }

  #scorer(): Scorer {
    const { nComponents, nFeatures } = this;
    const posterior: Scorer['posterior'] = (rows, options) => this.#model.posterior(this, rows, options);
    return { nComponents, nFeatures, device: this.#device, posterior };
  }
}

function fitSummary(info: FitInfo) {
  return { logLikelihood: info.logLikelihood, ...runSummary(info) };
}
