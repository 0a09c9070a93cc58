import { MAX_FEATURES } from '../data/matrix.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { COVARIANCE_NAMES, covarianceType } from '../families/covariance/index.js';
import { gaussian } from '../families/gaussian.js';
import { checkedParameters, type Numbers } from '../init/given-parameters.js';
import { MAX_COMPONENTS, MixtureModel } from '../models/mixture.js';
import { type FitJson, type ModelJson, readModelFile } from '../serialize.js';

export const GAUSSIAN_MIXTURE = 'gaussian-mixture';

/** A model file, version 1. Arrays are nested as their shapes say. */
export interface GaussianMixtureJson extends ModelJson<typeof GAUSSIAN_MIXTURE> {
  covarianceType: CovarianceName;
  nComponents: number;
  nFeatures: number;
  weights: Numbers;
  means: Numbers;
  covariances: Numbers;
  fit?: FitJson;
}

const REQUIRED = [
  'covarianceType',
  'nComponents',
  'nFeatures',
  'weights',
  'means',
  'covariances',
] as const satisfies (keyof GaussianMixtureJson)[];

/** @throws ModelFormatError */
export const readGaussianMixture = (json: unknown) =>
  readModelFile(json, GAUSSIAN_MIXTURE, REQUIRED, file => {
    const k = file.count('nComponents', { most: MAX_COMPONENTS });
    const d = file.count('nFeatures', { most: MAX_FEATURES });
    const covariance = covarianceType(file.choice('covarianceType', COVARIANCE_NAMES));
    const model = new MixtureModel(gaussian({ covariance }), k);
    const parameters = checkedParameters(model, d, {
      weights: file.numbers('weights', [k]),
      means: file.numbers('means', [k, d]),
      covariances: file.numbers('covariances', covariance.shape(k, d)),
    });
    const columns = file.optional('columns', name => file.names(name, d));
    return { model, parameters, columns, fitInfo: file.fit('logLikelihood') };
  });
