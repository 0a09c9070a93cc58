import type { HiddenMarkovModel } from '../../src/index.js';

/** What people want to know of each state of a series. */
export interface StateFacts {
  /** mean of the values */
  readonly mean: number;
  /** their standard deviation */
  readonly deviation: number;
  /** expected steps that a visit lasts, 1/(1 − Γ_kk) */
  readonly duration: number;
  /** of the decoded steps */
  readonly share?: number;
}

/** @param model of one feature, Gaussian or Poisson */
export function factsOf(model: HiddenMarkovModel, states?: Uint32Array): StateFacts[] {
  const { nStates: k, transitionMatrix, emission } = model;
  const means = emission.means ?? emission.rates; // a Poisson's mean and variance are its rate
  const variances = emission.covariances ?? emission.rates;
  const counts = new Float64Array(k);
  for (const state of states ?? []) counts[state]++;
  return Array.from({ length: k }, (_, state) => ({
    mean: means[state],
    deviation: Math.sqrt(variances[state]),
    duration: 1 / Math.max(0, 1 - transitionMatrix[state * k + state]),
    share: states && counts[state] / states.length,
  }));
}
