import type { DeviceChoice } from '../backends/choose.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import { type GaussianParameters, gaussian } from '../families/gaussian.js';
import { flatten, type GivenParameters, givenParameters, type Numbers } from '../init/given-parameters.js';
import { MixtureModel, type MixtureParameters } from '../models/mixture.js';
import { checkOptionNames } from '../option-names.js';
import { modelHeader, nest } from '../serialize.js';
import { type FitInfo, FittedMixture, fitJson, type Provenance } from './fitted-mixture.js';
import { fitBest, runInfo } from './fitting.js';
import { GAUSSIAN_MIXTURE, type GaussianMixtureJson, readGaussianMixture } from './gaussian-mixture-json.js';
import { checkStandardize, GAUSSIAN_MIXTURE_OPTIONS, type GaussianMixtureOptions } from './options.js';
import { type GaussianComponent, gaussianComponent } from './parts.js';
import type { Points } from './points.js';
import { defaultInit, logLikelihoodOf, rulesOf } from './rules.js';
import { startOf } from './starts.js';
import { checkColumns } from './table-names.js';

/** A mixture whose fit is known. */
export type FittedGaussianMixture = GaussianMixture & { readonly fitInfo: FitInfo };

/** A Gaussian mixture: a value. Its arrays are shared, not copied, and are to be read only. */
export class GaussianMixture extends FittedMixture<GaussianParameters> {
  readonly covarianceType: CovarianceName;
  /** [K, D] row-major */
  readonly means: Float64Array;
  /** row-major: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;

  private constructor(model: MixtureModel, parameters: MixtureParameters, provenance: Provenance) {
    super(model, parameters, provenance);
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
      init,
      eStep,
      mStep,
      fixed,
      columns: names,
      standardize,
      ...rest
    } = options;
    const family = gaussian({ covariance: covarianceType(name), regCovar });
    const isStandardised = checkStandardize(standardize, name);
    const plain = new MixtureModel(family, options.nComponents);
    const rules = rulesOf({ eStep, mStep, fixed, accelerate: rest.accelerate, tol: rest.tol });
    const { start, seeded } = startOf(init ?? defaultInit(rules));
    const varying = { names, remedy: 'a regCovar above 0' };
    return fitBest(points, { ...rest, ...rules, varying }, rows => {
      const columns = checkColumns(names, rows.shape[1]);
      const model = isStandardised
        ? new MixtureModel(family.standardised(rows.scale), options.nComponents)
        : plain;
      return {
        model,
        seeded,
        start: (on, given) => start(model, on, given),
        measure: (fit, on) => logLikelihoodOf(rules, model.on(on), fit),
        comparesMeasures: !rules.eStep.monotone,
        finish(fit, device) {
          const fitInfo = { ...runInfo(fit), logLikelihood: fit.measured };
          const provenance = { device, fitInfo, columns };
          return new GaussianMixture(model, fit.parameters, provenance) as FittedGaussianMixture;
        },
      };
    });
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
    return new GaussianMixture(model, givenParameters(model, nFeatures, given), { device });
  }

  /** Component k by itself, as plain arrays: `mean[j]`, `covariance[i][j]`. @throws InvalidArgumentError */
  component(k: number): GaussianComponent {
    return gaussianComponent(this, this.covarianceType, k);
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): GaussianMixture {
    const { model, parameters, ...known } = readGaussianMixture(json);
    return new GaussianMixture(model, parameters, { device: 'auto', ...known });
  }

  toJSON(): GaussianMixtureJson {
    const [k, d] = [this.nComponents, this.nFeatures];
    const covariance = covarianceType(this.covarianceType);
    return {
      ...modelHeader(GAUSSIAN_MIXTURE, this.columns),
      covarianceType: this.covarianceType,
      nComponents: k,
      nFeatures: d,
      weights: nest(this.weights, [k]),
      means: nest(this.means, [k, d]),
      covariances: nest(this.covariances, covariance.shape(k, d)),
      ...(this.fitInfo && { fit: fitJson(this.fitInfo) }),
    };
  }
}
