import { InvalidArgumentError, ModelFormatError } from '../errors.js';
import { BayesianGaussianMixture } from '../estimators/bayesian-gaussian-mixture.js';
import { FAMILIES } from '../estimators/count-family.js';
import { GaussianMixture } from '../estimators/gaussian-mixture.js';
import { Mixture } from '../estimators/mixture.js';
import type { Init } from '../estimators/options.js';
import type { LevelNames } from '../estimators/table-names.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { quote } from '../quote.js';
import { modelIn } from '../serialize.js';
import { UsageError } from './exit.js';
import { about, readJson } from './files.js';
import { openBayesian } from './kinds/bayesian-gaussian-mixture.js';
import { openGaussianMixture } from './kinds/gaussian-mixture.js';
import { openHiddenMarkovModel } from './kinds/hidden-markov-model.js';
import { openKMeans } from './kinds/k-means.js';
import type { OpenModel } from './kinds/kind.js';
import { openTopics } from './kinds/latent-dirichlet-allocation.js';
import { openCountMixture } from './kinds/mixture.js';
import type { StartChoice } from './options.js';
import type { Family } from './rules.js';

/** By what their files call them. */
const KINDS: Record<string, (json: unknown) => OpenModel> = {
  'gaussian-mixture': openGaussianMixture,
  mixture: openCountMixture,
  'k-means': openKMeans,
  'bayesian-gaussian-mixture': openBayesian,
  'latent-dirichlet-allocation': openTopics,
  'hidden-markov-model': openHiddenMarkovModel,
};

/** The model in a file, as the fitting commands write it with `--out`. */
export async function readModel(path: string): Promise<OpenModel> {
  const json = await readJson(path);
  return about(path, () => openModel(json));
}

/** The model that a file's content is. @throws ModelFormatError */
export function openModel(json: unknown): OpenModel {
  const kind = modelIn(json);
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind](json);
  throw new ModelFormatError(`Expected one of ${Object.keys(KINDS).join(', ')}, got a model ${quote(kind)}.`);
}

/** How a fit begins; a file says also how many components there are, and may say of which kind. */
export interface StartFile {
  /** What a model calls its columns. */
  readonly columns?: readonly string[];
  /** Absent: the default. */
  readonly init?: Init;
  readonly nComponents?: number;
  readonly covarianceType?: CovarianceName;
  readonly family?: Family;
  readonly trials?: number;
  readonly levels?: readonly number[];
  readonly levelNames?: LevelNames;
}

const STARTS: Record<string, (json: unknown) => StartFile> = {
  'gaussian-mixture': json => gaussianStart(GaussianMixture.fromJSON(json)),
  'bayesian-gaussian-mixture': json => gaussianStart(BayesianGaussianMixture.fromJSON(json)),
  mixture: json => {
    const init = Mixture.fromJSON(json) as Mixture & Init;
    const { nComponents, family, trials, levels, levelNames, columns } = init;
    return { init, nComponents, family, trials, levels, levelNames, columns };
  },
};

const gaussianStart = (init: GaussianMixture | BayesianGaussianMixture): StartFile => ({
  init,
  nComponents: init.nComponents,
  covarianceType: init.covarianceType,
  family: 'gaussian',
  columns: init.columns,
});

/** A start by name, or from a file: a whole model, or weights and the components' parameters alone. */
export async function readStart(choice: StartChoice | undefined): Promise<StartFile> {
  if (choice === undefined || typeof choice === 'string') return { init: choice };
  const json = await readJson(choice.file);
  return about(choice.file, () => {
    if (!isObject(json) || !('format' in json)) return parametersStart(json);
    const kind = modelIn(json);
    if (Object.hasOwn(STARTS, kind)) return STARTS[kind](json);
    throw new ModelFormatError(
      `Expected one of ${Object.keys(STARTS).join(', ')}, got a model ${quote(kind)}.`,
    );
  });
}

function parametersStart(json: unknown): StartFile {
  const { means, covariances, rates, probabilities, covarianceType, family } = Object(json);
  const values = Array.isArray(covariances) ? means : (rates ?? probabilities);
  if (!isObject(json) || !Array.isArray(values)) {
    throw new ModelFormatError(
      'Expected a model, or an object with weights, means and covariances (or rates, or probabilities).',
    );
  }
  return {
    init: json as unknown as Init,
    nComponents: values.length,
    covarianceType: covarianceType as CovarianceName | undefined,
    family:
      values === means ? 'gaussian' : values === rates ? 'poisson' : FAMILIES.find(name => name === family),
  };
}

/** @throws InvalidArgumentError if an option contradicts the file that the fit starts from */
export function agree<T>(option: string, asked: T | undefined, inFile: T | undefined): T | undefined {
  if (asked !== undefined && inFile !== undefined && String(asked) !== String(inFile)) {
    throw new InvalidArgumentError(`${option} is ${asked}, but the model in the --init file has ${inFile}.`);
  }
  return asked ?? inFile;
}

/**
 * How many components, clusters or topics there are to be.
 *
 * @throws UsageError if neither the option nor the file says so
 */
export function countFrom(option: string, asked: number | undefined, inFile: number | undefined): number {
  const count = agree(option, asked, inFile);
  if (count === undefined) throw new UsageError(`${option} is missing.`);
  return count;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
