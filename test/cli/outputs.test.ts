import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { GaussianMixture, KMeans, parseCsv } from '../../src/index.js';
import { at, earthquakes, faithful, iris, onCpu, put, run } from './harness.js';

/** Run what must go well. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args);
  expect(code, stderr).toBe(0);
  return stdout;
}
const json = async (...args: string[]) => JSON.parse(await done(...args, '--json'));
const two = ['--components', '2', ...onCpu];
const model = at('model.json');
const quakes = at('quakes.json');

beforeAll(async () => {
  await done('fit', faithful, ...two, '--out', model);
  await done('hmm', 'fit', earthquakes, '--states', '2', '--emission', 'poisson', '--out', quakes, ...onCpu);
});

describe('--out', () => {
  it.each([
    ['fit', faithful, ...two],
    ['kmeans', faithful, '--clusters', '2', ...onCpu],
    ['hmm', 'fit', earthquakes, '--states', '2', '--emission', 'poisson', ...onCpu],
  ])('- is stdout: the model in place of the summary of %s', async (...args) => {
    const { code, stdout, stderr } = await run([...args, '--out', '-']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'webgpu-em/model' });
    expect(stderr).not.toContain('written');
    expect(existsSync('-')).toBe(false);
  });

  it.each([
    ['predict', model, faithful, ...onCpu],
    ['sample', model, '--n', '3'],
    ['hmm', 'decode', quakes, earthquakes, ...onCpu],
    ['hmm', 'forecast', quakes, earthquakes, '--steps', '2', ...onCpu],
  ])('- is stdout for the rows of %s', async (...args) => {
    expect(await done(...args, '--out', '-')).toBe(await done(...args));
    expect(await json(...args, '--out', '-')).toEqual(await json(...args));
    expect(existsSync('-')).toBe(false);
  });

  it.each([
    ['predict', model, faithful, ...onCpu],
    ['predict', model, faithful, '--proba', ...onCpu],
    ['sample', model, '--n', '3'],
    ['hmm', 'decode', quakes, earthquakes, ...onCpu],
    ['hmm', 'forecast', quakes, earthquakes, '--steps', '2', ...onCpu],
  ])('*.json holds what --json prints of %s %s %s %s', async (...args) => {
    const file = at('rows.json');
    expect(await done(...args, '--out', file)).toBe('');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(await json(...args));
  });
});

describe('names of columns', () => {
  it('are in the model, its summary and its draws', async () => {
    expect(JSON.parse(readFileSync(model, 'utf8')).columns).toEqual(['eruptions', 'waiting']);
    expect(await done('info', model)).toMatch(/^component +weight +mean eruptions +mean waiting$/m);
    expect(await done('info', quakes)).toMatch(/^state +start +rate count$/m);
    expect(await done('sample', model, '--n', '1')).toMatch(/^eruptions,waiting\n/);
    expect((await json('sample', model, '--n', '1')).columns).toEqual(['eruptions', 'waiting']);
    expect(await done('hmm', 'sample', quakes, '--n', '1')).toMatch(/^count\n/);
  });

  it('are quoted where they need it', async () => {
    const data = put('odd.csv', 'a,"b, c"\n1,2\n3,4\n5,7\n');
    const odd = at('odd.json');
    await done('fit', data, '--components', '1', ...onCpu, '--out', odd);
    const drawn = await done('sample', odd, '--n', '2');
    expect(drawn).toMatch(/^a,"b, c"\n/);
    expect(parseCsv(drawn).columns).toEqual(['a', 'b, c']);
  });
});

describe('fit', () => {
  it('prints the criteria of the fit', async () => {
    const { points } = parseCsv(readFileSync(faithful, 'utf8'));
    const fit = GaussianMixture.fromJSON(JSON.parse(readFileSync(model, 'utf8')));
    const told = { device: 'cpu' } as const;
    const [bic, aic, icl] = [
      await fit.bic(points, told),
      await fit.aic(points, told),
      await fit.icl(points, told),
    ];
    const found = await json('fit', faithful, ...two);
    expect(found.bic).toBeCloseTo(bic, 9);
    expect(found.aic).toBeCloseTo(aic, 9);
    expect(found.icl).toBeCloseTo(icl, 9);
    const text = await done('fit', faithful, ...two);
    for (const [name, value] of [
      ['BIC', bic],
      ['AIC', aic],
      ['ICL', icl],
    ] as const) {
      expect(text).toMatch(new RegExp(`^${name} +${value.toFixed(3)}$`, 'm'));
    }
  });

  it('prints them of counts, and of a hidden Markov model', async () => {
    const counts = await done('fit', earthquakes, '--family', 'poisson', ...two);
    expect(counts).toMatch(/^BIC +\d+\.\d{3}\nAIC +\d+\.\d{3}\nICL +\d+\.\d{3}\n/m);
    const chain = ['hmm', 'fit', earthquakes, '--states', '2', '--emission', 'poisson', ...onCpu];
    const { fit, nParameters, aic, bic } = await json(...chain);
    expect(aic).toBeCloseTo(2 * nParameters - 2 * fit.logLikelihood, 9);
    expect(bic).toBeCloseTo(nParameters * Math.log(107) - 2 * fit.logLikelihood, 9);
    expect(await done(...chain)).toMatch(/^BIC +\d+\.\d{3}\nAIC +\d+\.\d{3}\n/m);
  });
});

describe('--standardize', () => {
  const small = () => {
    const { points } = parseCsv(readFileSync(iris, 'utf8'), { columns: ['petal_length', 'petal_width'] });
    const rows = Array.from(
      { length: 150 },
      (_, i) => `${points.data[2 * i] * 1e-6},${points.data[2 * i + 1] * 1e6}`,
    );
    return put('units.csv', `length,width\n${rows.join('\n')}\n`);
  };

  it('makes columns of any units count alike, and gives results in theirs', async () => {
    const told = ['--clusters', '3', '--restarts', '5', '--standardize', ...onCpu];
    const kept = at('clusters.json');
    const text = await done('kmeans', small(), ...told, '--out', kept);
    expect(text).toMatch(/^distances +in the columns' standard deviations$/m);
    const plain = await json('kmeans', iris, '--columns', 'petal_length,petal_width', ...told);
    const scaled = JSON.parse(readFileSync(kept, 'utf8'));
    expect(scaled.fit.inertia).toBeCloseTo(plain.fit.inertia, 6);
    plain.clusterCenters.forEach(([length, width]: number[], k: number) => {
      expect(scaled.clusterCenters[k][0]).toBeCloseTo(length * 1e-6, 12);
      expect(scaled.clusterCenters[k][1] / 1e6).toBeCloseTo(width, 6);
    });
    const { labels } = await json('predict', kept, small(), ...onCpu);
    const read = KMeans.fromJSON(plain);
    const { points } = parseCsv(readFileSync(iris, 'utf8'), { columns: ['petal_length', 'petal_width'] });
    expect(labels).toEqual([...(await read.predict(points, { device: 'cpu' }))]);
    expect((await json('score', kept, small(), ...onCpu)).inertia).toBeCloseTo(plain.fit.inertia, 6);
  });

  it.each([
    ['fit', '--components', '2'],
    ['bayes', '--components', '2'],
    ['hmm fit', '--states', '2'],
  ])('%s keeps a column that regCovar would drown', async (command, ...args) => {
    const told = [...command.split(' '), small(), ...args, '--tol', '1e-6', ...onCpu];
    const { means, emission } = await json(...told, '--standardize');
    const variance = (await json(...told, '--standardize')).covariances ?? emission.parameters.covariances;
    expect((means ?? emission.parameters.means).flat()[0]).toBeLessThan(1e-5);
    expect(variance[0][0][0]).toBeLessThan(1e-11);
  });

  it('goes with Gaussians of columns of their own', async () => {
    const spherical = await run(['fit', faithful, ...two, '--standardize', '--covariance', 'spherical']);
    expect(spherical).toMatchObject({ code: 1, stderr: expect.stringMatching(/Try 'diag'/) });
    const counts = await run(['fit', earthquakes, ...two, '--standardize', '--family', 'poisson']);
    expect(counts.code).toBe(2);
    expect(counts.stderr).toBe('error: --standardize does not go with --family poisson.\n');
  });
});
