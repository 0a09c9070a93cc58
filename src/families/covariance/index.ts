import { InvalidArgumentError } from '../../errors.js';
import { inWords } from '../../numbers.js';
import type { CovarianceName, CovarianceType } from './covariance-type.js';
import { diag } from './diag.js';
import { full } from './full.js';
import { spherical } from './spherical.js';
import { tied } from './tied.js';

export const COVARIANCE_TYPES: Record<CovarianceName, CovarianceType> = { full, tied, diag, spherical };
export const COVARIANCE_NAMES = Object.keys(COVARIANCE_TYPES) as CovarianceName[];

/** @throws InvalidArgumentError for an unknown name */
export function covarianceType(name: string): CovarianceType {
  if (!Object.hasOwn(COVARIANCE_TYPES, name)) {
    throw new InvalidArgumentError(
      `covarianceType must be one of ${COVARIANCE_NAMES.join(', ')}, got ${inWords(name)}.`,
    );
  }
  return COVARIANCE_TYPES[name as CovarianceName];
}
