import { InvalidArgumentError } from '../../errors.js';
import type { CovarianceName, CovarianceType } from './covariance-type.js';
import { diag } from './diag.js';
import { full } from './full.js';
import { spherical } from './spherical.js';
import { tied } from './tied.js';

export const COVARIANCE_TYPES: Record<CovarianceName, CovarianceType> = { full, tied, diag, spherical };

/** @throws InvalidArgumentError for an unknown name */
export function covarianceType(name: string): CovarianceType {
  if (!Object.hasOwn(COVARIANCE_TYPES, name)) {
    const known = Object.keys(COVARIANCE_TYPES).join(', ');
    throw new InvalidArgumentError(`covarianceType must be one of ${known}, got ${JSON.stringify(name)}.`);
  }
  return COVARIANCE_TYPES[name as CovarianceName];
}
