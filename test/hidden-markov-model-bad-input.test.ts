import { describe, expect, test } from 'vitest';
import {
  cpu,
  em,
  HiddenMarkov,
  HiddenMarkovModel,
  type HiddenMarkovModelOptions,
  hard,
  InvalidArgumentError,
  InvalidDataError,
  ModelFormatError,
  matrix,
  poisson,
  type SequenceData,
} from '../src/index.js';

const counts = [1, 2, 3, 4, 5, 6, 7, 8];
const base = { nStates: 2, emission: 'poisson', device: 'cpu' } as const;
const given = {
  initialProbs: [0.5, 0.5],
  transitionMatrix: [0.5, 0.5, 0.5, 0.5],
  emission: { rates: [1, 5] },
};

describe('options', () => {
  test.each<[object, RegExp]>([
    [{ nStates: 0 }, /nStates must be an integer from 1 to 1024, got 0/],
    [{ nStates: 9 }, /at least as many rows as states, 9, got 8/],
    [{ states: 2 }, /Unknown option states/],
    [{ emission: 'poison' }, /emission must be a family or one of gaussian, .*"poison"/],
    [{ covarianceType: 'diag' }, /options of emission 'gaussian'/],
    [{ nSymbols: 3 }, /nSymbols is an option of emission 'categorical'/],
    [{ lengths: [3, 4] }, /lengths must add up to the number of rows, 8, got 7/],
    [{ lengths: [3.5, 4.5] }, /lengths must be integers ≥ 1, got 3.5 for sequence 0/],
    [{ lengths: [9, -1] }, /lengths must be integers ≥ 1, got -1 for sequence 1/],
    [{ weights: [1, 2] }, /Expected 1 weights, one a sequence, got 2/],
    [{ weights: [-1] }, /Weight 0 must be a finite number ≥ 0, got -1/],
    [{ weights: [0] }, /Expected a weight above 0/],
    [{ init: 'k-means' }, /init must be 'mixture', 'random' or an object .*"k-means"/],
    [
      { init: { ...given, transitionMatrix: [0.5, 0.5, 0.5, 0.6] } },
      /Row 1 of transitionMatrix must be ≥ 0 and sum to 1, got \[0.5, 0.6\]/,
    ],
    [{ init: { ...given, transitionMatrix: [1.5, -0.5, 0.5, 0.5] } }, /Row 0 of transitionMatrix/],
    [
      { init: { ...given, transitionMatrix: [1, 0] } },
      /transitionMatrix must have shape \[2, 2\] \(4 numbers\), got 2/,
    ],
    [{ init: { ...given, initialProbs: [0.5, 0.4] } }, /initialProbs must be ≥ 0 and sum to 1/],
    [{ init: { ...given, emission: { means: [1, 2] } } }, /rates must have shape \[2, 1\]/],
    [{ init: { ...given, emission: { rates: [1, -2] } } }, /rates must be ≥ 0/],
    [{ priors: { initialProbs: 0.5 } }, /prior of initialProbs must be concentrations ≥ 1, got 0.5/],
    [
      { priors: { transitionMatrix: [1, 2, 3] } },
      /prior of transitionMatrix must be one concentration or 4, got 3/,
    ],
    [{ priors: { weights: 2 } }, /Unknown option weights/],
    [{ priors: { initialProbs: 2 }, stationary: true }, /stationary start has no prior/],
    [
      { stationary: true, init: { ...given, transitionMatrix: [1, 0, 0, 1] } },
      /no unique stationary distribution/,
    ],
    [{ fixed: ['weights'] }, /fixed must name some of initialProbs, transitionMatrix, rates/],
    [{ nInit: 0 }, /nInit must be an integer ≥ 1/],
    [{ tol: -1 }, /tol must be a number ≥ 0/],
  ])('%o', async (options, message) => {
    const fit = HiddenMarkovModel.fit(counts, { ...base, ...options } as HiddenMarkovModelOptions);
    await expect(fit).rejects.toThrow(message);
    await expect(fit).rejects.toBeInstanceOf(InvalidArgumentError);
  });
});

describe('sequences', () => {
  test.each<[unknown, object, RegExp]>([
    [[], {}, /Expected at least one sequence, got none/],
    [[[1, 2], []], {}, /Sequence 1 is empty/],
    [counts, { lengths: [8, 0] }, /Sequence 1 is empty/],
    [[[1], [1, Number.NaN]], {}, /Sequence 1: Row 1, column 0 is NaN/],
    [[[[1, 2]], [[1]]], {}, /Sequence 1 has 1 columns where sequence 0 has 2/],
    [[1, 2.5], {}, /Row 1 is \[2.5\]; the poisson family needs counts/],
    [[0, 1, 2], { emission: 'categorical', nSymbols: 2 }, /code from 0 to 1, got 2/],
    [[0, 1.5], { emission: 'categorical' }, /must be a code 0, 1, 2, …, got 1.5/],
    [[0, 128], { emission: 'categorical' }, /at most 128 codes altogether, got 129/],
    [[[[0, 1]]], { emission: 'categorical' }, /one column of symbols/],
    ['abc', {}, /Expected points/],
  ])('%o', async (sequences, options, message) => {
    const fit = HiddenMarkovModel.fit(sequences as SequenceData, { ...base, nStates: 1, ...options });
    await expect(fit).rejects.toThrow(message);
    await expect(fit).rejects.toBeInstanceOf(InvalidDataError);
  });

  test('of another width than the model', async () => {
    const hmm = HiddenMarkovModel.fromParameters(given, { emission: 'poisson' });
    await expect(hmm.score([[[1, 2]]])).rejects.toThrow(/model has 1 features, the rows have 2/);
    expect(() => hmm.filter().next([1, 2])).toThrow(/model has 1 features, the row has 2/);
    await expect(hmm.decode(counts, { algorithm: 'best' as never })).rejects.toThrow(/algorithm must be/);
    await expect(hmm.forecast(counts, 0)).rejects.toThrow(/h must be an integer ≥ 1/);
    expect(() => hmm.sample(0)).toThrow(/n must be an integer ≥ 1/);
  });
});

test('other E-step rules are refused, and lengths that do not fit the rows', async () => {
  const rows = await cpu().load(matrix(Float64Array.from(counts), [8, 1]));
  const start = {
    initialProbs: Float64Array.of(0.5, 0.5),
    transitionMatrix: Float64Array.of(0.5, 0.5, 0.5, 0.5),
    emission: { rates: Float64Array.of(1, 5) },
  };
  const model = new HiddenMarkov(poisson(), { nStates: 2 });
  await expect(em(model, start, rows, { eStep: hard })).rejects.toThrow(/exact E-step of all rows only/);
  expect(() => rows.divide({ lengths: Uint32Array.of(3) })).toThrow(
    /lengths add up to 3, but there are 8 rows/,
  );
});

test.each<[(file: Record<string, unknown>) => unknown, RegExp]>([
  [file => ({ ...file, model: 'mixture' }), /Expected a "hidden-markov-model" model/],
  [file => ({ ...file, version: 2 }), /version 1, got version 2/],
  [({ nStates: _, ...file }) => file, /lacks nStates/],
  [({ emission: _, ...file }) => file, /lacks emission/],
  [
    file => ({
      ...file,
      transitionMatrix: [
        [1, 1],
        [0, 1],
      ],
    }),
    /broken: Row 0 of transitionMatrix/,
  ],
  [file => ({ ...file, nParameters: 'x' }), /nParameters must be an integer/],
])('a broken model file: %s', (change, message) => {
  const hmm = HiddenMarkovModel.fromParameters(given, { emission: 'poisson' });
  const read = () => HiddenMarkovModel.fromJSON(change(JSON.parse(JSON.stringify(hmm))));
  expect(read).toThrow(message);
  expect(read).toThrow(ModelFormatError);
});
