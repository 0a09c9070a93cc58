import { describe, expect, test } from 'vitest';
import { cpu, em, HiddenMarkov, HiddenMarkovModel, matrix, poisson } from '../src/index.js';
import { chainSums } from '../src/models/hidden-markov-model.js';
import { stationaryDistribution } from '../src/models/stationary.js';
import { earthquakes } from './conformance/chain-fits.js';
import { casino } from './support/casino.js';

const backend = cpu();
const counts = Array.from(earthquakes.data);

describe('what M-steps of a hidden Markov model may be told', () => {
  test('earthquakes with a stationary start: the published maximum', async () => {
    const hmm = await HiddenMarkovModel.fit(counts, {
      nStates: 2,
      emission: 'poisson',
      stationary: true,
      tol: 1e-12,
      maxIter: 1000,
      device: 'cpu',
    });
    expect(hmm.fitInfo.logLikelihood).toBeCloseTo(-342.3183, 4);
    expect(hmm.emission.rates[0]).toBeCloseTo(15.472, 2);
    expect(hmm.emission.rates[1]).toBeCloseTo(26.125, 2);
    expect(hmm.transitionMatrix[1]).toBeCloseTo(0.066, 2);
    expect(hmm.transitionMatrix[2]).toBeCloseTo(0.128, 2);
    const delta = stationaryDistribution(hmm.transitionMatrix);
    expect(Array.from(hmm.initialProbs)).toEqual(Array.from(delta));
    for (let k = 0; k < 2; k++) {
      const after = delta[0] * hmm.transitionMatrix[k] + delta[1] * hmm.transitionMatrix[2 + k];
      expect(after).toBeCloseTo(delta[k], 12);
    }
    expect(hmm.nParameters).toBe(2 + 2);
  });

  test('short sequences with a stationary start: at rest the likelihood has no slope along the tie', async () => {
    const { data, states } = casino.sample(600, { seed: 4 });
    expect(states).toHaveLength(600);
    const lengths = new Array<number>(200).fill(3);
    const model = new HiddenMarkov(poisson(), {
      nStates: 2,
      stationary: true,
    });
    const loaded = await backend.load(matrix(data, [600, 1]));
    const rows = loaded.divide({ lengths: Uint32Array.from(lengths) });
    const transitionMatrix = Float64Array.of(0.8, 0.2, 0.3, 0.7);
    const start = {
      initialProbs: stationaryDistribution(transitionMatrix),
      transitionMatrix,
      emission: { rates: Float64Array.of(1, 4) },
    };
    const fit = await em(model, start, rows, { tol: 0, maxIter: 3000 });
    const at = async (a: number, b: number) => {
      const moved = fit.parameters.transitionMatrix.map((p, i) => p + [-a, a, b, -b][i]);
      const initialProbs = stationaryDistribution(moved);
      return (await model.on(rows).eStep({ ...fit.parameters, transitionMatrix: moved, initialProbs }))
        .logLikelihood;
    };
    for (const [a, b] of [
      [1e-4, 0],
      [0, 1e-4],
    ]) {
      expect(Math.abs((await at(a, b)) - (await at(-a, -b))) / 2e-4).toBeLessThan(1e-2);
    }
    expect(fit.history.every((value, i) => i === 0 || value >= fit.history[i - 1] - 1e-9)).toBe(true);
  });

  test('priors: pseudo-counts by hand, and a prior that favours staying', async () => {
    const init = {
      initialProbs: [0.5, 0.5],
      transitionMatrix: [0.6, 0.4, 0.4, 0.6],
      emission: { rates: [15, 26] },
    };
    const options = { nStates: 2, emission: 'poisson', init, tol: 0, maxIter: 1, device: 'cpu' } as const;
    const plain = await HiddenMarkovModel.fit(counts, options);
    const prior = await HiddenMarkovModel.fit(counts, {
      ...options,
      priors: {
        initialProbs: 3,
        transitionMatrix: [
          [11, 1],
          [1, 11],
        ],
      },
    });
    const model = new HiddenMarkov(poisson(), { nStates: 2 });
    const rows = await backend.load(earthquakes);
    const { transitions, initial } = chainSums(
      await model.on(rows).eStep({
        initialProbs: Float64Array.from(init.initialProbs),
        transitionMatrix: Float64Array.from(init.transitionMatrix),
        emission: { rates: Float64Array.from(init.emission.rates) },
      }),
    );
    const share = (10 + transitions[0]) / (10 + transitions[0] + transitions[1]);
    expect(prior.transitionMatrix[0]).toBeCloseTo(share, 12);
    expect(prior.initialProbs[0]).toBeCloseTo((2 + initial[0]) / 5, 12);
    expect(prior.transitionMatrix[0]).toBeGreaterThan(plain.transitionMatrix[0]);
    const map = await HiddenMarkovModel.fit(counts, {
      ...options,
      maxIter: 200,
      priors: { transitionMatrix: 2, emission: { shape: 2, rate: 0.1 } },
    });
    expect(map.fitInfo.history.every((value, i, all) => i === 0 || value >= all[i - 1] - 1e-9)).toBe(true);
    expect((await map.score(counts)) * 107).toBeCloseTo(map.fitInfo.logLikelihood, 9);
  });

  test('fixed parameters stay, and acceleration gets to the same place', async () => {
    const init = {
      initialProbs: [0.5, 0.5],
      transitionMatrix: [0.9, 0.1, 0.1, 0.9],
      emission: { rates: [10, 30] },
    };
    const options = {
      nStates: 2,
      emission: 'poisson',
      init,
      tol: 1e-10,
      maxIter: 500,
      device: 'cpu',
    } as const;
    const held = await HiddenMarkovModel.fit(counts, {
      ...options,
      fixed: ['initialProbs', 'transitionMatrix'],
    });
    expect(Array.from(held.initialProbs)).toEqual([0.5, 0.5]);
    expect(Array.from(held.transitionMatrix)).toEqual([0.9, 0.1, 0.1, 0.9]);
    const fast = await HiddenMarkovModel.fit(counts, { ...options, accelerate: 'anderson' });
    expect(fast.fitInfo.logLikelihood).toBeCloseTo(-341.8787, 3);
  });
});
