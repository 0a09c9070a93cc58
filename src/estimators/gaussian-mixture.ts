import type { DeviceChoice } from '../backends/choose.js';
import type { Points } from '../data/points.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import { type GaussianParameters, gaussian } from '../families/gaussian.js';
import { flatten, type GivenParameters, givenParameters, type Numbers } from '../init/given-parameters.js';
import { MixtureModel, type MixtureParameters } from '../models/mixture.js';
import { checkOptionNames } from '../option-names.js';
import { FORMAT, type GaussianMixtureJson, nest, readModel, VERSION } from '../serialize.js';
import { type FitInfo, FittedMixture } from './fitted-mixture.js';
import { fitBest, runInfo, runSummary } from './fitting.js';
import { GAUSSIAN_MIXTURE_OPTIONS, type GaussianMixtureOptions } from './options.js';
import { logLikelihoodOf, rulesOf } from './rules.js';
import { startOf } from './starts.js';

/** A mixture whose fit is known. */
export type FittedGaussianMixture = GaussianMixture & { readonly fitInfo: FitInfo };

/** A Gaussian mixture: a value. Its arrays are shared, not copied, and are to be read only. */
export class GaussianMixture extends FittedMixture<GaussianParameters> {
  readonly covarianceType: CovarianceName;
  /** [K, D] row-major */
  readonly means: Float64Array;
  /** row-major: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;

  private constructor(
    model: MixtureModel,
    parameters: MixtureParameters,
    device: DeviceChoice,
    fitInfo?: FitInfo,
  ) {
    super(model, parameters, device, fitInfo);
    this.covarianceType = model.family.covariance.name;
    ({ means: this.means, covariances: this.covariances } = parameters);
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
    const {
      covarianceType: name = 'full',
      regCovar,
      init = 'k-means++',
      eStep,
      mStep,
      fixed,
      ...rest
    } = options;
    const family = gaussian({ covariance: covarianceType(name), regCovar });
    const model = new MixtureModel(family, options.nComponents);
    const { start, seeded } = startOf(init);
    const rules = rulesOf({ eStep, mStep, fixed, accelerate: rest.accelerate });
    return fitBest(points, { ...rest, ...rules }, rows => ({
      model,
      seeded,
      start: given => start(model, rows, given),
      rank: fit =>
        rules.eStep.monotone ? Promise.resolve(fit.logLikelihood) : logLikelihoodOf(rules, model, rows, fit),
      async finish(fit, device) {
        const logLikelihood = await logLikelihoodOf(rules, model, rows, fit);
        const info = { ...runInfo(fit, rows.backend), logLikelihood };
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
    {
      covarianceType: name = 'full',
      device = 'auto',
    }: { covarianceType?: CovarianceName; device?: DeviceChoice } = {},
  ): GaussianMixture {
    const nComponents = given.weights.length;
    const model = new MixtureModel(gaussian({ covariance: covarianceType(name) }), nComponents);
    const nFeatures = flatten(given.means).length / nComponents;
    return new GaussianMixture(model, givenParameters(model, nFeatures, given), device);
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): GaussianMixture {
    const { model, parameters, fit } = readModel(json);
    const fitInfo = fit && { ...fit, history: [fit.logLikelihood], notes: [] };
    return new GaussianMixture(model, parameters, 'auto', fitInfo);
  }

  toJSON(): GaussianMixtureJson {
    const [k, d] = [this.nComponents, this.nFeatures];
    const covariance = covarianceType(this.covarianceType);
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
}

function fitSummary(info: FitInfo) {
  return { logLikelihood: info.logLikelihood, ...runSummary(info) };
}
