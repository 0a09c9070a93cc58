import { InvalidArgumentError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import type { Arrays } from '../families/family.js';
import { inWords } from '../numbers.js';
import { at } from '../numerics/triangle.js';

/** What one component of a Gaussian mixture is, whatever its covariance type. */
export interface GaussianComponent {
  readonly weight: number;
  /** [D] */
  readonly mean: number[];
  /** [D][D] */
  readonly covariance: number[][];
}

/** What one state of a hidden Markov model is. */
export interface HiddenState {
  readonly initialProb: number;
  /** [K] */
  readonly transitions: number[];
  /** A Gaussian's mean [D] and covariance [D][D]; else its row of each of the family's parameters, by name. */
  readonly emission: Readonly<Record<string, number[] | number[][]>>;
}

/** Row k of `count` rows of numbers, as an array. @throws InvalidArgumentError unless there is such a row */
export function rowOf(values: Float64Array, k: number, count: number): number[] {
  if (!Number.isInteger(k) || k < 0 || k >= count) {
    throw new InvalidArgumentError(`Expected an index from 0 to ${count - 1}, got ${inWords(k)}.`);
  }
  const d = values.length / count;
  return Array.from(values.subarray(k * d, (k + 1) * d));
}

/** @throws InvalidArgumentError unless there is a component k */
export function gaussianComponent(
  { weights, means, covariances }: Record<'weights' | 'means' | 'covariances', Float64Array>,
  type: CovarianceName,
  k: number,
): GaussianComponent {
  const mean = rowOf(means, k, weights.length);
  const d = mean.length;
  const own = covarianceType(type).component(covariances, k, d);
  const covariance = mean.map((_, i) => mean.map((_, j) => own[at(Math.max(i, j), Math.min(i, j))]));
  return { weight: weights[k], mean, covariance };
}

/** @throws InvalidArgumentError unless there is a state k */
export function hiddenState(
  {
    nStates,
    initialProbs,
    transitionMatrix,
    emission,
    covarianceType: type,
  }: {
    readonly nStates: number;
    readonly initialProbs: Float64Array;
    readonly transitionMatrix: Float64Array;
    readonly emission: Arrays;
    readonly covarianceType: CovarianceName | undefined;
  },
  k: number,
): HiddenState {
  const transitions = rowOf(transitionMatrix, k, nStates);
  const initialProb = initialProbs[k];
  if (type) {
    const { means, covariances } = emission;
    const { mean, covariance } = gaussianComponent({ weights: initialProbs, means, covariances }, type, k);
    return { initialProb, transitions, emission: { mean, covariance } };
  }
  const own = Object.entries(emission).map(([name, values]) => [name, rowOf(values, k, nStates)]);
  return { initialProb, transitions, emission: Object.fromEntries(own) };
}
