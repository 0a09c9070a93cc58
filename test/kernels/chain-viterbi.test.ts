import { afterAll, describe, expect, test } from 'vitest';
import { webgpu } from '../../src/index.js';
import { allNear } from '../support/assert.js';
import { type ChainProblem, onBoth, randomChain, SHORT_PIECES } from './random-chain.js';

const gpu = await webgpu(undefined, { chains: SHORT_PIECES });
afterAll(() => gpu.dispose());

const CASES = [
  { nStates: 1, lengths: [1, 300] },
  { nStates: 3, lengths: [1, 2, 255, 256, 257, 2, 1], zeros: true },
  { nStates: 16, lengths: [5000] },
  { nStates: 65, lengths: [2, 700, 1], zeros: true },
];

async function compare(problem: ChainProblem) {
  const { chain } = problem;
  return onBoth(gpu, problem, async rows => {
    const expected = await rows.cpu.walks.viterbi(chain);
    const actual = await rows.gpu.walks.viterbi(chain);
    return { expected, actual };
  });
}

describe.each(CASES)('K $nStates, lengths $lengths', shape => {
  test('the best paths are those of the float64 definition', async () => {
    const { expected, actual } = await compare(randomChain(shape));
    allNear(actual.logProbabilities, expected.logProbabilities, { rel: 1e-6, abs: 1e-5 });
    expect(Array.from(actual.states)).toEqual(Array.from(expected.states));
  });
});

test('ties go to the smaller state', async () => {
  const { chain, ...problem } = randomChain({ nStates: 5, lengths: [300] });
  const even = (length: number) => new Float64Array(length).fill(-Math.log(5));
  const emission = { ...chain.emission, means: new Float64Array(10), logConstants: new Float64Array(5) };
  const { expected, actual } = await compare({
    ...problem,
    chain: { emission, logInitial: even(5), logTransition: even(25) },
  });
  expect(Array.from(actual.states)).toEqual(new Array(300).fill(0));
  expect(Array.from(actual.states)).toEqual(Array.from(expected.states));
});
