/** Hidden Markov models against the book, brute force, published fits and identities. */
import {
  add,
  type Backend,
  type ChainExpectations,
  diag,
  GaussianMixture,
  gaussian,
  HiddenMarkov,
  HiddenMarkovModel,
  ImpossibleSequenceError,
  type Matrix,
  matrix,
  parseCsv,
  poisson,
} from '../../src/index.js';
import { createRng, type Rng } from '../../src/numerics/rng.js';
import earthquakesCsv from '../reference/earthquakes.csv?raw';
import { allNear, equal, identical, near, ok, rejects } from '../support/assert.js';
import { adjustedRandIndex } from '../support/synthetic.js';
import { backwardLikelihood, bruteForce, type Textbook, textbook } from '../support/textbook-chain.js';
import type { Case } from './case.js';

export const earthquakes = parseCsv(earthquakesCsv).points;

const rel = ({ device }: Backend) => (device === 'cpu' ? 1e-11 : 1e-6);
const abs = ({ device }: Backend) => (device === 'cpu' ? 1e-10 : 2e-4);

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
  { hmm, counts }: { hmm: HiddenMarkovModel; counts: Float64Array },
  expected: Textbook,
  what: string,
): Promise<void> {
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
  identical(states, expected.path, `${what} path`);
  const { statistics } = await expectationsOf(backend, hmm, counts);
  const T = counts.length;
  allNear(statistics.transitions, expected.xi, { abs: abs(backend) * T }, `${what} ξ`);
  allNear(statistics.initial, expected.gamma.subarray(0, hmm.nStates), tolerance, `${what} γ₁`);
}

async function expectationsOf(
  backend: Backend,
  hmm: HiddenMarkovModel,
  counts: Float64Array,
  lengths = [counts.length],
  weights?: number[],
): Promise<{ statistics: ChainExpectations }> {
  const rows = await backend.load(matrix(counts, [counts.length, 1]));
  const model = new HiddenMarkov(poisson(), {
    nStates: hmm.nStates,
    sequences: { lengths: Uint32Array.from(lengths), weights: weights && Float64Array.from(weights) },
  });
  const { initialProbs, transitionMatrix, emission } = hmm;
  const parameters = { initialProbs, transitionMatrix, emission: { rates: emission.rates } };
  try {
    return { statistics: await model.eStep(parameters, rows) };
  } finally {
    rows.dispose();
  }
}

const quakes: Case = {
  name: 'HMM: earthquakes, two Poissons, the published iterates',
  async run(backend) {
    const { fitInfo } = await HiddenMarkovModel.fit(earthquakes, {
      nStates: 2,
      emission: 'poisson',
      init: {
        initialProbs: [0.5, 0.5],
        transitionMatrix: [
          [0.9, 0.1],
          [0.1, 0.9],
        ],
        emission: { rates: [10, 30] },
      },
      tol: 0,
      maxIter: 60,
      device: backend,
    });
    const digits = { abs: backend.device === 'cpu' ? 5e-6 : 5e-4 };
    const published = { 0: 413.27542, 1: 343.76023, 2: 343.13618, 30: 341.87871, 60: 341.8787 };
    for (const [i, value] of Object.entries(published)) {
      near(-fitInfo.history[Number(i)], value, digits, `−log L before M-step ${Number(i) + 1}`);
    }
  },
};

const umbrellas: Case = {
  name: 'HMM: the umbrella world of Russell & Norvig',
  async run(backend) {
    const hmm = HiddenMarkovModel.fromParameters(
      {
        initialProbs: [0.5, 0.5],
        transitionMatrix: [0.7, 0.3, 0.3, 0.7],
        emission: { probabilities: [0.9, 0.1, 0.2, 0.8] },
      },
      { emission: 'categorical' },
    );
    const days = [0, 0, 1, 0, 0];
    const device = backend;
    near((await hmm.score(days, { device })) * 5, -3.3725, { abs: 5e-5 }, 'log-likelihood');
    const rain = (await hmm.predictProba(days, { device })).filter((_, i) => i % 2 === 0);
    allNear(rain, [0.8673, 0.8204, 0.3075, 0.8204, 0.8673], { abs: 5e-5 }, 'smoothed P(rain)');
    const { states, logProbabilities = [] } = await hmm.decode(days, { device });
    identical(states, [0, 0, 1, 0, 0], 'Viterbi');
    near(logProbabilities[0], -4.459, { abs: 5e-4 }, 'log p(path, days)');
  },
};

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
    const parts: ChainExpectations[] = [];
    for (const length of lengths) {
      const part = counts.slice(begin, begin + length);
      parts.push((await expectationsOf(backend, hmm, part)).statistics);
      begin += length;
    }
    const tolerance = { rel: rel(backend), abs: abs(backend) * 10 };
    const sum = (name: 'initial' | 'transitions') =>
      parts[0][name].map((_, at) => parts.reduce((total, part) => total + part[name][at], 0));
    allNear(all.initial, sum('initial'), tolerance, 'starts');
    allNear(all.transitions, sum('transitions'), tolerance, 'steps');
    const likelihood = parts.reduce((total, part) => total + part.logLikelihood, 0);
    near(all.logLikelihood, likelihood, { rel: rel(backend) }, 'log-likelihood');
    near(
      all.transitions.reduce((a, b) => a + b),
      120 - 7,
      { abs: abs(backend) * 100 },
      'Σ ξ',
    );
    near(
      all.initial.reduce((a, b) => a + b),
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
    equal(once.nRows, often.nRows, 'rows');
    near(once.logLikelihood, often.logLikelihood, { rel: rel(backend) }, 'log-likelihood of repeats');
    allNear(once.transitions, often.transitions, tolerance, 'steps of repeats');
    allNear(once.counts, often.counts, tolerance, 'counts of repeats');
    near(add(often, often).logLikelihood, 2 * often.logLikelihood, { rel: 1e-15 }, 'statistics that add');
  },
};

const comesBack: Case = {
  name: 'HMM: a state thousands of nats behind comes back where no other path is left',
  async run(backend) {
    // Two states that never meet: the whole sequence decides, not its first half.
    const hmm = HiddenMarkovModel.fromParameters(
      {
        initialProbs: [0.5, 0.5],
        transitionMatrix: [1, 0, 0, 1],
        emission: { means: [0, 10], covariances: [1, 1] },
      },
      { covarianceType: 'diag' },
    );
    const T = 400;
    const x = Float64Array.from({ length: T }, (_, t) => (t < 150 ? 0 : 10));
    const device = backend;
    const logDensity = (mean: number) =>
      x.reduce((sum, value) => sum - 0.5 * (value - mean) ** 2 - 0.5 * Math.log(2 * Math.PI), 0);
    const expected = Math.log(0.5) + logDensity(10); // the other path is 5,000 nats behind
    near((await hmm.score(x, { device })) * T, expected, { rel: rel(backend) }, 'log-likelihood');
    const gamma = await hmm.predictProba(x, { device });
    allNear(
      gamma,
      Array.from({ length: 2 * T }, (_, i) => i % 2),
      { abs: abs(backend) },
      'γ',
    );
    const { states } = await hmm.decode(x, { device });
    ok(
      states.every(state => state === 1),
      'Viterbi to stay in the second state',
    );
    const rows = await backend.load(matrix(x, [T, 1]));
    const { initialProbs, transitionMatrix, emission } = hmm;
    const { means, covariances } = emission;
    const model = new HiddenMarkov(gaussian({ covariance: diag }), { nStates: 2 });
    const parameters = { initialProbs, transitionMatrix, emission: { means, covariances } };
    const { transitions } = await model.eStep(parameters, rows);
    allNear(transitions, [0, 0, 0, T - 1], { abs: abs(backend) * T }, 'ξ');
    rows.dispose();
  },
};

const leftRight: Case = {
  name: 'HMM: structural zeros stay zeros in a left–right chain, and a state that nothing visits stays as it is',
  async run(backend) {
    const rng = createRng(3);
    const sequences = Array.from({ length: 20 }, () =>
      Float64Array.from({ length: 30 }, (_, t) => 5 * Math.floor(t / 10) + rng.normal()),
    );
    const transitionMatrix = [0.8, 0.2, 0, 0, 0, 0.8, 0.2, 0, 0, 0, 1, 0, 0.25, 0.25, 0.25, 0.25];
    const hmm = await HiddenMarkovModel.fit(sequences, {
      nStates: 4,
      init: {
        initialProbs: [1, 0, 0, 0],
        transitionMatrix,
        emission: { means: [1, 4, 9, 50], covariances: [4, 4, 4, 4] },
      },
      covarianceType: 'diag',
      device: backend,
    });
    ok(
      transitionMatrix.every((p, at) => (p === 0) === (hmm.transitionMatrix[at] === 0)),
      `the zeros of the start, got ${hmm.transitionMatrix}`,
    );
    identical(hmm.initialProbs, [1, 0, 0, 0], 'initialProbs');
    identical(
      hmm.transitionMatrix.subarray(12),
      transitionMatrix.slice(12),
      'steps from the unvisited state',
    );
    equal(hmm.emission.means[3], 50, 'mean of the unvisited state');
    ok(
      hmm.fitInfo.notes.some(({ component }) => component === 3),
      'a note about state 3',
    );
    allNear(hmm.emission.means.subarray(0, 3), [0, 5, 10], { abs: 0.3 }, 'means');
    allNear(hmm.transitionMatrix.subarray(0, 2), [0.9, 0.1], { abs: 0.02 }, 'steps from the first state');
  },
};

const impossible: Case = {
  name: 'HMM: an impossible sequence is named, with its row',
  async run(backend) {
    const hmm = HiddenMarkovModel.fromParameters(
      {
        initialProbs: [1, 0],
        transitionMatrix: [0.5, 0.5, 0, 1],
        emission: { probabilities: [1, 0, 0, 0, 0.5, 0.5] },
      },
      { emission: 'categorical' },
    );
    const sequences = [
      [0, 1, 2],
      [0, 0],
      [0, 0, 2, 1, 0, 1],
    ];
    const device = backend;
    for (const use of [
      () => hmm.predictProba(sequences, { device }),
      () => hmm.decode(sequences, { device }),
      () => HiddenMarkovModel.fit(sequences, { nStates: 2, emission: 'categorical', init: hmm, device }),
    ]) {
      await rejects(use, ImpossibleSequenceError, /Sequence 2 .*row 4/);
    }
    const scores = await hmm.scoreSequences(sequences, { device });
    equal(scores[2], Number.NEGATIVE_INFINITY, 'its log-likelihood');
    near(scores[0], Math.log(0.125), { abs: 1e-6 }, 'that of a possible one');
  },
};

const million: Case = {
  name: 'HMM: a million rows do not underflow, and the states are found',
  async run(backend) {
    const truth = HiddenMarkovModel.fromParameters({
      initialProbs: [0.5, 0.5],
      transitionMatrix: [0.99, 0.01, 0.02, 0.98],
      emission: { means: [-2, 2], covariances: [1, 1] },
    });
    const T = 1_000_000;
    const { states, ...points } = truth.sample(T, { seed: 6 });
    const hmm = await HiddenMarkovModel.fit(points, {
      nStates: 2,
      init: truth,
      maxIter: 2,
      tol: 0,
      device: backend,
    });
    ok(hmm.fitInfo.history.every(Number.isFinite), 'a finite likelihood');
    ok(hmm.fitInfo.history[1] >= hmm.fitInfo.history[0] - 1, 'a likelihood that does not fall');
    allNear(hmm.transitionMatrix, truth.transitionMatrix, { abs: 1e-3 }, 'transitions');
    allNear(hmm.emission.means, [-2, 2], { abs: 0.02 }, 'means');
    const decoded = await hmm.decode(points, { device: backend });
    const right = decoded.states.reduce((sum, state, t) => sum + (state === states[t] ? 1 : 0), 0);
    ok(right > 0.98 * T, `98 % of the states, got ${right} of ${T}`);
  },
};

const recovery: Case = {
  name: 'HMM: planted parameters are found by the best of restarts, and no likelihood falls',
  async run(backend) {
    const truth = HiddenMarkovModel.fromParameters(
      {
        initialProbs: [0.6, 0.2, 0.2],
        transitionMatrix: [0.9, 0.08, 0.02, 0.05, 0.9, 0.05, 0.02, 0.08, 0.9],
        emission: { rates: [2, 9, 25] },
      },
      { emission: 'poisson' },
    );
    const { states, ...points } = truth.sample(4000, { seed: 11 });
    for (const init of ['mixture', 'random'] as const) {
      const hmm = await HiddenMarkovModel.fit(points, {
        nStates: 3,
        emission: 'poisson',
        init,
        nInit: 3,
        tol: 1e-7,
        maxIter: 200,
        device: backend,
        onIteration({ logLikelihood }) {
          ok(Number.isFinite(logLikelihood), 'a finite likelihood');
        },
      });
      const { history } = hmm.fitInfo;
      const slack = backend.device === 'cpu' ? 1e-9 : 1e-2;
      ok(
        history.every((value, i) => i === 0 || value >= history[i - 1] - slack),
        `a likelihood that never falls from ${init}`,
      );
      allNear(Float64Array.from(hmm.emission.rates).sort(), [2, 9, 25], { rel: 0.1 }, `rates from ${init}`);
      const { states: found } = await hmm.decode(points, { device: backend });
      ok(adjustedRandIndex(found, states) > 0.85, `states from ${init}`);
    }
  },
};

export const chainCases: Case[] = [
  quakes,
  umbrellas,
  brute,
  book,
  isTheMixture,
  ragged,
  comesBack,
  leftRight,
  impossible,
  million,
  recovery,
];
