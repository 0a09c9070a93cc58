import type { StopReason } from '../convergence.js';
import { EmError, InvalidArgumentError, ModelFormatError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import { type Gaussian, gaussian } from '../families/gaussian.js';
import { flat, givenParameters, type Numbers } from '../init/given-parameters.js';
import { BayesianMixture, type BayesianMixtureParameters } from '../models/bayesian-mixture.js';
import { MixtureModel } from '../models/mixture.js';
import type { WeightPrior, WeightPriorName } from '../models/weight-prior.js';
import { FORMAT, nest, readFields, VERSION } from '../serialize.js';
import { completePriors, scaleShape } from './priors.js';

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

/** A model file, version 1. Arrays are nested as their shapes say; lowerBound is total, in nats. */
export interface BayesianGaussianMixtureJson extends GivenPosterior {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: 'bayesian-gaussian-mixture';
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
  fit?: {
    lowerBound: number;
    nIter: number;
    converged: boolean;
    stopReason: StopReason;
    device: string;
    adapter: string;
  };
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
  fit: BayesianGaussianMixtureJson['fit'],
): BayesianGaussianMixtureJson {
  const { components } = priors;
  const d = components.mean.length;
  return {
    format: FORMAT,
    version: VERSION,
    model: 'bayesian-gaussian-mixture',
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

/** @throws ModelFormatError for another format, a newer version, or fields that are missing or do not fit each other */
export function readBayesianModel(json: unknown): {
  model: BayesianMixture;
  parameters: BayesianMixtureParameters;
  fit: BayesianGaussianMixtureJson['fit'];
} {
  const file = readFields<BayesianGaussianMixtureJson>(json, 'bayesian-gaussian-mixture');
  const missing = REQUIRED.filter(name => file[name] === undefined || file[name] === null);
  if (missing.length > 0) throw new ModelFormatError(`The model file lacks ${missing.join(', ')}.`);
  const { nComponents: k, nFeatures: d, fit, ...given } = file as BayesianGaussianMixtureJson;
  if (!Number.isInteger(d) || d < 1)
    throw new ModelFormatError(`The model file is broken: nFeatures must be an integer ≥ 1, got ${d}.`);
  try {
    const family = gaussian({ covariance: covarianceType(given.covarianceType) });
    const priors = completePriors(given, family, k, d);
    const parameters = givenPosterior(family, priors.weights, k, d, given);
    return { model: new BayesianMixture(family, k, priors), parameters, fit };
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
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
