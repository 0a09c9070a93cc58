import type { StopReason } from './convergence.js';
import { EmError, ModelFormatError } from './errors.js';
import type { CovarianceName } from './families/covariance/covariance-type.js';
import { covarianceType } from './families/covariance/index.js';
import { gaussian } from './families/gaussian.js';
import { flatten, type GivenParameters, givenParameters, type Numbers } from './init/given-parameters.js';
import { MixtureModel, type MixtureParameters } from './models/mixture.js';

export const FORMAT = 'webgpu-em/model';
export const VERSION = 1;

/** A model file, version 1. Arrays are nested as their shapes say; logLikelihood is total, in nats. */
export interface GaussianMixtureJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: 'gaussian-mixture';
  covarianceType: CovarianceName;
  nComponents: number;
  nFeatures: number;
  weights: Numbers;
  means: Numbers;
  covariances: Numbers;
  fit?: {
    logLikelihood: number;
    nIter: number;
    converged: boolean;
    stopReason: StopReason;
    device: string;
    adapter: string;
  };
}

/** Row-major numbers as nested arrays of the given shape. */
export function nest(values: Float64Array, shape: readonly number[]): Numbers {
  if (shape.length <= 1) return Array.from(values);
  const [count, ...rest] = shape;
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => nest(values.subarray(i * size, (i + 1) * size), rest));
}

/**
 * The fields of a model file of the given kind, as yet unchecked.
 *
 * @throws ModelFormatError for another format, a newer version, or another kind of model
 */
export function readFields<T>(json: unknown, model: string): Partial<T> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ModelFormatError('A model file holds one JSON object; this is none.');
  }
  const file = json as { format?: unknown; version?: unknown; model?: unknown };
  if (file.format !== FORMAT) {
    throw new ModelFormatError(
      `Expected a model file of format "${FORMAT}", got ${JSON.stringify(file.format)}.`,
    );
  }
  if (file.version !== VERSION) {
    const advice = Number(file.version) > VERSION ? ' Try a newer webgpu-em.' : '';
    throw new ModelFormatError(
      `Expected a model file of version ${VERSION}, got version ${JSON.stringify(file.version)}.${advice}`,
    );
  }
  if (file.model !== model) {
    throw new ModelFormatError(`Expected a "${model}" model, got ${JSON.stringify(file.model)}.`);
  }
  return json as Partial<T>;
}

/**
 * The model and parameters of a model file's content.
 *
 * @throws ModelFormatError for another format, a newer version, or fields that do not fit each other
 */
export function readModel(json: unknown): {
  model: MixtureModel;
  parameters: MixtureParameters;
  fit: GaussianMixtureJson['fit'];
} {
  const file = readFields<GaussianMixtureJson>(json, 'gaussian-mixture');
  const { nFeatures, nComponents, means, covariances, weights } = file;
  if (
    !(Number.isInteger(nFeatures) && Number(nFeatures) >= 1) ||
    !Number.isInteger(nComponents) ||
    !means ||
    !covariances ||
    !weights
  ) {
    throw new ModelFormatError('The model file lacks nComponents, nFeatures, weights, means or covariances.');
  }
  try {
    const covariance = covarianceType(String(file.covarianceType));
    const model = new MixtureModel(gaussian({ covariance }), nComponents as number);
    const given: GivenParameters = { weights, means, covariances };
    return { model, parameters: givenParameters(model, nFeatures as number, given), fit: file.fit };
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
}

/** A model file of counts, version 1; nested as the shapes say. */
export interface MixtureJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: 'mixture';
  family: string;
  trials?: number;
  levels?: number[];
  nComponents: number;
  nFeatures: number;
  weights: Numbers;
  rates?: Numbers;
  probabilities?: Numbers;
  fit?: GaussianMixtureJson['fit'];
}

/**
 * What `make` makes of a mixture of counts in a file.
 *
 * @throws ModelFormatError for another kind of file, or fields that do not fit each other
 */
export function readMixture<T>(
  json: unknown,
  make: (
    settings: { family: never; trials?: number; levels?: number[] },
    given: { weights: Numbers; nFeatures: number },
    fit: MixtureJson['fit'],
  ) => T,
): T {
  const file = readFields<MixtureJson>(json, 'mixture');
  const { family, trials, levels, nFeatures, weights, fit } = file;
  if (!(Number.isInteger(nFeatures) && Number(nFeatures) >= 1) || !Array.isArray(weights)) {
    throw new ModelFormatError('The model file lacks nFeatures or weights.');
  }
  try {
    const given = { ...file, weights, nFeatures: nFeatures as number };
    return make({ family: family as never, trials, levels }, given, fit);
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
}

/** A model file of k-means, version 1. */
export interface KMeansJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: 'k-means';
  nClusters: number;
  nFeatures: number;
  clusterCenters: Numbers;
  fit?: Omit<NonNullable<GaussianMixtureJson['fit']>, 'logLikelihood'> & { inertia: number };
}

/** @throws ModelFormatError for another kind of file, or centres that do not fit their shape */
export function readKMeans(json: unknown) {
  const { nClusters, nFeatures, clusterCenters: centers, fit } = readFields<KMeansJson>(json, 'k-means');
  const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1;
  if (!isCount(nClusters) || !isCount(nFeatures) || flatten(centers ?? []).length !== nClusters * nFeatures) {
    throw new ModelFormatError('The model file needs nClusters, nFeatures and as many clusterCenters.');
  }
  return { centers: centers as Numbers, nClusters, nFeatures, fit };
}
