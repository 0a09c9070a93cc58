import { InvalidArgumentError } from '../errors.js';
import type { Arrays } from '../families/family.js';
import { createRng } from '../numerics/rng.js';
import type { ChainParameters, HiddenMarkov } from './hidden-markov-model.js';

export interface SampledSequence {
  /** [n, d] row-major */
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
  /** [n] */
  readonly states: Uint32Array;
}

/**
 * One sequence of n rows, its states walking along the chain.
 *
 * @throws InvalidArgumentError unless n is an integer ≥ 1 and seed an integer ≥ 0
 */
export function sampleChain<P extends Arrays>(
  { family, nStates: k }: HiddenMarkov<P>,
  { initialProbs, transitionMatrix, emission }: ChainParameters<P>,
  n: number,
  seed: number,
): SampledSequence {
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError(`n must be an integer ≥ 1, got ${n}.`);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidArgumentError(`seed must be an integer ≥ 0, got ${seed}.`);
  }
  const d = family.nFeatures(emission, k);
  const draw = family.sampler(emission, k);
  const rng = createRng(seed);
  const data = new Float64Array(n * d);
  const states = new Uint32Array(n);
  let ahead = initialProbs;
  for (let t = 0; t < n; t++) {
    const state = drawState(ahead, rng.uniform());
    states[t] = state;
    draw(state, rng, data, t * d);
    ahead = transitionMatrix.subarray(state * k, (state + 1) * k);
  }
  return { data, shape: [n, d], states };
}

/** The state at which the running sum passes u; never one of probability 0. */
function drawState(probabilities: Float64Array, u: number): number {
  let sum = 0;
  let state = 0;
  for (let k = 0; k < probabilities.length; k++) {
    if (probabilities[k] === 0) continue;
    state = k;
    sum += probabilities[k];
    if (u < sum) break;
  }
  return state;
}
