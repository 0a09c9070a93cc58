import type { StopReason } from '../convergence.js';
import { EmError, ModelFormatError } from '../errors.js';
import type { LatentDirichlet } from '../models/latent-dirichlet.js';
import { FORMAT, VERSION } from '../serialize.js';
import { givenTopics, type TopicSettings, topicSettings } from './latent-dirichlet-options.js';

export const LDA = 'latent-dirichlet-allocation';

/** A model file, version 1. */
export interface LatentDirichletAllocationJson extends TopicSettings {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: typeof LDA;
  nComponents: number;
  /** V */
  nFeatures: number;
  /** Minibatches that online learning has seen. */
  nBatches: number;
  /** [K][V] λ */
  components: number[][];
  fit?: {
    bound: number;
    nIter: number;
    converged: boolean;
    stopReason: StopReason;
    device: string;
    adapter: string;
  };
}

export interface ReadTopics {
  readonly model: LatentDirichlet;
  readonly settings: TopicSettings;
  readonly components: Float64Array;
  readonly nBatches: number;
  readonly fit: LatentDirichletAllocationJson['fit'];
}

/** The content of a model file. @throws ModelFormatError for another format or model, or fields that do not fit */
export function readTopics(json: unknown): ReadTopics {
  const file = (
    typeof json === 'object' && json !== null ? json : {}
  ) as Partial<LatentDirichletAllocationJson>;
  for (const [name, expected] of Object.entries({ format: FORMAT, version: VERSION, model: LDA })) {
    const got = file[name as keyof typeof file];
    if (got === expected) continue;
    throw new ModelFormatError(
      `Expected a model file with ${name} ${JSON.stringify(expected)}, got ${JSON.stringify(got) ?? 'none'}.`,
    );
  }
  const { nComponents, nFeatures, nBatches = 0, components, fit } = file;
  if (!Number.isInteger(nComponents) || !Number.isInteger(nFeatures) || !Array.isArray(components)) {
    throw new ModelFormatError('The model file lacks nComponents, nFeatures or components.');
  }
  try {
    const [k, vocabulary] = [nComponents as number, nFeatures as number];
    return {
      ...topicSettings(k, file),
      components: givenTopics(components, k, vocabulary, 'components'),
      nBatches,
      fit,
    };
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
}
