import { MAX_FEATURES } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import type { Numbers } from '../init/given-parameters.js';
import { MAX_COMPONENTS } from '../models/mixture.js';
import { type ModelJson, type RunJson, readModelFile } from '../serialize.js';

export const K_MEANS = 'k-means';

/** A model file of k-means, version 1. */
export interface KMeansJson extends ModelJson<typeof K_MEANS> {
  nClusters: number;
  nFeatures: number;
  clusterCenters: Numbers;
  /** [D] what columns are divided by before distances are taken. Default 1. */
  scale?: Numbers;
  fit?: RunJson & { inertia: number };
}

const REQUIRED = ['nClusters', 'nFeatures', 'clusterCenters'] as const satisfies (keyof KMeansJson)[];

/** @throws ModelFormatError */
export const readKMeans = (json: unknown) =>
  readModelFile(json, K_MEANS, REQUIRED, file => {
    const nClusters = file.count('nClusters', { most: MAX_COMPONENTS });
    const d = file.count('nFeatures', { most: MAX_FEATURES });
    return {
      nClusters,
      clusterCenters: file.numbers('clusterCenters', [nClusters, d]),
      scale: file.optional('scale', name => positive(name, file.numbers(name, [d]))),
      columns: file.optional('columns', name => file.names(name, d)),
      fitInfo: file.fit('inertia'),
    };
  });

function positive(name: string, values: Float64Array): Float64Array {
  const bad = values.find(value => !(value > 0));
  if (bad === undefined) return values;
  throw new InvalidArgumentError(`${name} must be > 0, got ${bad}.`);
}
