import { MAX_FEATURES } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import { checkedParameters, type Numbers } from '../init/given-parameters.js';
import { MAX_COMPONENTS, MixtureModel } from '../models/mixture.js';
import { type FitJson, type Members, type ModelJson, readModelFile } from '../serialize.js';
import { type CountParameters, FAMILIES, type FamilyName, familyOf } from './count-family.js';
import { levelNamesIn } from './table-names.js';

export const MIXTURE = 'mixture';

/** A model file of counts, version 1; nested as the shapes say. */
export interface MixtureJson extends ModelJson<typeof MIXTURE> {
  family: FamilyName;
  trials?: number;
  levels?: number[];
  /** null for a column of plain codes */
  levelNames?: (string[] | null)[];
  nComponents: number;
  /** D; of categorical columns the number of all their codes */
  nFeatures: number;
  weights: Numbers;
  rates?: Numbers;
  probabilities?: Numbers;
  fit?: FitJson;
}

const REQUIRED = ['family', 'nComponents', 'nFeatures', 'weights'] as const satisfies (keyof MixtureJson)[];

/** @throws ModelFormatError */
export const readMixture = (json: unknown) =>
  readModelFile(json, MIXTURE, REQUIRED, file => {
    const k = file.count('nComponents', { most: MAX_COMPONENTS });
    const d = file.count('nFeatures', { most: MAX_FEATURES });
    const settings = {
      family: file.choice('family', FAMILIES),
      trials: file.optional('trials', name => file.count(name)),
      levels: file.optional('levels', name => levelsIn(file, name, d)),
    };
    const family = familyOf(settings);
    const model = new MixtureModel<CountParameters>(family, k);
    const { parameter } = family.definition;
    const parameters = checkedParameters(model, d, {
      weights: file.numbers('weights', [k]),
      [parameter]: file.numbers(parameter, [k, d]),
    });
    const columns = file.optional('columns', name => file.names(name, settings.levels?.length ?? d));
    const levelNames = levelNamesIn(file, settings.levels ?? []);
    return { settings, model, parameters, columns, levelNames, fitInfo: file.fit('logLikelihood') };
  });

/** Counts of codes, which add up to d. */
function levelsIn(file: Members, name: string, d: number): number[] {
  const levels = file.list(name) as number[];
  const total = levels.every(count => Number.isInteger(count) && count >= 1)
    ? levels.reduce((sum, count) => sum + count, 0)
    : Number.NaN;
  if (total === d) return levels;
  throw new InvalidArgumentError(`${name} must be integers ≥ 1 that add up to nFeatures, ${d}.`);
}
