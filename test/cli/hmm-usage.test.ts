import { describe, expect, it } from 'vitest';
import { HiddenMarkovModel } from '../../src/index.js';
import { at, earthquakes, faithful, onCpu, put, run } from './harness.js';

const START = {
  initialProbs: [0.5, 0.5],
  transitionMatrix: [
    [0.9, 0.1],
    [0.1, 0.9],
  ],
  emission: { rates: [10, 30] },
};
const start = put('start.json', JSON.stringify(START));
const model = put(
  'model.json',
  JSON.stringify(HiddenMarkovModel.fromParameters(START, { emission: 'poisson' })),
);
const never = { ...START, emission: { rates: [0, 0] } };
const only = put(
  'only.json',
  JSON.stringify(HiddenMarkovModel.fromParameters(never, { emission: 'poisson' })),
);
const stations = put('stations.csv', 'station,count\nnorth,13\nnorth,14\nsouth,8\n');
const lengthsFile = put('lengths.csv', '2\n1\n');
const byColumn = ['--sequence-column', 'station'];

describe('wrong usage ends with 2', () => {
  it.each([
    [['fit', earthquakes], '--states is missing.'],
    [['fit', earthquakes, '--states', '0'], 'Expected an integer ≥ 1'],
    [['fit', earthquakes, '--states', '2', '--emission', 'cauchy'], 'gaussian, categorical, poisson'],
    [
      ['fit', earthquakes, '--init', start, '--covariance', 'diag'],
      '--covariance does not go with --emission poisson.',
    ],
    [
      ['fit', earthquakes, '--states', '2', '--symbols', '3'],
      '--symbols does not go with --emission gaussian.',
    ],
    [['fit', earthquakes, '--states', '2', '--init', 'k-means'], 'mixture, random or a model file'],
    [
      [
        'fit',
        earthquakes,
        '--states',
        '2',
        '--init',
        put('p.json', '{"emission":{"probabilities":[[1],[1]]}}'),
      ],
      '--emission is missing: probabilities may be',
    ],
    [['fit', stations, '--states', '2', ...byColumn, '--lengths', lengthsFile], 'cannot be used with'],
    [['decode', model, earthquakes, '--method', 'forward'], 'viterbi, posterior'],
    [['decode', model, earthquakes, '--proba', '--method', 'viterbi'], 'does not go with --method viterbi'],
    [['sample', model], '--n'],
    [['forecast', model, earthquakes], '--steps'],
    [['smooth', model], "unknown command 'smooth'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(['hmm', ...args]);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('bad input ends with 1, in one clear line', () => {
  const states = ['--states', '2'];
  const chain = { ...START, transitionMatrix: [[0.9, 0.2], START.transitionMatrix[1]] };
  it.each([
    [
      ['fit', earthquakes, ...states, '--lengths', put('short.csv', '40\n60\n')],
      'must add up to the number of rows, 107, got 100',
    ],
    [
      ['fit', earthquakes, ...states, '--lengths', put('half.csv', '40\n66.5\n0.5\n')],
      'lengths must be integers ≥ 1, got 66.5',
    ],
    [
      ['fit', earthquakes, ...states, '--lengths', put('two.csv', '40,67\n1,2\n')],
      'Expected one column of lengths, got 2',
    ],
    [['fit', earthquakes, ...states, '--lengths', at('none.csv')], 'there is no such file'],
    [
      ['fit', earthquakes, ...states, '--weights', put('weights.csv', '1\n2\n')],
      'Expected 1 weights, one a sequence, got 2',
    ],
    [
      ['fit', earthquakes, ...states, '--transition-prior', '0.5'],
      'prior of transitionMatrix must be concentrations ≥ 1, got 0.5',
    ],
    [
      ['fit', stations, ...states, '--sequence-column', 'town'],
      'There is no column "town"; the file has station, count',
    ],
    [['fit', stations, ...states], 'expected a finite number, got "north"'],
    [['fit', earthquakes, ...states, '--sequence-column', 'count'], 'There is no column but "count"'],
    [
      ['fit', put('text.csv', 'x\n-1\n2\n'), ...states, '--emission', 'poisson'],
      'the poisson family needs counts',
    ],
    [
      ['fit', earthquakes, '--init', put('sum.json', JSON.stringify(chain))],
      'Row 0 of transitionMatrix must be ≥ 0 and sum to 1',
    ],
    [['fit', earthquakes, '--init', put('zero.json', JSON.stringify(never))], 'impossible'],
    [
      ['fit', earthquakes, '--init', put('empty.json', '{}')],
      'Expected a hidden Markov model, or an object with some of',
    ],
    [
      ['fit', earthquakes, ...states, '--emission', 'categorical', '--symbols', '5'],
      'must be a code from 0 to 4, got 13',
    ],
    [['decode', model, faithful], 'The model has 1 features, the rows have 2'],
    [
      ['score', put('gmm.json', '{"format":"webgpu-em/model","version":1,"model":"k-means"}'), earthquakes],
      'Expected a "hidden-markov-model" model',
    ],
    [['forecast', model, earthquakes, '--steps', '2', '--out', at('nowhere/f.csv')], 'there is no folder'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(['hmm', ...args, ...onCpu]);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it('says which sequence cannot be', async () => {
    const { code, stdout, stderr } = await run(['hmm', 'score', only, stations, ...byColumn, ...onCpu]);
    expect(stderr).toBe('note: sequence 0 is impossible: its probability is 0.\n');
    expect(stdout).toMatch(/^log-likelihood +-Infinity$/m);
    expect(code).toBe(0);
  });
});
