import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/data/csv.js';
import { formatNpy, parseNpy } from '../../src/data/npy.js';
import { at, cli, faithful, folder, inRepository, iris, onCpu, put, run } from './harness.js';

/** Of Old Faithful with two full covariances, from test/reference. */
const published = JSON.parse(
  readFileSync(inRepository('test/reference/gaussian-mixture-fits.json'), 'utf8'),
).faithful.fits.find(
  (fit: { model: string; nComponents: number }) => fit.model === 'VVV' && fit.nComponents === 2,
);

let model: string;

const runFit = (...args: string[]) => run(['fit', ...args]);
const precisely = ['--tol', '1e-12', '--max-iter', '1000', '--reg-covar', '0'];

beforeAll(async () => {
  model = at('model.json');
  const { code, stderr } = await runFit(
    faithful,
    '--components',
    '2',
    ...onCpu,
    ...precisely,
    '--out',
    model,
  );
  expect(stderr).toBe(`note: model written to ${model}\n`);
  expect(code).toBe(0);
});

describe('fit', () => {
  it('prints a table to stdout and nothing to stderr', async () => {
    const { code, stdout, stderr } = await runFit(faithful, '--components', '2', ...onCpu, ...precisely);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('2 components, 2 features, full covariance');
    expect(stdout).toMatch(/^log-likelihood {2}-1130\.26/m);
    expect(stdout).toMatch(/^iterations {6}\d+, converged$/m);
    expect(stdout).toMatch(/^component {2}weight {2}mean eruptions {2}mean waiting$/m);
  });

  it.each(['cpu', 'webgpu'])('finds the published fit on %s', async device => {
    const { code, stdout, stderr } = await runFit(
      faithful,
      ...['--components', '2', '--tol', '1e-7', '--max-iter', '1000', '--device', device, '--json'],
    );
    expect(code, stderr).toBe(0);
    const json = JSON.parse(stdout);
    expect(json).toMatchObject({ format: 'webgpu-em/model', version: 1, nComponents: 2, nFeatures: 2 });
    expect(json.fit).toMatchObject({ converged: true, stopReason: 'tolerance', device });
    expect(json.fit.logLikelihood).toBeCloseTo(published.logLikelihood, 2);
    const weights = [...json.weights].sort();
    expect(weights[0]).toBeCloseTo(Math.min(...published.weights), 3);
  });

  it('reads CSV from stdin, chosen columns, and .npy alike', async () => {
    const text = readFileSync(faithful, 'utf8');
    const { points } = parseCsv(text);
    const lines = text.trimEnd().split(/\r?\n/);
    const labelled = lines.map((line, i) => `${i === 0 ? 'label' : 'x'};${line.replace(',', ';')}`);
    const args = ['--components', '2', '--json', ...onCpu];
    const [file, stdin, columns, npy] = await Promise.all([
      runFit(faithful, ...args),
      run(['fit', '-', ...args], { input: text }),
      runFit(put('labelled.csv', labelled.join('\n')), ...args, '--columns', 'eruptions,waiting'),
      runFit(put('faithful.npy', formatNpy(points)), ...args),
    ]);
    expect(file.code).toBe(0);
    const { columns: names, ...model } = JSON.parse(file.stdout);
    expect(names).toEqual(['eruptions', 'waiting']);
    for (const other of [stdin, columns]) expect(other).toEqual(file);
    expect(JSON.parse(npy.stdout)).toEqual(model); // its columns have no names
  });

  it.each(['full', 'tied', 'diag', 'spherical'])(
    'starts from a file of %s covariances and agrees with it',
    async type => {
      const start = at(`${type}.json`);
      await runFit(
        faithful,
        '--components',
        '3',
        '--covariance',
        type,
        '--out',
        start,
        ...onCpu,
        ...precisely,
      );
      const { code, stdout, stderr } = await runFit(
        faithful,
        '--init',
        start,
        '--max-iter',
        '0',
        '--json',
        ...onCpu,
      );
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const [before, after] = [JSON.parse(readFileSync(start, 'utf8')), JSON.parse(stdout)];
      expect(after).toMatchObject({ covarianceType: type, nComponents: 3, means: before.means });
      expect(after.fit).toMatchObject({ nIter: 0, converged: false, stopReason: 'maxIter' });
      expect(after.fit.logLikelihood).toBeCloseTo(before.fit.logLikelihood, 6);
    },
  );

  it('starts from weights, means and covariances alone', async () => {
    const { weights, means, covariances } = JSON.parse(readFileSync(model, 'utf8'));
    const start = put('start.json', JSON.stringify({ weights, means, covariances }));
    const { code, stdout } = await runFit(faithful, '--init', start, '--json', ...onCpu);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).fit.logLikelihood).toBeCloseTo(published.logLikelihood, 4);
  });

  it.each(['k-means++', 'k-means', 'random-from-data', 'random'])(
    'starts by %s, the same for one seed',
    async init => {
      const args = [
        faithful,
        '--components',
        '3',
        '--init',
        init,
        '--restarts',
        '2',
        '--seed',
        '5',
        '--json',
        ...onCpu,
      ];
      const [first, second] = await Promise.all([runFit(...args), runFit(...args)]);
      expect(first.code).toBe(0);
      expect(second.stdout).toBe(first.stdout);
    },
  );

  it('says that it ran out of iterations', async () => {
    const args = ['--components', '3', '--max-iter', '2', '--tol', '0', '--json', ...onCpu];
    const { code, stdout, stderr } = await runFit(faithful, ...args);
    expect(code).toBe(0);
    expect(stderr).toContain('note: not converged after 2 iterations');
    expect(JSON.parse(stdout).fit).toMatchObject({ nIter: 2, converged: false, stopReason: 'maxIter' });
  });

  it('on Ctrl-C prints and writes the last good model', async () => {
    const out = at('interrupted.json');
    const endless = ['--tol', '0', '--max-iter', '1000000000', '--json', '--out', out];
    const { code, stdout, stderr } = await run(['fit', faithful, '--components', '2', ...endless], {
      interrupt: 2000,
    });
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/^note: interrupted after \d+ iterations/m);
    const json = JSON.parse(stdout);
    expect(json.fit).toMatchObject({ converged: false, stopReason: 'aborted' });
    expect(json.fit.nIter).toBeGreaterThan(0);
    expect(json.fit.logLikelihood).toBeCloseTo(published.logLikelihood, 1);
    expect(json).toEqual({
      ...JSON.parse(readFileSync(out, 'utf8')),
      ...{ bic: expect.any(Number), aic: expect.any(Number), icl: expect.any(Number) },
      starts: [{ objective: json.fit.logLikelihood, collapsed: false, stopReason: 'aborted' }],
      deviceReason: expect.any(String),
    });
  });

  it('writes the last good model of a fit that fails', async () => {
    const twice = put('twice.csv', 'x,y\n0,0\n0,0\n0,0\n5,5\n5,5\n5,5\n');
    const out = at('last-good.json');
    const json = {
      covarianceType: 'spherical',
      means: [
        [0, 1],
        [5, 4],
      ],
      covariances: [1, 1],
    };
    const start = [
      '--init',
      put('spherical-start.json', JSON.stringify(json)),
      '--reg-covar',
      '0',
      '--tol',
      '0',
    ];
    const { code, stdout, stderr } = await runFit(twice, ...start, '--out', out, ...onCpu);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^note: the last good model is written to .*\nerror: .*not positive definite.*\n$/,
    );
    expect((await run(['info', out])).code).toBe(0);
  });
});

describe('predict, score, sample, info', () => {
  it('predict gives each row its component', async () => {
    const { code, stdout, stderr } = await run(['predict', model, faithful, ...onCpu]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [header, ...labels] = stdout.trimEnd().split('\n');
    expect(header).toBe('component');
    expect(labels).toHaveLength(272);
    expect(new Set(labels)).toEqual(new Set(['0', '1']));
    // The first eruption is a long one, the second a short one.
    expect(labels[0]).not.toBe(labels[1]);

    const json = await run(['predict', model, faithful, '--json', ...onCpu]);
    expect(JSON.parse(json.stdout)).toEqual({ labels: labels.map(Number) });

    const file = at('labels.npy');
    const written = await run(['predict', model, faithful, '--out', file, ...onCpu]);
    expect(written).toEqual({ code: 0, stdout: '', stderr: `note: 272 rows written to ${file}\n` });
    expect([...parseNpy(readFileSync(file)).data]).toEqual(labels.map(Number));
  });

  it('predict --proba gives probabilities that sum to 1', async () => {
    const file = at('proba.csv');
    expect((await run(['predict', model, faithful, '--proba', '--out', file, ...onCpu])).code).toBe(0);
    const { points, columns } = parseCsv(readFileSync(file, 'utf8'));
    expect(columns).toEqual(['component_0', 'component_1']);
    for (let i = 0; i < 272; i++) expect(points.data[2 * i] + points.data[2 * i + 1]).toBeCloseTo(1, 12);
    const { stdout } = await run(['predict', model, faithful, '--proba', '--json', ...onCpu]);
    expect(JSON.parse(stdout).probabilities.flat()).toEqual([...points.data]);
  });

  it('score gives the published criteria', async () => {
    const { code, stdout, stderr } = await run(['score', model, faithful, '--json', ...onCpu]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const scores = JSON.parse(stdout);
    expect(scores.nRows).toBe(272);
    expect(scores.logLikelihood).toBeCloseTo(published.logLikelihood, 6);
    expect(scores.meanLogLikelihood).toBeCloseTo(published.logLikelihood / 272, 8);
    expect(scores.aic).toBeCloseTo(published.aic, 5);
    expect(scores.bic).toBeCloseTo(-published.bic, 5); // mclust's sign is the other one
    expect(scores.icl).toBeGreaterThan(scores.bic);
    const table = await run(['score', model, faithful, ...onCpu]);
    expect(table.stdout).toMatch(/^rows +272\nlog-likelihood +-1130\.264\n/);
  });

  it('sample draws rows that the model explains as well as its own, the same for one seed', async () => {
    const [file, npy] = [at('sample.csv'), at('sample.npy')];
    const args = ['sample', model, '--n', '20000', '--seed', '3'];
    expect((await run([...args, '--out', file])).code).toBe(0);
    expect((await run([...args, '--out', npy])).code).toBe(0);
    expect((await run(args)).stdout).toBe(readFileSync(file, 'utf8'));
    const { points, columns } = parseCsv(readFileSync(file, 'utf8'));
    expect(columns).toEqual(['eruptions', 'waiting']);
    expect(parseNpy(readFileSync(npy))).toEqual(points);
    const { stdout } = await run(['score', model, file, '--json', ...onCpu]);
    expect(JSON.parse(stdout).meanLogLikelihood).toBeCloseTo(published.logLikelihood / 272, 1);
    expect((await run([...args.slice(0, -1), '4'])).stdout).not.toBe(readFileSync(file, 'utf8'));
    const json = JSON.parse((await run(['sample', model, '--n', '3', '--json'])).stdout);
    expect(json.points).toHaveLength(3);
    expect(json.labels).toHaveLength(3);
  });

  it('info describes the program, and a model with its fit', async () => {
    const program = await run(['info', '--json']);
    const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
    expect(program.code).toBe(0);
    expect(JSON.parse(program.stdout)).toMatchObject({ version, devices: { webgpu: { available: true } } });
    expect((await run(['info'])).stdout).toMatch(new RegExp(`^webgpu-em +${version}\n`));
    expect((await run(['--version'])).stdout).toBe(`${version}\n`);

    const table = await run(['info', model]);
    expect(table.stdout).toContain('2 components, 2 features, full covariance');
    expect(table.stdout).toContain('-1130.264');
    const json = await run(['info', model, '--json']);
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(readFileSync(model, 'utf8')));
  });

  it('ends quietly when its reader has had enough', async () => {
    const head = spawn('sh', [
      '-c',
      `"${process.execPath}" "${cli}" sample "${model}" --n 300000 | head -n 1`,
    ]);
    let output = '';
    for (const stream of [head.stdout, head.stderr]) {
      stream.on('data', data => {
        output += data;
      });
    }
    expect(await new Promise(resolve => head.on('close', resolve))).toBe(0);
    expect(output).toBe('eruptions,waiting\n');
  });
});

describe('wrong usage ends with 2', () => {
  it.each([
    [[], 'Usage:'],
    [['bogus'], "unknown command 'bogus'"],
    [['fit'], "missing required argument 'data'"],
    [['fit', 'DATA'], '--components'],
    [['fit', 'DATA', '--components', '0'], 'Expected an integer ≥ 1'],
    [['fit', 'DATA', '--components', '-3'], 'Expected an integer ≥ 1'],
    [['fit', 'DATA', '--components', 'two'], 'Expected an integer ≥ 1'],
    [['fit', 'DATA', '--components', '2', '--tol', '-1'], 'Expected a number ≥ 0'],
    [['fit', 'DATA', '--components', '2', '--reg-covar', '-1'], 'Expected a number ≥ 0'],
    [['fit', 'DATA', '--components', '2', '--max-iter', '-1'], 'Expected an integer ≥ 0'],
    [['fit', 'DATA', '--components', '2', '--seed', 'x'], 'Expected an integer ≥ 0'],
    [['fit', 'DATA', '--components', '2', '--restarts', '0'], 'Expected an integer ≥ 1'],
    [['fit', 'DATA', '--components', '2', '--covariance', 'round'], 'full, tied, diag, spherical'],
    [['fit', 'DATA', '--components', '2', '--init', 'guess'], 'k-means++, k-means, random-from-data, random'],
    [['fit', 'DATA', '--components', '2', '--device', 'tpu'], 'auto, webgpu, cpu'],
    [['fit', 'DATA', '--components', '2', '--speed', '9'], "unknown option '--speed'"],
    [['sample', 'MODEL'], '--n'],
    [['sample', 'MODEL', '--n', '0'], 'Expected an integer ≥ 1'],
    [['predict', 'MODEL'], "missing required argument 'data'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('bad input ends with 1, in one clear line, and changes nothing', () => {
  const two = ['--components', '2'];
  const file = (content: string | Uint8Array, name = 'bad.csv') => put(name, content);
  const npy = (values: number[], shape: number[]) => formatNpy({ data: Float64Array.from(values), shape });
  const wide = (n: number) => Array.from({ length: n }, (_, i) => i).join(',');

  const cases: [string, () => string[], string][] = [
    [
      'a missing file',
      () => ['fit', at('none.csv'), ...two],
      'none.csv cannot be read: there is no such file.',
    ],
    ['a folder', () => ['fit', folder, ...two], 'it is a folder; expected a file.'],
    ['an empty file', () => ['fit', file(''), ...two], 'bad.csv: The CSV file is empty'],
    [
      'a header alone',
      () => ['fit', file('a,b\n'), ...two],
      'bad.csv: The CSV file has a header (a, b) but no rows',
    ],
    [
      'text in a column',
      () => ['fit', iris, ...two],
      'iris.csv: Line 2, column "species": expected a finite number, got "setosa"',
    ],
    [
      'NaN',
      () => ['fit', file('a,b\n1,2\nnan,3\n'), ...two],
      'Line 3, column "a": expected a finite number, got "nan"',
    ],
    ['ragged rows', () => ['fit', file('a,b\n1,2\n3\n'), ...two], 'Line 3 has 1 field where line 1 has 2'],
    [
      '129 columns',
      () => ['fit', file(`${wide(129)}\n${wide(129)}\n`), ...two],
      'Expected 1 to 128 columns, got 129',
    ],
    [
      'an unknown column',
      () => ['fit', faithful, ...two, '--columns', 'x'],
      'There is no column "x"; the file has eruptions, waiting.',
    ],
    [
      'more components than rows',
      () => ['fit', faithful, '--components', '273'],
      'at most the number of rows, 272, got 273',
    ],
    [
      'a truncated .npy',
      () => ['fit', file(npy([1, 2, 3, 4], [2, 2]).subarray(0, 150), 'bad.npy'), ...two],
      'bad.npy: The .npy file is truncated: shape (2, 2) of <f8 needs 32 bytes after the header, got 22.',
    ],
    [
      'infinity in a .npy',
      () => ['fit', file(npy([1, 2, Number.POSITIVE_INFINITY, 4], [2, 2]), 'bad.npy'), ...two],
      'bad.npy: Row 1, column 0 is Infinity',
    ],
    ['binary data named .csv', () => ['fit', file(new Uint8Array(64)), ...two], 'got binary data'],
    [
      'a broken model',
      () => ['info', file('{"format": "webgpu-em/model"', 'bad.json')],
      'bad.json: Expected a model in JSON.',
    ],
    [
      'another kind of JSON',
      () => ['info', file('[1]', 'bad.json')],
      'bad.json: A model file holds one JSON object',
    ],
    [
      'a newer model',
      () => ['score', file('{"format": "webgpu-em/model", "version": 2}', 'bad.json'), faithful],
      'got version 2. Try a newer webgpu-em.',
    ],
    [
      'a newer start',
      () => ['fit', faithful, '--init', file('{"format": "webgpu-em/model", "version": 2}', 'bad.json')],
      'got version 2',
    ],
    [
      'a start without means',
      () => ['fit', faithful, '--init', file('{"weights": [1]}', 'bad.json')],
      'bad.json: Expected a model, or an object with weights, means and covariances (or rates, or probabilities).',
    ],
    [
      'a start of another K',
      () => ['fit', faithful, '--init', model, '--components', '3'],
      '--components is 3, but the model in the --init file has 2.',
    ],
    [
      'a start of another kind',
      () => ['fit', faithful, '--init', model, '--covariance', 'tied'],
      '--covariance is tied, but the model in the --init file has full.',
    ],
    [
      'data of another D',
      () => ['predict', model, iris, '--columns', 'petal_length'],
      'There is no column "eruptions", which the model takes (eruptions, waiting)',
    ],
    [
      'a folder that is not there, before anything is read',
      () => ['fit', at('none.csv'), ...two, '--out', at('nowhere/m.json')],
      'cannot be written: there is no folder',
    ],
    [
      'the same for predict',
      () => ['predict', at('none.json'), at('none.csv'), '--out', at('nowhere/l.csv')],
      'cannot be written: there is no folder',
    ],
    [
      'the same for sample',
      () => ['sample', at('none.json'), '--n', '5', '--out', at('nowhere/s.csv')],
      'cannot be written: there is no folder',
    ],
    [
      'a folder in place of the output',
      () => ['fit', faithful, ...two, '--out', folder],
      'it is a folder; expected a file.',
    ],
  ];

  it.each(cases)('%s', async (_, args, message) => {
    const kept = put('kept.json', 'as it was');
    const command = args();
    if (command[0] === 'fit' && !command.includes('--out')) command.push('--out', kept);
    if (['fit', 'predict', 'score'].includes(command[0])) command.push(...onCpu);
    const { code, stdout, stderr } = await run(command);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(readFileSync(kept, 'utf8')).toBe('as it was');
  });

  it('reads bad CSV from stdin', async () => {
    const { code, stderr } = await run(['fit', '-', ...two, ...onCpu], { input: 'a\n1\nx\n' });
    expect(stderr).toMatch(/^error: stdin: Line 3, column "a": expected a finite number, got "x"\..*\n$/);
    expect(code).toBe(1);
  });
});
