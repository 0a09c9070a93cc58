import { checkAtLeast } from '../numbers.js';

/** Priors of a mixture's parameters, checked and complete. */
export interface MixturePrior {
  /** Concentration of the symmetric Dirichlet of the weights, ≥ 1; 1 is flat. */
  readonly weights: number;
  /** The conjugate prior of every component; absent: flat. */
  readonly components?: object;
}

/** @throws InvalidArgumentError for a concentration below 1, which has no mode */
export function checkConcentration(concentration: number): number {
  return checkAtLeast("The concentration of the weights' prior", concentration, 1);
}
