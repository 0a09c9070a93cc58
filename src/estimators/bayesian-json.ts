import { MAX_FEATURES } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { COVARIANCE_NAMES, covarianceType } from '../families/covariance/index.js';
import { type Gaussian, gaussian } from '../families/gaussian.js';
import { flat, givenParameters, type Numbers } from '../init/given-parameters.js';
import { BayesianMixture, type BayesianMixtureParameters } from '../models/bayesian-mixture.js';
import { MAX_COMPONENTS, MixtureModel } from '../models/mixture.js';
import { WEIGHT_PRIORS, type WeightPrior, type WeightPriorName } from '../models/weight-prior.js';
import { type ModelJson, modelHeader, nest, type RunJson, readModelFile } from '../serialize.js';
import { completePriors, scaleShape } from './priors.js';

const WEIGHT_PRIOR_NAMES = Object.keys(WEIGHT_PRIORS) as WeightPriorName[];

/** A posterior as a person or a file gives it. */
export interface GivenPosterior {
  /** Dirichlet distribution [K], Dirichlet process [2, K] */
  readonly weightConcentration: Numbers;
  /** [K] */
  readonly meanPrecision: Numbers;
  /** [K, D] */
  readonly means: Numbers;
  /** [K] */
  readonly degreesOfFreedom: Numbers;
  /** full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Numbers;
}

export const BAYESIAN = 'bayesian-gaussian-mixture';

/** A model file, version 1. Arrays are nested as their shapes say; lowerBound is total, in nats. */
export interface BayesianGaussianMixtureJson extends ModelJson<typeof BAYESIAN>, GivenPosterior {
  covarianceType: CovarianceName;
  nComponents: number;
  nFeatures: number;
  /** For readers: they follow from weightConcentration. */
  weights: Numbers;
  weightConcentrationPriorType: WeightPriorName;
  weightConcentrationPrior: number;
  meanPrecisionPrior: number;
  meanPrior: Numbers;
  degreesOfFreedomPrior: number;
  covariancePrior: Numbers;
  fit?: RunJson & { lowerBound: number };
}

/**
 * Checked, flat copies of a given posterior.
 *
 * @throws InvalidArgumentError, DegenerateCovarianceError
 */
export function givenPosterior(
  family: Gaussian,
  weights: WeightPrior,
  k: number,
  d: number,
  given: GivenPosterior,
): BayesianMixtureParameters {
  const { means, covariances } = givenParameters(new MixtureModel(family, k), d, {
    means: given.means,
    covariances: given.covariances,
  });
  const above = (
    name: 'weightConcentration' | 'meanPrecision' | 'degreesOfFreedom',
    shape: number[],
    bound: number,
  ) => {
    const values = flat(name, given[name], shape);
    const bad = values.findIndex(value => !(value > bound));
    if (bad < 0) return values;
    throw new InvalidArgumentError(`${name} must be > ${bound}, got ${values[bad]} at index ${bad}.`);
  };
  const weightConcentration = above('weightConcentration', weights.shape(k), 0);
  return {
    weights: weights.means(weightConcentration),
    weightConcentration,
    meanPrecision: above('meanPrecision', [k], 0),
    means,
    degreesOfFreedom: above('degreesOfFreedom', [k], d - 1),
    covariances,
  };
}

/** The content of a model file. */
export function writeBayesianModel(
  { family, nComponents: k, priors }: BayesianMixture,
  parameters: BayesianMixtureParameters,
  { fit, columns }: { fit?: BayesianGaussianMixtureJson['fit']; columns?: readonly string[] },
): BayesianGaussianMixtureJson {
  const { components } = priors;
  const d = components.mean.length;
  return {
    ...modelHeader(BAYESIAN, columns),
    covarianceType: family.covariance.name,
    nComponents: k,
    nFeatures: d,
    weights: nest(parameters.weights, [k]),
    means: nest(parameters.means, [k, d]),
    covariances: nest(parameters.covariances, family.covariance.shape(k, d)),
    weightConcentration: nest(parameters.weightConcentration, priors.weights.shape(k)),
    meanPrecision: nest(parameters.meanPrecision, [k]),
    degreesOfFreedom: nest(parameters.degreesOfFreedom, [k]),
    weightConcentrationPriorType: priors.weights.name,
    weightConcentrationPrior: priors.weightConcentration,
    meanPrecisionPrior: components.meanPrecision,
    meanPrior: nest(components.mean, [d]),
    degreesOfFreedomPrior: components.degreesOfFreedom,
    covariancePrior: nest(components.covariance, scaleShape(family, d)),
    ...(fit && { fit }),
  };
}

const REQUIRED = [
  'covarianceType',
  'nComponents',
  'nFeatures',
  'means',
  'covariances',
  'weightConcentration',
  'meanPrecision',
  'degreesOfFreedom',
  'weightConcentrationPriorType',
  'weightConcentrationPrior',
  'meanPrecisionPrior',
  'meanPrior',
  'degreesOfFreedomPrior',
  'covariancePrior',
] as const satisfies (keyof BayesianGaussianMixtureJson)[];

/** @throws ModelFormatError */
export const readBayesianModel = (json: unknown) =>
  readModelFile(json, BAYESIAN, REQUIRED, file => {
    const k = file.count('nComponents', { most: MAX_COMPONENTS });
    const d = file.count('nFeatures', { most: MAX_FEATURES });
    const covariance = covarianceType(file.choice('covarianceType', COVARIANCE_NAMES));
    const family = gaussian({ covariance });
    const options = {
      weightConcentrationPriorType: file.choice('weightConcentrationPriorType', WEIGHT_PRIOR_NAMES),
      weightConcentrationPrior: file.number('weightConcentrationPrior'),
      meanPrecisionPrior: file.number('meanPrecisionPrior'),
      meanPrior: file.numbers('meanPrior', [d]),
      degreesOfFreedomPrior: file.number('degreesOfFreedomPrior'),
      covariancePrior: file.numbers('covariancePrior', scaleShape(family, d)),
    };
    const priors = completePriors(options, family, k, d);
    const parameters = givenPosterior(family, priors.weights, k, d, {
      weightConcentration: file.numbers('weightConcentration', priors.weights.shape(k)),
      meanPrecision: file.numbers('meanPrecision', [k]),
      means: file.numbers('means', [k, d]),
      degreesOfFreedom: file.numbers('degreesOfFreedom', [k]),
      covariances: file.numbers('covariances', covariance.shape(k, d)),
    });
    const model = new BayesianMixture(family, k, priors);
    const columns = file.optional('columns', name => file.names(name, d));
    return { model, parameters, columns, fitInfo: file.fit('lowerBound') };
  });
