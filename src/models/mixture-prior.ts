import { InvalidArgumentError } from '../errors.js';

/** Priors of a mixture's parameters, checked and complete. */
export interface MixturePrior {
  /** Concentration of the symmetric Dirichlet of the weights, ≥ 1; 1 is flat. */
  readonly weights: number;
  /** The conjugate prior of every component; absent: flat. */
  readonly components?: object;
}

/** @throws InvalidArgumentError for a concentration below 1, which has no mode */
export function checkConcentration(concentration: number): number {
  if (concentration >= 1 && Number.isFinite(concentration)) return concentration;
  throw new InvalidArgumentError(
    `The concentration of the weights' prior must be a number ≥ 1, got ${concentration}.`,
  );
}
