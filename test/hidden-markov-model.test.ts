import { describe, expect, test } from 'vitest';
import { binomial, cpu, HiddenMarkovModel, ImpossibleSequenceError, matrix } from '../src/index.js';
import { earthquakes } from './conformance/chain-fits.js';
import { chainCases } from './conformance/chains.js';
import { casino } from './support/casino.js';

const backend = cpu();
const counts = Array.from(earthquakes.data);
describe('conformance of chains: CPU in Node', () => {
  for (const { name, run } of chainCases) test(name, () => run(backend), 120_000);
});

describe('HiddenMarkovModel', () => {
  test('sequences come in many shapes and mean the same', async () => {
    const flat = [1, 2, 3, 4, 5];
    const rows = flat.map(value => [value]);
    const hmm = HiddenMarkovModel.fromParameters(
      { initialProbs: [1, 0], transitionMatrix: [0.5, 0.5, 0.5, 0.5], emission: { rates: [1, 4] } },
      { emission: 'poisson' },
    );
    const lengths = [2, 3];
    const two = await hmm.scoreSequences([flat.slice(0, 2), flat.slice(2)]);
    expect(two).toHaveLength(2);
    for (const same of [
      await hmm.scoreSequences(flat, { lengths }),
      await hmm.scoreSequences(Float32Array.from(flat), { lengths }),
      await hmm.scoreSequences(rows, { lengths }),
      await hmm.scoreSequences(matrix(Float64Array.from(flat), [5, 1]), { lengths }),
      await hmm.scoreSequences([rows.slice(0, 2), matrix(Float64Array.of(3, 4, 5), [3, 1])]),
      await hmm.scoreSequences(await backend.load(matrix(Float64Array.from(flat), [5, 1])), { lengths }),
    ]) {
      expect(same).toEqual(two);
    }
    expect(await hmm.scoreSequences(flat)).toHaveLength(1);
    expect(await hmm.scoreSequences(rows)).toHaveLength(5);
    expect(await hmm.scoreSequences([rows])).toEqual(await hmm.scoreSequences(flat));
  });

  test('earthquakes: three states by restarts, and the criteria', async () => {
    const hmm = await HiddenMarkovModel.fit(counts, {
      nStates: 3,
      emission: 'poisson',
      nInit: 3,
      tol: 1e-10,
      maxIter: 1000,
      device: 'cpu',
    });
    expect(hmm.fitInfo.logLikelihood).toBeCloseTo(-328.5275, 3); // Zucchini & MacDonald
    expect(hmm.nParameters).toBe(2 + 6 + 3);
    expect(await hmm.aic(counts)).toBeCloseTo(2 * 328.5275 + 22, 2);
    expect(await hmm.bic(counts)).toBeCloseTo(2 * 328.5275 + 11 * Math.log(107), 2);
    expect((await hmm.score(counts)) * 107).toBeCloseTo(hmm.fitInfo.logLikelihood, 9);
  });

  test.each([
    ['cpu', 1e-12],
    ['webgpu', 1e-6],
  ] as const)(
    'ten million rows on %s: no underflow, and the likelihood of independent rows',
    async (device, rel) => {
      const T = 10_000_000;
      const pattern = [0, 3, 1, 7];
      const weights = [0.3, 0.7];
      const rates = [1, 5];
      const logGamma = [0, Math.log(6), 0, Math.log(5040)];
      const each = pattern.map(
        (x, i) =>
          Math.log(weights.reduce((sum, w, k) => sum + w * rates[k] ** x * Math.exp(-rates[k]), 0)) -
          logGamma[i],
      );
      const expected = (T / 4) * each.reduce((a, b) => a + b);
      const data = Float64Array.from({ length: T }, (_, t) => pattern[t % 4]);
      const hmm = await HiddenMarkovModel.fit(data, {
        nStates: 2,
        emission: 'poisson',
        init: {
          initialProbs: weights,
          transitionMatrix: [...weights, ...weights],
          emission: { rates },
        },
        maxIter: 1,
        tol: 0,
        device,
      });
      expect(Math.abs(hmm.fitInfo.history[0] / expected - 1)).toBeLessThan(rel);
      expect(hmm.fitInfo.history[1]).toBeGreaterThan(hmm.fitInfo.history[0]);
      const mean = hmm.transitionMatrix[0] + hmm.transitionMatrix[1];
      expect(mean).toBeCloseTo(1, 12);
    },
    120_000,
  );

  test('the unfair casino: rolls in, rolls out', async () => {
    const { data, shape, states } = casino.sample(20_000, { seed: 2 });
    expect(shape).toEqual([20_000, 1]);
    expect(Math.max(...data)).toBe(5);
    expect(casino.nParameters).toBe(1 + 2 + 10);
    const hmm = await HiddenMarkovModel.fit(
      { data, shape },
      {
        nStates: 2,
        emission: 'categorical',
        init: 'random',
        nInit: 4,
        tol: 1e-6,
        maxIter: 500,
        device: 'cpu',
      },
    );
    const loaded = hmm.emission.probabilities[5] > 0.3 ? 0 : 1;
    expect(hmm.emission.probabilities[loaded * 6 + 5]).toBeCloseTo(0.5, 1);
    expect(hmm.transitionMatrix[loaded * 3]).toBeCloseTo(0.9, 1);
    const { states: found } = await hmm.decode(data);
    const right = found.filter((state, t) => (state === loaded) === (states[t] === 1)).length;
    expect(right).toBeGreaterThan(0.75 * 20_000);
    const posterior = await hmm.decode(data, { algorithm: 'posterior' });
    expect(posterior.logProbabilities).toBeUndefined();
    const agree = posterior.states.filter((state, t) => state === found[t]).length;
    expect(agree).toBeGreaterThan(0.9 * 20_000);
  });

  test('filtering a step at a time is the forward pass, and forecasts follow the chain', async () => {
    const { data } = casino.sample(50, { seed: 9 });
    const live = casino.filter();
    expect(() => live.forecast(1)).toThrow(/nothing to forecast from/);
    for (let t = 0; t < 50; t++) {
      const { probabilities, logLikelihood } = live.next(data[t]);
      const prefix = data.slice(0, t + 1);
      const [whole] = await casino.scoreSequences(prefix);
      expect(logLikelihood).toBeCloseTo(whole, 9);
      const gamma = await casino.predictProba(prefix);
      expect(probabilities[0]).toBeCloseTo(gamma[2 * t], 11);
    }
    expect(live.nRows).toBe(50);
    const { stateProbs, means } = live.forecast(300);
    const [forecast] = await casino.forecast(data, 300);
    forecast.stateProbs.forEach((p, i) => {
      expect(p).toBeCloseTo(stateProbs[i], 11);
    });
    expect(stateProbs[598]).toBeCloseTo(2 / 3, 6); // stationary: 0.1 / (0.05 + 0.1)
    expect(means[299 * 6 + 5]).toBeCloseTo((2 / 3) * (1 / 6) + (1 / 3) * 0.5, 6);
    const { stateProbs: next } = live.forecast(1);
    const gamma = await casino.predictProba(data);
    expect(next[0]).toBeCloseTo(0.95 * gamma[98] + 0.1 * gamma[99], 11);
  });

  test('forecasts of several sequences begin where each ends', async () => {
    const both = await casino.forecast(
      [
        [0, 1, 2],
        [5, 5, 5, 5],
      ],
      2,
    );
    expect(both).toHaveLength(2);
    const [second] = await casino.forecast([5, 5, 5, 5], 2);
    second.stateProbs.forEach((p, i) => {
      expect(both[1].stateProbs[i]).toBeCloseTo(p, 11);
    });
  });

  test('a live row that is impossible is refused, and the next one goes on from before it', () => {
    const hmm = HiddenMarkovModel.fromParameters(
      { initialProbs: [1], transitionMatrix: [1], emission: { probabilities: [0.5, 0.5, 0] } },
      { emission: 'categorical' },
    );
    const live = hmm.filter();
    live.next(0);
    expect(() => live.next(2)).toThrow(ImpossibleSequenceError);
    expect(() => live.next(3)).toThrow(/code from 0 to 2, got 3/);
    expect(live.next(1).logLikelihood).toBeCloseTo(2 * Math.log(0.5), 12);
  });

  test('JSON keeps a model exactly; families of the caller come back with the family', async () => {
    const hmm = await HiddenMarkovModel.fit(counts, { nStates: 2, covarianceType: 'diag', device: 'cpu' });
    const again = HiddenMarkovModel.fromJSON(JSON.parse(JSON.stringify(hmm)));
    expect(again.emission).toEqual(hmm.emission);
    expect(again.transitionMatrix).toEqual(hmm.transitionMatrix);
    expect(again.covarianceType).toBe('diag');
    expect(again.nParameters).toBe(hmm.nParameters);
    expect(again.fitInfo?.logLikelihood).toBe(hmm.fitInfo.logLikelihood);
    expect(await again.decode(counts)).toEqual(await hmm.decode(counts));
    const symbols = HiddenMarkovModel.fromJSON(JSON.parse(JSON.stringify(casino)));
    expect(await symbols.score([0, 5, 5])).toBe(await casino.score([0, 5, 5]));

    const family = binomial({ trials: 100 });
    const own = await HiddenMarkovModel.fit(counts, { nStates: 2, emission: family, device: 'cpu' });
    const json = JSON.parse(JSON.stringify(own));
    expect(() => HiddenMarkovModel.fromJSON(json)).toThrow(/No emission is called "binomial"/);
    expect(HiddenMarkovModel.fromJSON(json, { emission: family }).emission).toEqual(own.emission);
  });

  test.each(['full', 'tied', 'diag', 'spherical'] as const)(
    '%s covariances in two dimensions',
    async type => {
      const truth = HiddenMarkovModel.fromParameters({
        initialProbs: [0.5, 0.5],
        transitionMatrix: [0.95, 0.05, 0.05, 0.95],
        emission: { means: [0, 0, 3, 1], covariances: [1, 0, 0, 1, 1, 0, 0, 1] },
      });
      const { states, ...points } = truth.sample(3000, { seed: 3 });
      const hmm = await HiddenMarkovModel.fit(points, { nStates: 2, covarianceType: type, device: 'cpu' });
      const first = hmm.emission.means[0] < 1.5 ? 0 : 1;
      expect(hmm.emission.means[2 * first]).toBeCloseTo(0, 0);
      expect(hmm.emission.means[2 * (1 - first)]).toBeCloseTo(3, 0);
      const { states: found } = await hmm.decode(points);
      const right = found.filter((state, t) => (state === first) === (states[t] === 0)).length;
      expect(right).toBeGreaterThan(2850);
    },
  );

  test('a start may leave its emissions to a mixture; one seed gives one fit', async () => {
    const options = {
      nStates: 2,
      emission: 'poisson',
      init: { transitionMatrix: [0.9, 0.1, 0, 1], initialProbs: [1, 0] },
      seed: 5,
      device: 'cpu',
    } as const;
    const once = await HiddenMarkovModel.fit(counts, options);
    expect(once.transitionMatrix[2]).toBe(0);
    expect(await HiddenMarkovModel.fit(counts, options)).toEqual(once);
    const warm = await HiddenMarkovModel.fit(counts, { ...options, init: once, maxIter: 0 });
    expect(warm.emission).toEqual(once.emission);
    expect(warm.fitInfo.logLikelihood).toBeCloseTo(once.fitInfo.logLikelihood, 9);
  });

  test('a signal keeps the last model', async () => {
    const controller = new AbortController();
    const hmm = await HiddenMarkovModel.fit(counts, {
      nStates: 2,
      emission: 'poisson',
      tol: 0,
      device: 'cpu',
      signal: controller.signal,
      onIteration: ({ iteration }) => iteration === 3 && controller.abort(),
    });
    expect(hmm.fitInfo.stopReason).toBe('aborted');
    expect(hmm.fitInfo.history).toHaveLength(4);
  });
});
