import type { StopReason } from './convergence.js';
import { EmError, ModelFormatError } from './errors.js';
import type { CovarianceName } from './families/covariance/covariance-type.js';
import { covarianceType } from './families/covariance/index.js';
import { gaussian } from './families/gaussian.js';
import { type GivenParameters, givenParameters, type Numbers } from './init/given-parameters.js';
import { Mixture, type MixtureParameters } from './models/mixture.js';

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
  model: Mixture;
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
    const model = new Mixture(gaussian({ covariance }), nComponents as number);
    const given: GivenParameters = { weights, means, covariances };
    return { model, parameters: givenParameters(model, nFeatures as number, given), fit: file.fit };
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
}
