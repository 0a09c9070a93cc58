import { InvalidArgumentError } from '../errors.js';
import { checkNumbers } from '../numbers.js';

/** Dirichlet priors of a chain's start and of each row of its transitions: concentrations ≥ 1, where 1 is flat. */
export interface ChainPrior {
  /** Default 1. */
  readonly initialProbs?: number;
  /** One number, or one for each entry [K, K]: larger on the diagonal favours states that last. Default 1. */
  readonly transitionMatrix?: number | ArrayLike<number>;
  /** The emission family's own conjugate prior. Default: flat. */
  readonly emission?: object;
}

/** Checked and complete: pseudo-counts are concentrations less 1. */
export interface ResolvedChainPrior {
  /** [K] */
  readonly initial: Float64Array;
  /** [K, K] */
  readonly transitions: Float64Array;
  readonly emission?: object;
}

/** @throws InvalidArgumentError for a concentration below 1, which has no mode, or a wrong number of them */
export function pseudoCounts(
  name: string,
  concentration: number | ArrayLike<number>,
  length: number,
): Float64Array {
  const given = checkNumbers(
    `The prior of ${name}`,
    typeof concentration === 'number' ? new Float64Array(length).fill(concentration) : concentration,
    'concentrations ≥ 1',
    value => value >= 1 && Number.isFinite(value),
  );
  if (given.length !== length) {
    throw new InvalidArgumentError(
      `The prior of ${name} must be one concentration or ${length}, got ${given.length}.`,
    );
  }
  return given.map(value => value - 1);
}

/** Σ (α − 1) log p over what is not structurally zero. */
export const logDirichlet = (pseudo: Float64Array, probabilities: Float64Array): number =>
  pseudo.reduce((sum, count, at) => {
    const p = probabilities[at];
    return count > 0 && p > 0 ? sum + count * Math.log(p) : sum;
  }, 0);

/**
 * Each row's shares of its counts and pseudo-counts. Zeros stay zeros, and a row of next to no counts stays as it is.
 *
 * @param previous [rows, K]
 * @param least the smallest total that says something
 */
export function shares(counts: Float64Array, previous: Float64Array, k: number, least: number): Float64Array {
  const result = Float64Array.from(previous);
  for (let begin = 0; begin < result.length; begin += k) {
    let total = 0;
    for (let at = begin; at < begin + k; at++) if (previous[at] > 0) total += counts[at];
    if (!(total >= least)) continue;
    for (let at = begin; at < begin + k; at++) if (previous[at] > 0) result[at] = counts[at] / total;
  }
  return result;
}
