import { EmError, ModelFormatError } from '../errors.js';
import type { Family } from '../families/family.js';
import type { Numbers } from '../init/given-parameters.js';
import { type FORMAT, type GaussianMixtureJson, readFields, type VERSION } from '../serialize.js';
import { EMISSIONS, type EmissionName, type EmissionOptions } from './hidden-markov-emission.js';

export const HIDDEN_MARKOV = 'hidden-markov-model';

/** A model file, version 1. Arrays are nested as their shapes say. */
export interface HiddenMarkovModelJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: typeof HIDDEN_MARKOV;
  nStates: number;
  /** D; of symbols, how many there are */
  nFeatures: number;
  stationary: boolean;
  nParameters: number;
  initialProbs: Numbers;
  transitionMatrix: Numbers;
  /** The family's name, what else tells it apart, and its parameters by name. */
  emission: { family: string; covarianceType?: string; parameters: Record<string, Numbers> };
  fit?: GaussianMixtureJson['fit'];
}

/**
 * What `make` makes of a file's content.
 *
 * @param own the family of the model, where it is not one that has a name
 * @throws ModelFormatError for another kind of file, or fields that do not fit each other
 */
export function readHiddenMarkov<T>(
  json: unknown,
  own: Family | undefined,
  make: (file: HiddenMarkovModelJson, options: EmissionOptions) => T,
): T {
  const file = readFields<HiddenMarkovModelJson>(json, HIDDEN_MARKOV);
  const { nStates, nFeatures, initialProbs, transitionMatrix, emission } = file;
  const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 1;
  if (!isCount(nStates) || !isCount(nFeatures) || !initialProbs || !transitionMatrix) {
    throw new ModelFormatError('The model file lacks nStates, nFeatures, initialProbs or transitionMatrix.');
  }
  if (typeof emission?.family !== 'string' || typeof emission.parameters !== 'object') {
    throw new ModelFormatError('The model file lacks emission: { family, parameters }.');
  }
  try {
    return make(file as HiddenMarkovModelJson, optionsOf(emission, nFeatures as number, own));
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
}

function optionsOf(
  { family, covarianceType }: HiddenMarkovModelJson['emission'],
  nFeatures: number,
  own: Family | undefined,
): EmissionOptions {
  if (own) {
    if (own.name === family) return { emission: own };
    throw new ModelFormatError(
      `Expected emissions of the ${own.name} family, got ${JSON.stringify(family)}.`,
    );
  }
  const emission = family as EmissionName;
  if (!EMISSIONS.includes(emission)) {
    throw new ModelFormatError(
      `No emission is called ${JSON.stringify(family)}. Try fromJSON(json, { emission: the family it was fitted with }).`,
    );
  }
  if (emission === 'gaussian') return { emission, covarianceType: covarianceType as never };
  return emission === 'categorical' ? { emission, nSymbols: nFeatures } : { emission };
}
