import { describe, expect, it } from 'vitest';
import { fitPairs } from '../../src/cli/summary.js';
import { GaussianMixture, KMeans, type StartInfo } from '../../src/index.js';
import { done, faithful, iris, json, onCpu, pointsOf, put, run } from './harness.js';

describe('a summary says how many starts ended where', () => {
  const end = (objective: number, collapsed = false): StartInfo => ({
    ...{ objective, collapsed, stopReason: 'tolerance' },
  });
  const failed: StartInfo = { objective: Number.NaN, collapsed: false, stopReason: 'failed' };
  const shown = (starts: readonly StartInfo[], best?: 'lowest') => {
    const fit = { nIter: 1, converged: true, stopReason: 'tolerance', device: 'cpu', adapter: 'it' } as const;
    return new Map(fitPairs({ ...fit, starts }, ['inertia', '1'], best)).get('starts');
  };

  it.each<[string | undefined, readonly StartInfo[]]>([
    [undefined, [end(-1)]],
    ['2: 2 at -180.185', [end(-180.185), end(-180.1853)]],
    ['3: 1 at -180.185, 2 at -189.58', [end(-189.58), end(-180.185), end(-189.58)]],
    ['3: 1 at -180.185, 1 collapsed, 1 failed', [end(-99.17, true), failed, end(-180.185)]],
    ['2: 2 collapsed', [end(-99.17, true), end(-98, true)]],
    ['6: 1 at 5, 1 at 4, 1 at 3, 1 at 2, 2 elsewhere', [0, 1, 2, 3, 4, 5].map(objective => end(objective))],
  ])('%s', (expected, starts) => expect(shown(starts)).toBe(expected));

  it('the lowest first where less is better', () =>
    expect(shown([end(31.41289), end(31.37136)], 'lowest')).toBe('2: 1 at 31.37136, 1 at 31.41289'));
});

describe('--restarts', () => {
  const told = ['--components', '3', '--restarts', '6', '--init', 'random-from-data', ...onCpu];
  const options = { nComponents: 3, nInit: 6, init: 'random-from-data', device: 'cpu' } as const;

  it('prints them beneath the iterations, and with --json each', async () => {
    const { starts = [] } = (await GaussianMixture.fit(pointsOf(faithful), options)).fitInfo;
    expect(await done('fit', faithful, ...told)).toMatch(/^iterations .*\nstarts +6: \d at -\d{4}\.\d/m);
    expect((await json('fit', faithful, ...told)).starts).toEqual(starts);
  });

  it('is alike for clusters, and for one start', async () => {
    const columns = ['--columns', 'petal_length,petal_width'];
    const points = pointsOf(iris, ['petal_length', 'petal_width']);
    const { starts } = (await KMeans.fit(points, { nClusters: 3, device: 'cpu' })).fitInfo;
    const found = await json('kmeans', iris, ...columns, '--clusters', '3', ...onCpu);
    expect(found.starts).toEqual(starts);
    expect(found.starts).toHaveLength(1);
  });

  it('notes say which component holds too few rows', async () => {
    const rows = ['a,b,c', '100,101,100', '103,99,104'];
    for (let i = 0; i < 40; i++)
      rows.push(`${Math.sin(7 * i)},${Math.sin(5 * i + 1)},${Math.sin(11 * i + 2)}`);
    const { code, stderr } = await run([
      'fit',
      put('few.csv', rows.join('\n')),
      '--components',
      '2',
      ...onCpu,
    ]);
    expect(stderr).toMatch(
      /^note: Component \d has collapsed: .* Component \d holds 2 rows in 3 features\./m,
    );
    expect(code).toBe(0);
  });
});
