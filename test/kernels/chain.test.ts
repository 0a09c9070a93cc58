import { afterAll, describe, expect, test } from 'vitest';
import { type ChainPlan, MOST_STATES } from '../../src/backends/webgpu/chain/plan.js';
import type { Chain, ChainWalks } from '../../src/contract/chains.js';
import {
  HiddenMarkov,
  ImpossibleSequenceError,
  InvalidArgumentError,
  multinomial,
  webgpu,
} from '../../src/index.js';
import { allNear, identical, near, rejects } from '../support/assert.js';
import { type ChainProblem, onBoth, randomChain, SHORT_PIECES } from './random-chain.js';

const RAGGED = [1, 2, 255, 1, 256, 257, 3, 700];
/** States off every boundary: quads, groups, vectors of a software adapter. */
const CASES = [
  { walk: 'lane', nStates: 1, lengths: RAGGED },
  { walk: 'lane', nStates: 2, lengths: [1] },
  { walk: 'lane', nStates: 2, lengths: [5000] },
  { walk: 'lane', nStates: 3, lengths: RAGGED, zeros: true, weights: true },
  { walk: 'lane', nStates: 3, lengths: RAGGED, zeros: true, weights: true, fused: false },
  { walk: 'lane', nStates: 9, lengths: [700], fused: false },
  { walk: 'group', nStates: 1, lengths: RAGGED },
  { walk: 'group', nStates: 3, lengths: RAGGED, zeros: true, weights: true, slots: 3 },
  { walk: 'group', nStates: 16, lengths: [2, 5000], span: 8 },
  { walk: 'group', nStates: 17, lengths: RAGGED, zeros: true, weights: true },
  { walk: 'group', nStates: 64, lengths: [1500, 2, 1, 255], zeros: true },
  { walk: 'group', nStates: 66, lengths: [300] },
  { walk: 'group', nStates: 3, lengths: RAGGED, zeros: true, weights: true, subgroups: true },
  { walk: 'group', nStates: 18, lengths: [1500, 2, 1, 255], subgroups: true },
] as const;

const backends = new Map<string, ReturnType<typeof webgpu>>();
afterAll(async () => {
  for (const backend of backends.values()) (await backend).dispose();
});

/** One backend for each way to walk. */
function backendOf(plan: Partial<ChainPlan>) {
  const key = JSON.stringify(plan);
  const backend = backends.get(key) ?? webgpu(undefined, { chains: { ...SHORT_PIECES, ...plan } });
  backends.set(key, backend);
  return backend;
}

async function gammas({ walks }: { readonly walks: ChainWalks }, { chain }: ChainProblem) {
  const found: number[] = [];
  let end = 0;
  for await (const { begin, probabilities } of walks.smoothed(chain)) {
    expect(begin).toBe(end);
    for (const value of probabilities) found.push(value);
    end += probabilities.length / chain.logInitial.length;
  }
  return found;
}

type Expected = Awaited<ReturnType<ChainWalks['forwardBackward']>>;

function nearStatistics(actual: Expected, expected: Expected, what = ''): void {
  const { logLikelihood, mass } = expected;
  near(actual.logLikelihood, logLikelihood, { rel: 1e-6 }, `log-likelihood ${what}`);
  near(actual.mass, mass, { rel: 1e-12 }, `rows ${what}`);
  const abs = 4e-6 * mass;
  allNear(actual.chain.initial, expected.chain.initial, { rel: 1e-4, abs: 1e-4 }, `γ of first rows ${what}`);
  allNear(actual.chain.transitions, expected.chain.transitions, { rel: 1e-4, abs }, `ξ ${what}`);
  allNear(actual.counts, expected.counts, { rel: 1e-4, abs }, `γ ${what}`);
  allNear(actual.sums, expected.sums, { rel: 1e-4, abs: 20 * abs }, `sums ${what}`);
}

describe.each(CASES)('$walk, K $nStates, lengths $lengths', ({ walk, nStates, lengths, ...options }) => {
  const { span, slots, fused, subgroups, ...shape } = {
    span: undefined,
    slots: undefined,
    fused: undefined,
    subgroups: undefined,
    ...options,
  };
  const plan = {
    walk,
    ...(span && { span }),
    ...(slots && { slots }),
    ...(fused === false && { fused }),
    ...(subgroups && { subgroups }),
  };
  const problem = randomChain({ nStates, lengths, ...shape });
  const { chain } = problem;

  test('equals the float64 definition, twice with the same bits', async () => {
    const gpu = await backendOf(plan);
    await onBoth(gpu, problem, async rows => {
      const expected = await rows.cpu.walks.forwardBackward(chain);
      const actual = await rows.gpu.walks.forwardBackward(chain);
      nearStatistics(actual, expected);
      const again = await rows.gpu.walks.forwardBackward(chain);
      identical(again.chain.transitions, actual.chain.transitions, 'ξ');
      identical(again.sums, actual.sums, 'sums');
      identical([again.logLikelihood], [actual.logLikelihood], 'log-likelihood');

      const likelihoods = await rows.gpu.walks.logLikelihoods(chain);
      const wanted = await rows.cpu.walks.logLikelihoods(chain);
      allNear(likelihoods, wanted, { rel: 1e-6, abs: 1e-5 }, 'log-likelihoods');
      const [own, theirs] = [await gammas(rows.gpu, problem), await gammas(rows.cpu, problem)];
      allNear(own, theirs, { abs: 5e-5 }, 'γ');
    });
  });
});

/** A ring 0 → 1 → 2 → 0 whose steps are certain, in rows that speak for other states by thousands of nats. */
function ring(lengths: readonly number[]): ChainProblem {
  const { points, sequences, chain } = randomChain({ nStates: 3, lengths });
  const data = points.data.map((_, i) => [0, 100, -60, 40, 0, -100][(7 * i) % 6]);
  const means = Float64Array.of(-100, 0, 0, 50, 100, -50);
  const never = Number.NEGATIVE_INFINITY;
  return {
    points: { ...points, data },
    sequences,
    chain: {
      emission: { ...chain.emission, means },
      logInitial: Float64Array.of(0, never, never),
      logTransition: Float64Array.of(never, 0, never, never, Math.log(0.5), Math.log(0.5), 0, never, never),
    },
  };
}

describe.each([{ walk: 'lane' }, { walk: 'group' }, { walk: 'group', subgroups: true }] as const)(
  '%o',
  plan => {
    test('states that are thousands of nats behind come back', async () => {
      const gpu = await backendOf(plan);
      const problem = ring([1, 40, 300, 2000]);
      const { chain } = problem;
      await onBoth(gpu, problem, async rows => {
        const expected = await rows.cpu.walks.forwardBackward(chain);
        nearStatistics(await rows.gpu.walks.forwardBackward(chain), expected);
        const never = chain.logTransition.map(value => (value === Number.NEGATIVE_INFINITY ? 1 : 0));
        const { transitions } = (await rows.gpu.walks.forwardBackward(chain)).chain;
        expect(transitions.filter((_, i) => never[i] === 1)).toEqual(new Float64Array(5));
        allNear(await gammas(rows.gpu, problem), await gammas(rows.cpu, problem), { abs: 1e-3 }, 'γ');
      });
    });

    test('an impossible row is named, and has likelihood 0', async () => {
      const gpu = await backendOf(plan);
      const model = new HiddenMarkov(multinomial(), { nStates: 2 });
      const symbols = Array.from({ length: 400 }, (_, i) => (i === 250 ? 2 : i % 2));
      const data = Float64Array.from(
        symbols.flatMap(symbol => [0, 1, 2].map(each => (each === symbol ? 1 : 0))),
      );
      const points = { data, shape: [400, 3] as const };
      const sequences = { lengths: Uint32Array.of(100, 200, 100) };
      await onBoth(gpu, { points, sequences }, async rows => {
        const parameters = {
          initialProbs: Float64Array.of(0.5, 0.5),
          transitionMatrix: Float64Array.of(0.9, 0.1, 0.2, 0.8),
          emission: { probabilities: Float64Array.of(0.5, 0.5, 0, 0.3, 0.7, 0) },
        };
        for (const own of [rows.cpu, rows.gpu]) {
          const chain: Chain = model.chain(parameters, own);
          const { walks } = own;
          const where = /Sequence 1 is impossible from its row 150 on/;
          await rejects(() => walks.forwardBackward(chain), ImpossibleSequenceError, where);
          await rejects(() => walks.viterbi(chain), ImpossibleSequenceError, where);
          const likelihoods = await walks.logLikelihoods(chain);
          expect(Array.from(likelihoods, Number.isFinite)).toEqual([true, false, true]);
        }
      });
    });
  },
);

test('chains that never forget where they began are walked to the end', async () => {
  const gpu = await backendOf({ walk: 'lane' });
  const { points, sequences, chain } = randomChain({ nStates: 3, lengths: [3000] });
  const emission = { ...chain.emission, means: new Float64Array(6), logConstants: new Float64Array(3) };
  const stays = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 0 : Number.NEGATIVE_INFINITY));
  const problem = { points, sequences, chain: { ...chain, emission, logTransition: stays } };
  await onBoth(gpu, problem, async rows => {
    const expected = await rows.cpu.walks.forwardBackward(problem.chain);
    nearStatistics(await rows.gpu.walks.forwardBackward(problem.chain), expected);
  });
});

test('other transitions give other statistics (negative control)', async () => {
  const gpu = await backendOf({ walk: 'lane' });
  const problem = randomChain({ nStates: 3, lengths: [500] });
  const other = randomChain({ nStates: 3, lengths: [500], zeros: true }).chain;
  await onBoth(gpu, problem, async rows => {
    const a = await rows.gpu.walks.forwardBackward(problem.chain);
    const b = await rows.gpu.walks.forwardBackward(other);
    expect(() => nearStatistics(b, a)).toThrow(/off by/);
  });
});

test('all memory is given back, and more states than there is room for are refused', async () => {
  const gpu = await webgpu(undefined, { chains: SHORT_PIECES });
  const problem = randomChain({ nStates: 2, lengths: [300, 20] });
  await onBoth(gpu, problem, async rows => {
    await rows.gpu.walks.forwardBackward(problem.chain);
    const many = randomChain({ nStates: MOST_STATES + 1, lengths: [320] });
    await rejects(
      () => rows.gpu.walks.forwardBackward(many.chain),
      InvalidArgumentError,
      /at most 128 states, got 129/,
    );
  });
  expect(gpu.memory).toEqual({ buffers: 0, bytes: 0 });
  gpu.dispose();
});
