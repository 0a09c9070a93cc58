import { isMatrix, type Matrix } from '../data/matrix.js';
import { levelsOf, oneHot } from '../data/one-hot.js';
import { InvalidArgumentError, InvalidDataError } from '../errors.js';
import { bernoulli, binomial } from '../families/binomial.js';
import type { Linear } from '../families/linear.js';
import { multinomial } from '../families/multinomial.js';
import { poisson } from '../families/poisson.js';
import { inWords } from '../numbers.js';
import { checkPoints, type Points } from './points.js';
import type { LevelNames } from './table-names.js';

/** Families of counts, by name. 'categorical' takes columns of codes 0, 1, 2, …; see `docs/rules.md`. */
export const FAMILIES = ['poisson', 'bernoulli', 'binomial', 'multinomial', 'categorical'] as const;
export type FamilyName = (typeof FAMILIES)[number];

export type CountName = 'rates' | 'probabilities';
export type CountParameters = { readonly [name in CountName]: Float64Array };

/** What tells families of one name apart. */
export interface FamilySettings {
  readonly family: FamilyName;
  readonly trials?: number;
  readonly levels?: readonly number[];
}

/** @throws InvalidArgumentError for an unknown family, or settings that it lacks or does not have */
export function familyOf({ family, trials, levels }: FamilySettings): Linear<CountName> {
  const families: Record<FamilyName, () => Linear<'rates'> | Linear<'probabilities'>> = {
    poisson,
    bernoulli,
    binomial: () => binomial({ trials: trials as number }),
    multinomial: () => multinomial({ trials }),
    categorical: () => multinomial({ levels }),
  };
  if (!Object.hasOwn(families, family)) {
    throw new InvalidArgumentError(`family must be one of ${FAMILIES.join(', ')}, got ${inWords(family)}.`);
  }
  if (trials !== undefined && family !== 'binomial' && family !== 'multinomial') {
    throw new InvalidArgumentError(
      `trials are the binomial and multinomial families', not the ${family} family's.`,
    );
  }
  if (!levels && family === 'categorical') {
    throw new InvalidArgumentError('The categorical family needs levels: how many codes each column has.');
  }
  if (levels && family !== 'categorical') {
    throw new InvalidArgumentError(`levels are the categorical family's, not the ${family} family's.`);
  }
  return families[family]() as Linear<CountName>;
}

/** Categorical columns say themselves how many codes they have, if nobody else does. */
export function complete(
  settings: FamilySettings,
  points: Points,
  levelNames: LevelNames = [],
): FamilySettings {
  if (settings.family !== 'categorical' || settings.levels) return settings;
  const found = levelsOf(codes(points));
  return { ...settings, levels: found.map((count, j) => levelNames[j]?.length ?? count) };
}

export function encode(points: Points, { family, levels }: FamilySettings): Points {
  if (family !== 'categorical') return points;
  const own = codes(points);
  if (own.shape[1] !== levels?.length) {
    throw new InvalidDataError(`Expected ${levels?.length} categorical columns, got ${own.shape[1]}.`);
  }
  return oneHot(own, levels);
}

function codes(points: Points): Matrix {
  const checked = checkPoints(points);
  if (isMatrix(checked)) return checked;
  throw new InvalidDataError(
    'Categorical columns are encoded on the host: pass a matrix or an array of rows, not resident rows.',
  );
}
