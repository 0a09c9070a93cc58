import { type ModelJson, type RunJson, readModelFile } from '../serialize.js';
import { givenTopics, type TopicSettings, topicSettings } from './latent-dirichlet-options.js';

export const LDA = 'latent-dirichlet-allocation';

/** A model file, version 1. */
export interface LatentDirichletAllocationJson extends ModelJson<typeof LDA>, TopicSettings {
  nComponents: number;
  /** V */
  nFeatures: number;
  /** Minibatches that online learning has seen. */
  nBatches: number;
  /** [K][V] λ */
  components: number[][];
  fit?: RunJson & { bound: number };
}

const REQUIRED = [
  'nComponents',
  'nFeatures',
  'components',
] as const satisfies (keyof LatentDirichletAllocationJson)[];

const SETTINGS = [
  'docTopicPrior',
  'topicWordPrior',
  'learningDecay',
  'learningOffset',
  'meanChangeTol',
] as const satisfies (keyof TopicSettings)[];

/** @throws ModelFormatError */
export const readTopics = (json: unknown) =>
  readModelFile(json, LDA, REQUIRED, file => {
    const k = file.count('nComponents');
    const vocabulary = file.count('nFeatures');
    const settings = SETTINGS.map(name => [name, file.optional(name, own => file.number(own))]);
    const maxDocUpdateIter = file.optional('maxDocUpdateIter', name => file.count(name, { most: 1e6 }));
    const components = givenTopics(
      { data: file.numbers('components', [k, vocabulary]), shape: [k, vocabulary] },
      k,
      vocabulary,
      'components',
    );
    return {
      ...topicSettings(k, { ...Object.fromEntries(settings), maxDocUpdateIter }),
      components,
      nBatches: file.optional('nBatches', name => file.count(name, { least: 0 })) ?? 0,
      fitInfo: file.fit('bound'),
    };
  });
