import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { HiddenMarkovModel, parseCsv } from '../../src/index.js';
import { at, done, earthquakes, faithful, onCpu, put, run } from './harness.js';

const hmm = (...args: string[]) => done('hmm', ...args, ...onCpu);
const json = async (...args: string[]) => JSON.parse(await hmm(...args, '--json'));
const rowsOf = (csv: string) =>
  csv
    .trimEnd()
    .split('\n')
    .map(line => line.split(','));

const counts = parseCsv(readFileSync(earthquakes, 'utf8')).points;
const START = {
  initialProbs: [0.5, 0.5],
  transitionMatrix: [
    [0.9, 0.1],
    [0.1, 0.9],
  ],
  emission: { rates: [10, 30] },
};
const start = put('start.json', JSON.stringify(START));
const model = at('quakes.json');
const library = async () => HiddenMarkovModel.fromJSON(JSON.parse(readFileSync(model, 'utf8')));

/** Three stations: 40 rows, 60 rows, and 7. */
const lengths = [40, 60, 7];
const stationOf = (i: number) => (i < 40 ? 'north' : i < 100 ? 'south' : 'west');
const stations = put(
  'stations.csv',
  `station,count\n${Array.from(counts.data, (count, i) => `${stationOf(i)},${count}`).join('\n')}\n`,
);
const lengthsFile = put('lengths.csv', `${lengths.join('\n')}\n`);
const byColumn = ['--sequence-column', 'station'];

let table: string;
beforeAll(async () => {
  const precisely = ['--tol', '1e-12', '--max-iter', '1000'];
  table = await hmm('fit', earthquakes, '--states', '2', '--init', start, ...precisely, '--out', model);
});

describe('hmm fit', () => {
  it('finds the published fit of the earthquakes', () => {
    const { emission, transitionMatrix, fit, nStates } = JSON.parse(readFileSync(model, 'utf8'));
    expect(nStates).toBe(2);
    expect(fit.logLikelihood).toBeCloseTo(-341.8787, 4);
    expect(emission.family).toBe('poisson');
    expect(emission.parameters.rates[0][0]).toBeCloseTo(15.42, 2);
    expect(emission.parameters.rates[1][0]).toBeCloseTo(26.02, 2);
    expect(transitionMatrix[0][0]).toBeCloseTo(0.928, 3);
    expect(transitionMatrix[1][1]).toBeCloseTo(0.881, 3);
  });

  it('prints the states and the transitions', () => {
    expect(table).toMatch(
      /^model +Poisson hidden Markov model, 2 states, 1 feature\nlog-likelihood +-341\.879\n/,
    );
    expect(table).toMatch(/^state +start +rate count\n0 +1 +15\.421\n1 +\S+ +26\.018$/m);
    expect(table).toMatch(/^from +to 0 +to 1\n0 +0\.928\d* +0\.071\d*\n1 +0\.119\d* +0\.88\d*$/m);
  });

  it('goes on from a model file, whose states, emissions and stationary start it takes', async () => {
    const stationary = at('stationary.json');
    await hmm('fit', earthquakes, '--init', start, '--stationary', '--out', stationary);
    const again = await json('fit', earthquakes, '--init', stationary, '--max-iter', '0');
    const kept = JSON.parse(readFileSync(stationary, 'utf8'));
    expect(again.emission).toEqual(kept.emission);
    expect([again.stationary, kept.stationary]).toEqual([true, true]);
    expect(again.fit.logLikelihood).toBeCloseTo(kept.fit.logLikelihood, 8);
    const { code, stderr } = await run(['hmm', 'fit', earthquakes, '--init', model, '--states', '3']);
    expect(stderr).toBe('error: --states is 3, but the model in the --init file has 2.\n');
    expect(code).toBe(1);
  });

  it('fits what the library fits, from drawn starts', async () => {
    const args = ['--emission', 'gaussian', '--covariance', 'diag', '--init', 'random', '--restarts', '3'];
    const told = { nStates: 2, covarianceType: 'diag', init: 'random', nInit: 3, seed: 5 } as const;
    const { points, columns } = parseCsv(readFileSync(faithful, 'utf8'));
    const expected = await HiddenMarkovModel.fit(points, { ...told, columns, device: 'cpu' });
    const { starts } = expected.fitInfo;
    const found = await json('fit', faithful, '--states', '2', ...args, '--seed', '5');
    const criteria = { aic: await expected.aic(points), bic: await expected.bic(points) };
    expect(found).toEqual(JSON.parse(JSON.stringify({ ...expected.toJSON(), ...criteria, starts })));
  });

  it('keeps what is fixed, on a GPU too', async () => {
    const args = ['fit', earthquakes, '--init', start, '--fixed', 'rates', '--json', '--device', 'webgpu'];
    const { emission, transitionMatrix, fit } = JSON.parse(await done('hmm', ...args));
    expect(fit.device).toBe('webgpu');
    expect(emission.parameters.rates).toEqual([[10], [30]]);
    expect(transitionMatrix[0][0]).not.toBe(0.9);
  });

  it('takes symbols', async () => {
    const data = put('weather.csv', `weather\n${'0\n0\n1\n0\n2\n2\n1\n2\n'.repeat(5)}`);
    const file = at('weather.json');
    const args = ['--emission', 'categorical', '--symbols', '4', '--states', '2', '--out', file];
    const printed = await hmm('fit', data, ...args);
    expect(printed).toMatch(/^model +Categorical hidden Markov model, 2 states, 4 symbols$/m);
    expect(printed).toContain('probability weather=3');
    const drawn = put('symbols.csv', await done('hmm', 'sample', file, '--n', '50'));
    expect((await json('score', file, drawn)).nRows).toBe(50);
    expect(await hmm('forecast', file, data, '--steps', '1')).toMatch(
      /^step,state_0,state_1,probability_0,probability_1,probability_2,probability_3\n1,/,
    );
  });

  it('keeps the last model on Ctrl-C', async () => {
    const endless = ['--tol', '0', '--max-iter', '1000000000', '--json'];
    const { code, stdout, stderr } = await run(['hmm', 'fit', faithful, '--states', '2', ...endless], {
      interrupt: 500,
    });
    expect(code, stderr).toBe(130);
    expect(JSON.parse(stdout).fit.stopReason).toBe('aborted');
  });
});

describe('hmm decode, score, sample, forecast', () => {
  it('decodes by Viterbi, and each row by itself', async () => {
    const [header, ...path] = rowsOf(await hmm('decode', model, earthquakes));
    expect(header).toEqual(['state']);
    expect(path).toHaveLength(107);
    expect(path.filter(([state]) => state === '1')).toHaveLength(42);
    const { states, logProbabilities } = await json('decode', model, earthquakes);
    expect(states.join()).toBe(path.join());
    const own = await (await library()).decode(counts);
    expect(logProbabilities).toEqual([...(own.logProbabilities ?? [])]);
    const posterior = await json('decode', model, earthquakes, '--method', 'posterior');
    expect(posterior.states.filter((state: number) => state === 1)).toHaveLength(40);
    expect(posterior.logProbabilities).toBeUndefined();
  });

  it('gives probabilities, to a file as well', async () => {
    const file = at('posteriors.csv');
    expect(await hmm('decode', model, earthquakes, '--proba', '--out', file)).toBe('');
    const [header, ...rows] = rowsOf(readFileSync(file, 'utf8'));
    expect(header).toEqual(['state_0', 'state_1']);
    const { probabilities } = await json('decode', model, earthquakes, '--proba');
    expect(rows.map(row => row.map(Number))).toEqual(probabilities);
    for (const [a, b] of probabilities) expect(a + b).toBeCloseTo(1, 12);
  });

  it('scores', async () => {
    const scores = await json('score', model, earthquakes);
    expect(scores).toMatchObject({ nRows: 107, nSequences: 1, device: 'cpu' });
    expect(scores.logLikelihood).toBeCloseTo(-341.8787, 4);
    expect(scores.aic).toBeCloseTo(2 * 341.8787 + 2 * 5, 3);
    expect(scores.bic).toBeCloseTo(2 * 341.8787 + 5 * Math.log(107), 3);
    expect(await hmm('score', model, earthquakes)).toMatch(
      /^rows +107\nsequences +1\nlog-likelihood +-341\.879\n/,
    );
  });

  it('draws, the same for one seed', async () => {
    const draw = (seed: string) => done('hmm', 'sample', model, '--n', '20', '--seed', seed);
    const [first, again, other] = await Promise.all(['3', '3', '4'].map(draw));
    expect(rowsOf(first)).toHaveLength(21);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    const { points, states } = JSON.parse(
      await done('hmm', 'sample', model, '--n', '20', '--seed', '3', '--json'),
    );
    expect(points.join('\n')).toBe(first.trimEnd().replace('count\n', ''));
    expect(states).toEqual([...(await library()).sample(20, { seed: 3 }).states]);
  });

  it('forecasts by powers of the transition matrix', async () => {
    const [header, ...steps] = rowsOf(await hmm('forecast', model, earthquakes, '--steps', '200'));
    expect(header).toEqual(['step', 'state_0', 'state_1', 'mean_count']);
    expect(steps).toHaveLength(200);
    const { transitionMatrix: g, emission } = await library();
    const { probabilities } = await json('decode', model, earthquakes, '--proba');
    const [a, b] = probabilities.at(-1);
    expect(Number(steps[0][1])).toBeCloseTo(a * g[0] + b * g[2], 12);
    expect(Number(steps[0][3])).toBeCloseTo(
      Number(steps[0][1]) * emission.rates[0] + Number(steps[0][2]) * emission.rates[1],
      10,
    );
    expect(Number(steps[199][1])).toBeCloseTo(g[2] / (g[1] + g[2]), 6);
  });
});

describe('several sequences', () => {
  it('begin where a column changes, or as a file of lengths says', async () => {
    const args = ['--init', start, '--max-iter', '20'];
    const ofColumn = await json('fit', stations, ...args, ...byColumn);
    const ofLengths = await json('fit', earthquakes, ...args, '--lengths', lengthsFile);
    expect(ofColumn).toEqual(ofLengths);
    const init = { ...START, emission: { rates: [[10], [30]] } };
    const told = { nStates: 2, emission: 'poisson', init, maxIter: 20, lengths, device: 'cpu' } as const;
    expect(ofColumn.fit.logLikelihood).toBe(
      (await HiddenMarkovModel.fit(counts, told)).fitInfo.logLikelihood,
    );
  });

  it('count as often as a file of weights says, under priors of the transitions', async () => {
    const args = ['--init', start, '--max-iter', '20', '--transition-prior', '3', '--initial-prior', '2'];
    const weightsFile = put('weights.csv', '2\n1\n0.5\n');
    const found = await json('fit', stations, ...args, ...byColumn, '--weights', weightsFile);
    const init = { ...START, emission: { rates: [[10], [30]] } };
    const expected = await HiddenMarkovModel.fit(counts, {
      ...({ nStates: 2, emission: 'poisson', init, maxIter: 20, lengths, device: 'cpu' } as const),
      weights: [2, 1, 0.5],
      priors: { initialProbs: 2, transitionMatrix: 3 },
    });
    expect(found.transitionMatrix.flat()).toEqual([...expected.transitionMatrix]);
    const plain = await json('fit', stations, '--init', start, '--max-iter', '20', ...byColumn);
    expect(found.transitionMatrix).not.toEqual(plain.transitionMatrix);
  });

  it('are decoded and scored one by one, by name', async () => {
    const [header, ...rows] = rowsOf(await hmm('decode', model, stations, ...byColumn));
    expect(header).toEqual(['station', 'state']);
    expect(rows.map(([name]) => name)).toEqual(Array.from({ length: 107 }, (_, i) => stationOf(i)));
    const decoded = await json('decode', model, earthquakes, '--lengths', lengthsFile);
    expect(decoded.states.join()).toBe(rows.map(([, state]) => state).join());
    expect(decoded).toMatchObject({ sequences: ['0', '1', '2'], lengths });
    expect(decoded.logProbabilities).toHaveLength(3);
    const scores = await json('score', model, stations, ...byColumn);
    const each = await (await library()).scoreSequences(counts, { lengths });
    expect(scores.nSequences).toBe(3);
    expect(scores.logLikelihood).toBeCloseTo(each[0] + each[1] + each[2], 10);
    expect(scores.logLikelihood).toBeLessThan(-342);
  });

  it('that are apart are brought together, and decoded in the order of the file', async () => {
    const rows = Array.from(counts.data, (count, i) => [stationOf(i), count] as const);
    const mixed = rows.map((_, i) => rows[(i * 40) % 107]); // 107 is prime
    const inOrder = (name: string) => mixed.filter(([station]) => station === name);
    const sorted = ['north', 'south', 'west'].flatMap(inOrder);
    const csv = (lines: typeof rows) => `station,count\n${lines.map(line => line.join()).join('\n')}\n`;
    const apart = put('apart.csv', csv(mixed));
    const args = ['hmm', 'fit', '--init', start, ...byColumn, '--json', ...onCpu];
    const { code, stdout, stderr } = await run([...args, apart]);
    expect(code).toBe(0);
    expect(stderr).toContain('note: rows of one "station" that are apart are brought together');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await done(...args, put('sorted.csv', csv(sorted)))));

    const states = (file: string) =>
      hmm('decode', model, file, ...byColumn).then(text => rowsOf(text).slice(1));
    const [ofApart, ofSorted] = [await states(apart), await states(at('sorted.csv'))];
    expect(ofApart.map(([name]) => name)).toEqual(mixed.map(([name]) => name));
    expect(['north', 'south', 'west'].flatMap(name => ofApart.filter(([of]) => of === name))).toEqual(
      ofSorted,
    );
  });

  it('have a forecast each', async () => {
    const rows = rowsOf(await hmm('forecast', model, stations, ...byColumn, '--steps', '2'));
    expect(rows.map(row => row.slice(0, 2))).toEqual([
      ['station', 'step'],
      ...['north', 'south', 'west'].flatMap(name => [
        [name, '1'],
        [name, '2'],
      ]),
    ]);
    const { forecasts } = await json('forecast', model, stations, ...byColumn, '--steps', '2');
    const own = await (await library()).forecast(counts, 2, { lengths });
    expect(forecasts.map((one: { sequence: string }) => one.sequence)).toEqual(['north', 'south', 'west']);
    expect(forecasts[1].means.flat()).toEqual([...own[1].means]);
    expect(forecasts[2].stateProbs.flat()).toEqual([...own[2].stateProbs]);
  });
});

describe('commands that take any model', () => {
  it('describe it, and take a file as one sequence', async () => {
    expect(await done('info', model)).toMatch(/^model +Poisson hidden Markov model/);
    const scored = JSON.parse(await done('score', model, earthquakes, '--json', ...onCpu));
    expect(scored.logLikelihood).toBeCloseTo(-341.8787, 4);
    const labels = rowsOf(await done('predict', model, earthquakes, ...onCpu)).join();
    expect(labels).toBe(rowsOf(await hmm('decode', model, earthquakes, '--method', 'posterior')).join());
    expect(await done('sample', model, '--n', '9')).toBe(await done('hmm', 'sample', model, '--n', '9'));
  });
});
