/** Hidden Markov models: published fits, structural zeros, long sequences, planted parameters. */
import {
  type Backend,
  diag,
  gaussian,
  HiddenMarkov,
  HiddenMarkovModel,
  ImpossibleSequenceError,
  matrix,
  parseCsv,
} from '../../src/index.js';
import { chainSums } from '../../src/models/hidden-markov-model.js';
import { createRng } from '../../src/numerics/rng.js';
import earthquakesCsv from '../reference/earthquakes.csv?raw';
import { allNear, equal, identical, near, ok, rejects } from '../support/assert.js';
import { adjustedRandIndex } from '../support/synthetic.js';
import type { Case } from './case.js';

export const earthquakes = parseCsv(earthquakesCsv).points;

export const rel = ({ device }: Backend) => (device === 'cpu' ? 1e-11 : 1e-6);
export const abs = ({ device }: Backend) => (device === 'cpu' ? 1e-10 : 2e-4);

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
    // In float32 a logit of 10,000 bits is rounded to 5e-4, and there are hundreds of them.
    const rounding = backend.device === 'cpu' ? rel(backend) : 4e-6;
    near((await hmm.score(x, { device })) * T, expected, { rel: rounding }, 'log-likelihood');
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
    const { transitions } = chainSums(await model.on(rows).eStep(parameters));
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

export const chainFitCases: Case[] = [quakes, umbrellas, comesBack, leftRight, impossible, million, recovery];
