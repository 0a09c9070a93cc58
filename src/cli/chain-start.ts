import { ModelFormatError } from '../errors.js';
import { EMISSIONS, type EmissionName } from '../estimators/hidden-markov-emission.js';
import { HiddenMarkovModel } from '../estimators/hidden-markov-model.js';
import type { HiddenMarkovModelOptions } from '../estimators/hidden-markov-options.js';
import type { LevelNames } from '../estimators/table-names.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { UsageError } from './exit.js';
import { about, readJson } from './files.js';
import { agree, isObject } from './models.js';
import type { StartFilePath } from './options.js';

export const CHAIN_INITS = ['mixture', 'random'] as const;
export type ChainStartChoice = (typeof CHAIN_INITS)[number] | StartFilePath;

/** How a fit of a hidden Markov model begins, and what a file says of the model besides. */
export interface ChainStartFile {
  readonly init: NonNullable<HiddenMarkovModelOptions['init']>;
  readonly nStates?: number;
  readonly emission?: EmissionName;
  readonly covarianceType?: CovarianceName;
  readonly nSymbols?: number;
  readonly stationary?: boolean;
  readonly columns?: readonly string[];
  readonly levelNames?: LevelNames;
}

/** A start by name, or from a file: a whole model, or some of its parameters. */
export async function readChainStart(choice: ChainStartChoice): Promise<ChainStartFile> {
  if (typeof choice === 'string') return { init: choice };
  const json = await readJson(choice.file);
  return about(choice.file, () => {
    if (isObject(json) && 'format' in json) return modelStart(HiddenMarkovModel.fromJSON(json));
    return parametersStart(json);
  });
}

function modelStart(init: HiddenMarkovModel): ChainStartFile {
  const { nStates, covarianceType, stationary } = init;
  const emission = init.family as EmissionName;
  return {
    init,
    nStates,
    emission,
    covarianceType,
    stationary,
    columns: init.columns,
    levelNames: init.levelNames,
    ...(emission === 'categorical' && { nSymbols: init.nFeatures }),
  };
}

function parametersStart(json: unknown): ChainStartFile {
  const { initialProbs, transitionMatrix, emission } = Object(json);
  if (!isObject(json) || !(initialProbs ?? transitionMatrix ?? emission)) {
    throw new ModelFormatError(
      'Expected a hidden Markov model, or an object with some of initialProbs, transitionMatrix, emission.',
    );
  }
  const perState = [initialProbs, transitionMatrix].find(Array.isArray);
  return { init: json, nStates: perState?.length, emission: familyIn(Object(emission)) };
}

function familyIn(emission: Record<string, unknown>): EmissionName | undefined {
  if (emission.means) return 'gaussian';
  return emission.rates ? 'poisson' : EMISSIONS.find(name => name === emission.family);
}

/** What the command line says of emissions. */
export interface EmissionChoice {
  emission?: EmissionName;
  covariance?: CovarianceName;
  regCovar?: number;
  standardize?: boolean;
  symbols?: number;
}

/**
 * What states emit, as options and the file that the fit starts from have it.
 *
 * @throws UsageError for an option of another family; InvalidArgumentError where the file contradicts
 */
export function emissionFrom(
  { emission: asked, covariance, regCovar, standardize, symbols }: EmissionChoice,
  start: ChainStartFile,
): Pick<HiddenMarkovModelOptions, 'emission' | 'covarianceType' | 'regCovar' | 'standardize' | 'nSymbols'> {
  const known = agree('--emission', asked, start.emission);
  if (!known && Object(Object(start.init).emission).probabilities) {
    throw new UsageError(
      '--emission is missing: probabilities may be categorical, bernoulli or multinomial.',
    );
  }
  const emission = known ?? 'gaussian';
  const misplaced = Object.entries({
    '--covariance': emission !== 'gaussian' && covariance,
    '--reg-covar': emission !== 'gaussian' && regCovar,
    '--standardize': emission !== 'gaussian' && standardize,
    '--symbols': emission !== 'categorical' && symbols,
  }).find(([, value]) => value !== false && value !== undefined);
  if (misplaced) throw new UsageError(`${misplaced[0]} does not go with --emission ${emission}.`);
  return {
    emission,
    regCovar,
    standardize,
    covarianceType: agree('--covariance', covariance, start.covarianceType),
    nSymbols: agree('--symbols', symbols, start.nSymbols),
  };
}
