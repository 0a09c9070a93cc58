import { isMatrix } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import { fromLabels, fromResponsibilities, random } from '../init/from-responsibilities.js';
import { givenParameters } from '../init/given-parameters.js';
import { kMeans } from '../init/k-means.js';
import { kMeansPlusPlus } from '../init/k-means-plus-plus.js';
import { randomFromData } from '../init/random-from-data.js';
import { shortRuns } from '../init/short-runs.js';
import type { Start } from '../init/start.js';
import { inWords } from '../numbers.js';
import { INITS, type Init } from './options.js';

const BY_NAME: Record<(typeof INITS)[number], Start> = {
  'short-runs': shortRuns,
  'k-means++': kMeansPlusPlus,
  'k-means': kMeans,
  'random-from-data': randomFromData,
  random,
};

/**
 * The start that an `init` option stands for.
 *
 * @returns `seeded`: whether another seed gives another start, so that restarts are worth their time
 * @throws InvalidArgumentError for an unknown name or a value that is no start
 */
export function startOf(init: Init): { start: Start; seeded: boolean } {
  if (typeof init === 'string') {
    if (!Object.hasOwn(BY_NAME, init)) {
      throw new InvalidArgumentError(`init must be one of ${INITS.join(', ')}, got ${inWords(init)}.`);
    }
    return { start: BY_NAME[init], seeded: true };
  }
  if (isMatrix(init)) return { start: fromResponsibilities(init), seeded: false };
  if (Array.isArray(init) || ArrayBuffer.isView(init)) {
    return { start: fromLabels(init as ArrayLike<number>), seeded: false };
  }
  if (typeof init === 'object' && init !== null) {
    return { start: async (model, rows) => givenParameters(model, rows.shape[1], init), seeded: false };
  }
  throw new InvalidArgumentError(
    `init must be one of ${INITS.join(', ')}, labels [n], responsibilities { data, shape: [n, K] }, or { weights, means, covariances }.`,
  );
}
