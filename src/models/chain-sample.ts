import { newTable } from '../data/table.js';
import type { Arrays } from '../families/family.js';
import { checkInteger } from '../numbers.js';
import { drawIndex } from '../numerics/draws.js';
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
 * @throws InvalidArgumentError unless n is an integer ≥ 1 of which there is memory for, and seed an integer ≥ 0
 */
export function sampleChain<P extends Arrays>(
  { family, nStates: k }: HiddenMarkov<P>,
  { initialProbs, transitionMatrix, emission }: ChainParameters<P>,
  n: number,
  seed: number,
): SampledSequence {
  checkInteger('seed', seed, 0);
  const d = family.nFeatures(emission, k);
  const data = newTable('n', n, d);
  const draw = family.sampler(emission, k);
  const rng = createRng(seed);
  const states = new Uint32Array(n);
  let ahead = initialProbs;
  for (let t = 0; t < n; t++) {
    const state = drawIndex(ahead, rng.uniform());
    states[t] = state;
    draw(state, rng, data, t * d);
    ahead = transitionMatrix.subarray(state * k, (state + 1) * k);
  }
  return { data, shape: [n, d], states };
}
