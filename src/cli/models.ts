import { InvalidArgumentError, ModelFormatError } from '../errors.js';
import { GaussianMixture } from '../estimators/gaussian-mixture.js';
import type { Init } from '../estimators/options.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import type { GivenParameters } from '../init/given-parameters.js';
import type { GaussianMixtureJson } from '../serialize.js';
import { about, readJson } from './files.js';
import type { StartChoice } from './options.js';

/** The model in a file, as `fit --out` writes it, and what the file says about its fit. */
export async function readModel(
  path: string,
): Promise<{ model: GaussianMixture; fit?: GaussianMixtureJson['fit'] }> {
  const json = await readJson(path);
  const model = await about(path, () => GaussianMixture.fromJSON(json));
  return { model, fit: (json as GaussianMixtureJson).fit };
}

/** How a fit begins; a file says also how many components there are, and may say of which kind. */
export interface StartFile {
  init: Init;
  nComponents?: number;
  covarianceType?: CovarianceName;
}

/** A start by name, or from a file: a whole model, or weights, means and covariances alone. */
export async function readStart(choice: StartChoice): Promise<StartFile> {
  if (typeof choice === 'string') return { init: choice };
  const json = await readJson(choice.file);
  return about(choice.file, () => {
    if (isObject(json) && 'format' in json) {
      const model = GaussianMixture.fromJSON(json);
      return { init: model, nComponents: model.nComponents, covarianceType: model.covarianceType };
    }
    if (!isObject(json) || !Array.isArray(json.means) || !Array.isArray(json.covariances)) {
      throw new ModelFormatError('Expected a model, or an object with weights, means and covariances.');
    }
    return {
      init: json as unknown as GivenParameters,
      nComponents: json.means.length,
      covarianceType: json.covarianceType as CovarianceName | undefined,
    };
  });
}

/** @throws InvalidArgumentError if an option contradicts the file that the fit starts from */
export function agree<T>(option: string, asked: T | undefined, inFile: T | undefined): T | undefined {
  if (asked !== undefined && inFile !== undefined && asked !== inFile) {
    throw new InvalidArgumentError(`${option} is ${asked}, but the model in the --init file has ${inFile}.`);
  }
  return asked ?? inFile;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
