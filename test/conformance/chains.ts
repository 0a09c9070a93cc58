/** Hidden Markov models against all paths, the textbook's recursions, and identities. */
import {
  add,
  type Backend,
  type ChainSums,
  GaussianMixture,
  HiddenMarkov,
  HiddenMarkovModel,
  type Matrix,
  matrix,
  poisson,
  type Statistics,
} from '../../src/index.js';
import { chainSums } from '../../src/models/hidden-markov-model.js';
import { createRng, type Rng } from '../../src/numerics/rng.js';
import { allNear, equal, identical, near, ok } from '../support/assert.js';
import { backwardLikelihood, bruteForce, type Textbook, textbook } from '../support/textbook-chain.js';
import type { Case } from './case.js';
import { abs, chainFitCases, rel } from './chain-fits.js';

function simplex(k: number, rng: Rng, zeros = 0): number[] {
  const odds = Array.from({ length: k }, (_, i) =>
    i < k - 1 && rng.uniform() < zeros ? 0 : rng.uniform() + 0.1,
  );
  const total = odds.reduce((a, b) => a + b);
  return odds.map(value => value / total);
}

const rowsOf = (k: number, rng: Rng, zeros = 0) =>
  Array.from({ length: k }, () => simplex(k, rng, zeros)).flat();

/** A chain of Poissons, counts, and the probabilities of the counts. */
function poissonCase(k: number, T: number, seed: number, zeros = 0) {
  const rng = createRng(seed, k);
  const initial = simplex(k, rng, zeros);
  const transition = rowsOf(k, rng, zeros);
  const rates = Array.from({ length: k }, () => 0.5 + 6 * rng.uniform());
  const counts = Float64Array.from({ length: T }, () => rng.integer(8));
  const b = Float64Array.from({ length: T * k }, (_, at) => {
    const [x, rate] = [counts[Math.floor(at / k)], rates[at % k]];
    let p = Math.exp(-rate);
    for (let i = 1; i <= x; i++) p *= rate / i;
    return p;
  });
  const hmm = HiddenMarkovModel.fromParameters(
    { initialProbs: initial, transitionMatrix: transition, emission: { rates } },
    { emission: 'poisson' },
  );
  return { initial, transition, rates, counts, b, hmm };
}

/** Everything that a backend says of one sequence. */
async function agrees(
  backend: Backend,
  chain: ReturnType<typeof poissonCase>,
  expected: Textbook,
  what: string,
): Promise<void> {
  const { hmm, counts } = chain;
  const tolerance = { abs: abs(backend) };
  const device = backend;
  const [logLikelihood] = await hmm.scoreSequences(counts, { device });
  near(logLikelihood, expected.logLikelihood, { rel: rel(backend), abs: rel(backend) }, `${what} likelihood`);
  allNear(await hmm.predictProba(counts, { device }), expected.gamma, tolerance, `${what} γ`);
  const { states, logProbabilities = [] } = await hmm.decode(counts, { device });
  near(
    logProbabilities[0],
    expected.logPath,
    { rel: rel(backend), abs: rel(backend) },
    `${what} log p(path)`,
  );
  if (backend.device === 'cpu') identical(states, expected.path, `${what} path`);
  else nearlyAsProbable(states, expected, chain, what);
  const { statistics } = await expectationsOf(backend, hmm, counts);
  const T = counts.length;
  allNear(statistics.chain.transitions, expected.xi, { abs: abs(backend) * T }, `${what} ξ`);
  allNear(statistics.chain.initial, expected.gamma.subarray(0, hmm.nStates), tolerance, `${what} γ₁`);
}

/** float32 may take another path where two are within its rounding of each other: its own probability decides. */
function nearlyAsProbable(
  states: Uint32Array,
  { logPath, path }: Textbook,
  { initial, transition, b, hmm: { nStates: k } }: ReturnType<typeof poissonCase>,
  what: string,
): void {
  let own = 0;
  states.forEach((state, t) => {
    own += Math.log((t === 0 ? initial[state] : transition[states[t - 1] * k + state]) * b[t * k + state]);
  });
  near(own, logPath, { rel: 1e-6, abs: 1e-6 }, `${what} log p of the path taken`);
  const same = states.filter((state, t) => state === path[t]).length;
  ok(same >= 0.999 * path.length, `${what}: ${same} of ${path.length} states to be those of the best path`);
}

type Expectations = Statistics & { readonly chain: ChainSums };

async function expectationsOf(
  backend: Backend,
  hmm: HiddenMarkovModel,
  counts: Float64Array,
  lengths = [counts.length],
  weights?: number[],
): Promise<{ statistics: Expectations }> {
  const rows = await backend.load(matrix(counts, [counts.length, 1]));
  const model = new HiddenMarkov(poisson(), {
    nStates: hmm.nStates,
  });
  const sequences = { lengths: Uint32Array.from(lengths), weights: weights && Float64Array.from(weights) };
  const { initialProbs, transitionMatrix, emission } = hmm;
  const parameters = { initialProbs, transitionMatrix, emission: { rates: emission.rates } };
  try {
    const statistics = await model.on(rows.divide(sequences)).eStep(parameters);
    return { statistics: { ...statistics, chain: chainSums(statistics) } };
  } finally {
    rows.dispose();
  }
}

const brute: Case = {
  name: 'HMM: likelihood, γ, ξ and Viterbi are those of all paths, zeros included',
  async run(backend) {
    for (const [k, T, zeros] of [
      [1, 1, 0],
      [1, 4, 0],
      [2, 1, 0],
      [2, 2, 0],
      [3, 2, 0.4],
      [2, 8, 0],
      [3, 7, 0.4],
      [4, 8, 0],
      [4, 8, 0.5],
    ] as const) {
      const chain = poissonCase(k, T, 10 * k + T, zeros);
      await agrees(backend, chain, bruteForce(chain, chain.b), `K = ${k}, T = ${T}`);
    }
  },
};

const book: Case = {
  name: 'HMM: long sequences are those of the textbook recursions',
  async run(backend) {
    for (const [k, T] of [
      [4, 70_000],
      [5, 300],
      [64, 700],
    ] as const) {
      const chain = poissonCase(k, T, 7);
      const expected = textbook(chain, chain.b);
      await agrees(backend, chain, expected, `K = ${k}, T = ${T}`);
      near(backwardLikelihood(chain, chain.b), expected.logLikelihood, { rel: 1e-11 }, 'backward likelihood');
    }
  },
};

const isTheMixture: Case = {
  name: 'HMM: rows that equal the weights make it the mixture',
  async run(backend) {
    const mixture = GaussianMixture.fromParameters({
      weights: [0.3, 0.7],
      means: [0, 3],
      covariances: [1, 2],
    });
    const points: Matrix = mixture.sample(2000, { seed: 4 });
    const { weights, means, covariances } = mixture;
    const init = {
      initialProbs: weights,
      transitionMatrix: [...weights, ...weights],
      emission: { means, covariances },
    };
    const options = { maxIter: 1, tol: 0, regCovar: 0, device: backend };
    const chain = await HiddenMarkovModel.fit(points, { nStates: 2, init, ...options });
    const plain = await GaussianMixture.fit(points, { nComponents: 2, init: mixture, ...options });
    near(chain.fitInfo.history[0], plain.fitInfo.history[0], { rel: rel(backend) }, 'log-likelihood');
    const tolerance = { rel: backend.device === 'cpu' ? 1e-10 : 1e-4 };
    allNear(chain.emission.means, plain.means, tolerance, 'means');
    allNear(chain.emission.covariances, plain.covariances, tolerance, 'covariances');
    const hmm = HiddenMarkovModel.fromParameters(init);
    const gamma = await hmm.predictProba(points, { device: backend });
    allNear(gamma, await mixture.predictProba(points, { device: backend }), { abs: abs(backend) }, 'γ');
  },
};

const ragged: Case = {
  name: 'HMM: ragged sequences add up, and weights repeat them',
  async run(backend) {
    const { hmm, counts } = poissonCase(3, 120, 5);
    const lengths = [1, 2, 40, 1, 60, 2, 14];
    const { statistics: all } = await expectationsOf(backend, hmm, counts, lengths);
    let begin = 0;
    const parts: Expectations[] = [];
    for (const length of lengths) {
      const part = counts.slice(begin, begin + length);
      parts.push((await expectationsOf(backend, hmm, part)).statistics);
      begin += length;
    }
    const tolerance = { rel: rel(backend), abs: abs(backend) * 10 };
    const sum = (name: 'initial' | 'transitions') =>
      parts[0].chain[name].map((_, at) => parts.reduce((total, part) => total + part.chain[name][at], 0));
    allNear(all.chain.initial, sum('initial'), tolerance, 'starts');
    allNear(all.chain.transitions, sum('transitions'), tolerance, 'steps');
    const likelihood = parts.reduce((total, part) => total + part.logLikelihood, 0);
    near(all.logLikelihood, likelihood, { rel: rel(backend) }, 'log-likelihood');
    near(
      all.chain.transitions.reduce((a, b) => a + b),
      120 - 7,
      { abs: abs(backend) * 100 },
      'Σ ξ',
    );
    near(
      all.chain.initial.reduce((a, b) => a + b),
      7,
      { abs: abs(backend) * 10 },
      'Σ γ₁',
    );

    const weights = [2, 1, 3, 0, 1, 1, 2];
    const order = weights.flatMap((weight, i) => new Array<number>(weight).fill(i));
    const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));
    const repeated = Float64Array.from(
      order.flatMap(i => Array.from(counts.subarray(starts[i], starts[i] + lengths[i]))),
    );
    const { statistics: once } = await expectationsOf(backend, hmm, counts, lengths, weights);
    const { statistics: often } = await expectationsOf(
      backend,
      hmm,
      repeated,
      order.map(i => lengths[i]),
    );
    equal(once.mass, often.mass, 'rows');
    near(once.logLikelihood, often.logLikelihood, { rel: rel(backend) }, 'log-likelihood of repeats');
    allNear(once.chain.transitions, often.chain.transitions, tolerance, 'steps of repeats');
    allNear(once.counts, often.counts, tolerance, 'counts of repeats');
    near(add(often, often).logLikelihood, 2 * often.logLikelihood, { rel: 1e-15 }, 'statistics that add');
  },
};

export const chainCases: Case[] = [brute, book, isTheMixture, ragged, ...chainFitCases];
