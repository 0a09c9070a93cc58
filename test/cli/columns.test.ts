import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatNpy } from '../../src/data/npy.js';
import { GaussianMixture, HiddenMarkovModel, parseCsv, parseNpy } from '../../src/index.js';
import { at, done, json, onCpu, put, run } from './harness.js';

/** Two clouds that differ in a alone; b has the values of both. */
const A = [1, 2, 1.5, 21, 22, 20.5];
const B = [20, 1, 2, 1, 21, 2];
const table = (header: string, row: (i: number) => (number | string)[], mark = ',') =>
  `${header}\n${A.map((_, i) => row(i).join(mark)).join('\n')}\n`;

/** The commands that fit, and those that take their model. */
const MODELS: [file: string, fit: string[], use: string[]][] = [
  ['fit', ['fit', '--components', '2', '--covariance', 'diag'], ['predict']],
  ['kmeans', ['kmeans', '--clusters', '2', '--restarts', '3'], ['predict']],
  ['bayes', ['bayes', '--components', '2', '--covariance', 'diag'], ['predict']],
  ['hmm', ['hmm', 'fit', '--states', '2', '--covariance', 'diag'], ['hmm', 'decode']],
];
const modelOf = (name: string) => at(`${name}-columns.json`);
const use = (command: string[], name: string, file: string, ...args: string[]) =>
  run([...command, modelOf(name), file, ...args, ...onCpu]);

let plain: string;
let swapped: string;
let rich: string;

beforeAll(async () => {
  plain = put(
    'ab.csv',
    table('a,b', i => [A[i], B[i]]),
  );
  swapped = put(
    'ba.csv',
    table('b,a', i => [B[i], A[i]]),
  );
  rich = put(
    'rich.csv',
    table('b;name;a', i => [B[i], 'x', A[i]], ';'),
  );
  for (const [name, [command, ...args]] of MODELS) {
    const [sub, rest] = command === 'hmm' ? [[args[0]], args.slice(1)] : [[], args];
    await done(command, ...sub, plain, ...rest, ...onCpu, '--out', modelOf(name));
  }
});

describe.each(MODELS)('columns of a %s model', (name, _, command) => {
  it('are found by their names, in any order and among others', async () => {
    const expected = await use(command, name, plain);
    expect(expected).toMatchObject({ code: 0, stderr: '' });
    expect(await use(command, name, swapped)).toEqual(expected);
    expect(await use(command, name, rich)).toEqual({
      ...expected,
      stderr: 'note: columns that the model does not know are left out: name.\n',
    });
    const score = name === 'hmm' ? ['hmm', 'score'] : ['score'];
    expect((await use(score, name, swapped)).stdout).toBe((await use(score, name, plain)).stdout);
  });

  it('that are missing are named, and the advice helps', async () => {
    const other = put(
      'xy.csv',
      table('x,y', i => [A[i], B[i]]),
    );
    const { code, stdout, stderr } = await use(command, name, other);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `error: ${other}: There is no column "a", which the model takes (a, b); the file has x, y. Try --columns with those that stand for them, in this order.\n`,
    );
    const chosen = await use(command, name, other, '--columns', 'x,y');
    expect(chosen.stderr).toBe('note: columns x, y are taken as a, b, in this order.\n');
    expect(chosen.stdout).toBe((await use(command, name, plain)).stdout);
    const partly = await use(command, name, plain, '--columns', 'a');
    expect(partly).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Column "b".* is not among the chosen/),
    });
    const mixed = put(
      'bc.csv',
      table('b,c', i => [B[i], A[i]]),
    );
    expect(await use(command, name, mixed, '--columns', 'b,c')).toMatchObject({ code: 1, stdout: '' });
  });

  it('without names are taken in their order, with a note', async () => {
    const bare = put('bare.csv', table('', i => [A[i], B[i]]).trimStart());
    const { points } = parseCsv(readFileSync(plain, 'utf8'));
    const npy = put('bare.npy', formatNpy(points));
    const expected = await use(command, name, plain);
    for (const file of [bare, npy]) {
      expect(await use(command, name, file)).toEqual({
        ...expected,
        stderr: 'note: columns 0, 1 are taken as a, b, in this order.\n',
      });
    }
    const three = put('three.csv', '1,2,3\n4,5,6\n');
    expect((await use(command, name, three)).stderr).toMatch(/takes 2 columns \(a, b\), got 3 without names/);
  });
});

it('a fit that starts from a model takes its columns, too', async () => {
  const args = ['--max-iter', '0', ...onCpu, '--init'];
  for (const [name, [command, ...rest]] of MODELS) {
    const words = command === 'hmm' ? ['hmm', rest[0]] : [command];
    const again = await json(...words, rich, ...args, modelOf(name));
    const kept = JSON.parse(readFileSync(modelOf(name), 'utf8'));
    expect(again.columns).toEqual(['a', 'b']);
    const means = (model: typeof kept) =>
      model.means ?? model.clusterCenters ?? model.emission.parameters.means;
    expect(means(again)).toEqual(means(kept));
  }
});

describe('--append', () => {
  const quoted = 'b;name;a\n 20 ;"x; ""y""";1.00\n1;z;2\n2;;21.5\n';

  it('writes the table back as it was, with what the model says of each row', async () => {
    const file = put('quoted.csv', quoted);
    const text = await done('predict', modelOf('fit'), file, '--append', ...onCpu);
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('b;name;a;component;probability;log_density');
    const given = quoted.trimEnd().split('\n');
    const model = GaussianMixture.fromJSON(JSON.parse(readFileSync(modelOf('fit'), 'utf8')));
    const rows = [
      [1, 20],
      [2, 1],
      [21.5, 2],
    ];
    const told = { device: 'cpu' } as const;
    const labels = await model.predict(rows, told);
    const [probabilities, densities] = [
      await model.predictProba(rows, told),
      await model.scoreSamples(rows, told),
    ];
    rows.forEach((_, i) => {
      const own = probabilities[2 * i + labels[i]];
      expect(lines[i + 1]).toBe(`${given[i + 1]};${labels[i]};${own};${densities[i]}`);
    });
    const out = at('appended.csv');
    expect(await done('predict', modelOf('fit'), file, '--append', ...onCpu, '--out', out)).toBe('');
    expect(readFileSync(out, 'utf8')).toBe(text);
    const found = await json('predict', modelOf('fit'), file, '--append', ...onCpu);
    expect(found).toEqual({
      component: [...labels],
      probability: Array.from(labels, (label, i) => probabilities[2 * i + label]),
      log_density: [...densities],
    });
  });

  it('puts a distance beside clusters, and all probabilities where they are asked for', async () => {
    const clusters = await done('predict', modelOf('kmeans'), plain, '--append', ...onCpu);
    expect(clusters).toMatch(/^a,b,cluster,distance\n1,20,[01],\d/);
    const all = await done('predict', modelOf('bayes'), plain, '--append', '--proba', ...onCpu);
    expect(all).toMatch(/^a,b,component_0,component_1\n1,20,/);
    const bayes = await done('predict', modelOf('bayes'), plain, '--append', ...onCpu);
    expect(bayes).toMatch(/^a,b,component,probability,log_density\n/);
  });

  it('of states: what sums to the log-likelihood', async () => {
    const found = await json('hmm', 'decode', modelOf('hmm'), swapped, '--append', ...onCpu);
    const model = HiddenMarkovModel.fromJSON(JSON.parse(readFileSync(modelOf('hmm'), 'utf8')));
    const { points } = parseCsv(readFileSync(plain, 'utf8'));
    const sum = found.log_density.reduce((total: number, value: number) => total + value, 0);
    expect(sum / A.length).toBeCloseTo(await model.score(points, { device: 'cpu' }), 9);
    expect(found.state).toEqual([...(await model.decode(points, { device: 'cpu' })).states]);
    const groups = put(
      'groups.csv',
      table('id,a,b', i => [i < 3 ? 'u' : 'v', A[i], B[i]]),
    );
    const told = ['--sequence-column', 'id', '--append', ...onCpu];
    const text = await done('hmm', 'decode', modelOf('hmm'), groups, ...told);
    expect(text).toMatch(/^id,a,b,state,probability,log_density\nu,1,20,[01],/);
    expect(await done('hmm', 'decode', modelOf('hmm'), groups, ...told, '--method', 'posterior')).toContain(
      'v,21,1,',
    );
  });

  it('appends once more under another name; without a header, no name; to .npy, numbers', async () => {
    const once = put('once.csv', await done('predict', modelOf('fit'), plain, '--append', ...onCpu));
    const twice = await run(['predict', modelOf('fit'), once, '--append', ...onCpu]);
    expect(twice.stdout.split('\n')[0]).toBe(
      'a,b,component,probability,log_density,component_2,probability_2,log_density_2',
    );
    const bare = put('headless.csv', '1,20\n2,1\n');
    expect(await done('predict', modelOf('fit'), bare, '--append', ...onCpu)).toMatch(/^1,20,[01],/);
    const npy = at('appended.npy');
    await done('predict', modelOf('fit'), plain, '--append', ...onCpu, '--out', npy);
    const { data, shape } = parseNpy(readFileSync(npy));
    expect(shape).toEqual([6, 5]);
    expect([...data.subarray(0, 2)]).toEqual([1, 20]);
  });
});
