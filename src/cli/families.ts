import type { FamilyName } from '../estimators/count-family.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { UsageError } from './exit.js';
import { agree, type StartFile } from './models.js';
import type { Family } from './rules.js';

/** What the command line says of a family. */
export interface FamilyOptions {
  family?: Family;
  trials?: number;
  levels?: number[];
  covariance?: CovarianceName;
  regCovar?: number;
  standardize?: boolean;
}

export type FamilyChoice =
  | {
      readonly family: 'gaussian';
      readonly covarianceType?: CovarianceName;
      readonly regCovar?: number;
      readonly standardize?: boolean;
    }
  | { readonly family: FamilyName; readonly trials?: number; readonly levels?: readonly number[] };

/**
 * What components are, as options and the file that the fit starts from have it.
 *
 * @throws UsageError for an option of another family; InvalidArgumentError where the file contradicts
 */
export function familyOf(options: FamilyOptions, start: StartFile): FamilyChoice {
  const family = agree('--family', options.family, start.family) ?? 'gaussian';
  const { covariance, regCovar, standardize, trials, levels } = options;
  const given = {
    '--covariance': covariance,
    '--reg-covar': regCovar,
    '--standardize': standardize,
    '--trials': trials,
    '--levels': levels,
  };
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined && !optionsOf(family).includes(option)) {
      throw new UsageError(`${option} does not go with --family ${family}.`);
    }
  }
  if (family === 'gaussian') {
    const covarianceType = agree('--covariance', covariance, start.covarianceType);
    return { family, covarianceType, regCovar, standardize };
  }
  const agreed = {
    family,
    trials: agree('--trials', trials, start.trials),
    levels: agree('--levels', levels, start.levels),
  };
  if (family === 'binomial' && agreed.trials === undefined) {
    throw new UsageError('--family binomial needs --trials.');
  }
  return agreed;
}

function optionsOf(family: Family): string[] {
  if (family === 'gaussian') return ['--covariance', '--reg-covar', '--standardize'];
  if (family === 'binomial') return ['--trials'];
  return family === 'categorical' ? ['--levels'] : [];
}
