import { MAX_FEATURES } from '../data/matrix.js';
import { ModelFormatError } from '../errors.js';
import { COVARIANCE_NAMES } from '../families/covariance/index.js';
import type { Family } from '../families/family.js';
import { checkedEmission, checkedProbabilities } from '../init/chain-starts.js';
import type { Numbers } from '../init/given-parameters.js';
import { HiddenMarkov } from '../models/hidden-markov-model.js';
import { MAX_COMPONENTS } from '../models/mixture.js';
import { quote } from '../quote.js';
import {
  type FitJson,
  type Members,
  type ModelJson,
  modelHeader,
  nest,
  readModelFile,
} from '../serialize.js';
import { fitJson } from './fitted-mixture.js';
import { EMISSIONS, type EmissionOptions, emissionOf } from './hidden-markov-emission.js';
import type { HiddenMarkovModel } from './hidden-markov-model.js';
import { levelNamesIn, levelNamesJson } from './table-names.js';

export const HIDDEN_MARKOV = 'hidden-markov-model';

/** A model file, version 1. Arrays are nested as their shapes say. */
export interface HiddenMarkovModelJson extends ModelJson<typeof HIDDEN_MARKOV> {
  nStates: number;
  /** D; of symbols, how many there are */
  nFeatures: number;
  stationary: boolean;
  /** of symbols, [names] */
  levelNames?: (string[] | null)[];
  nParameters: number;
  initialProbs: Numbers;
  transitionMatrix: Numbers;
  /** The family's name, what else tells it apart, and its parameters by name. */
  emission: { family: string; covarianceType?: string; parameters: Record<string, Numbers> };
  fit?: FitJson;
}

/** @param shapes of the emissions' parameters */
export function writeHiddenMarkov(
  hmm: HiddenMarkovModel,
  shapes: Readonly<Record<string, readonly number[]>>,
): HiddenMarkovModelJson {
  const { nStates, nFeatures, levelNames, stationary, nParameters, family, covarianceType, fitInfo } = hmm;
  const parameters = Object.entries(shapes).map(([name, shape]) => [name, nest(hmm.emission[name], shape)]);
  return {
    ...modelHeader(HIDDEN_MARKOV, hmm.columns),
    nStates,
    nFeatures,
    ...(levelNames && { levelNames: levelNamesJson(levelNames) }),
    stationary,
    nParameters,
    initialProbs: nest(hmm.initialProbs, [nStates]),
    transitionMatrix: nest(hmm.transitionMatrix, [nStates, nStates]),
    emission: {
      family,
      ...(covarianceType && { covarianceType }),
      parameters: Object.fromEntries(parameters),
    },
    ...(fitInfo && { fit: fitJson(fitInfo) }),
  };
}

const REQUIRED = [
  'nStates',
  'nFeatures',
  'initialProbs',
  'transitionMatrix',
  'emission',
] as const satisfies (keyof HiddenMarkovModelJson)[];

/**
 * @param own the family of the model, where it is not one that has a name
 * @throws ModelFormatError
 */
export const readHiddenMarkov = (json: unknown, own: Family | undefined) =>
  readModelFile(json, HIDDEN_MARKOV, REQUIRED, file => {
    const nStates = file.count('nStates', { most: MAX_COMPONENTS });
    const d = file.count('nFeatures', { most: MAX_FEATURES });
    const stationary = file.optional('stationary', name => file.flag(name));
    const given = file.object('emission');
    const emission = emissionOf(optionsIn(given, d, own), () => d);
    const { family, nSymbols } = emission;
    const model = new HiddenMarkov(family, { nStates, stationary });
    const values = given.object('parameters');
    const emissions = Object.entries(family.shapes(nStates, d)).map(([name, shape]) => [
      name,
      values.numbers(name, [...shape]),
    ]);
    const parameters = {
      initialProbs: checkedProbabilities('initialProbs', file.numbers('initialProbs', [nStates]), [nStates]),
      transitionMatrix: checkedProbabilities(
        'transitionMatrix',
        file.numbers('transitionMatrix', [nStates, nStates]),
        [nStates, nStates],
      ),
      emission: checkedEmission(model, d, Object.fromEntries(emissions)),
    };
    const nParameters =
      file.optional('nParameters', name => file.count(name, { least: 0 })) ??
      model.nParameters(d, parameters);
    const columns = file.optional('columns', name => file.names(name, nSymbols === undefined ? d : 1));
    const levelNames = levelNamesIn(file, nSymbols === undefined ? [] : [nSymbols]);
    return {
      emission,
      model,
      parameters,
      nParameters,
      columns,
      levelNames,
      fitInfo: file.fit('logLikelihood'),
    };
  });

function optionsIn(emission: Members, nFeatures: number, own: Family | undefined): EmissionOptions {
  const family = emission.text('family');
  if (own) {
    if (own.name === family) return { emission: own };
    throw new ModelFormatError(`Expected emissions of the ${own.name} family, got ${quote(family)}.`);
  }
  const name = EMISSIONS.find(name => name === family);
  if (!name) {
    throw new ModelFormatError(
      `No emission is called ${quote(family)}. Try fromJSON(json, { emission: the family it was fitted with }).`,
    );
  }
  if (name === 'gaussian') {
    return { emission: name, covarianceType: emission.choice('covarianceType', COVARIANCE_NAMES) };
  }
  return name === 'categorical' ? { emission: name, nSymbols: nFeatures } : { emission: name };
}
