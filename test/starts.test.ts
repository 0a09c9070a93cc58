import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { acquireDevice } from '../src/backends/webgpu/device/device.js';
import {
  type CovarianceName,
  cpu,
  GaussianMixture,
  KMeans,
  matrix,
  parseCsv,
  type StartInfo,
  webgpu,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';

/** Optima are mclust's (bench/starts.ts counts more seeds); wine is UCI's, 178 × 13. */
const pointsOf = (file: string, columns?: string[]) =>
  parseCsv(readFileSync(`test/reference/${file}.csv`, 'utf8'), columns && { columns }).points;
const iris = pointsOf('iris', ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']);
const device = cpu();

const collapses = ({ fitInfo }: GaussianMixture) =>
  fitInfo?.notes.some(({ kind }) => kind === 'collapsed-component') ?? false;

describe('one start with default options', () => {
  const problems: [file: string, k: number, type: CovarianceName, optimum: number, seeds: number][] = [
    ['faithful', 3, 'tied', -1126.326, 10],
    ['faithful', 3, 'full', -1127.199, 10],
    ['galaxies', 3, 'full', -778.523, 10],
    ['galaxies', 6, 'full', -764.577, 10],
    ['wine', 3, 'diag', -3294.27, 10],
    ['wine', 3, 'tied', -3171.229, 3],
    ['galaxies', 4, 'full', -765.694, 3],
  ];
  test.each(problems)(
    '%s, %i components, %s, ends near %f',
    async (file, k, covarianceType, optimum, atLeast) => {
      const points = pointsOf(file);
      let reached = 0;
      for (let seed = 0; seed < 10; seed++) {
        const fit = await GaussianMixture.fit(points, { nComponents: k, covarianceType, seed, device });
        if (!collapses(fit) && fit.fitInfo.logLikelihood > optimum - 0.5) reached++;
      }
      expect(reached).toBeGreaterThanOrEqual(atLeast);
    },
  );

  test('seed 0 finds the three irises', async () => {
    const { fitInfo } = await GaussianMixture.fit(iris, { nComponents: 3, device });
    expect(fitInfo.logLikelihood).toBeCloseTo(-180.185, 2);
  });
});

test('a default fit ends within a tenth of a nat of the optimum that it went to', async () => {
  const points = pointsOf('galaxies');
  const onward = { tol: 1e-11, maxIter: 20_000, accelerate: 'none', device } as const;
  for (const seed of [8, 10, 39]) {
    const fit = await GaussianMixture.fit(points, { nComponents: 6, seed, device });
    const { fitInfo } = await GaussianMixture.fit(points, { nComponents: 6, init: fit, ...onward });
    expect(fitInfo.logLikelihood - fit.fitInfo.logLikelihood).toBeLessThan(0.1);
  }
});

/** Two groups, and one row eight times: a component may collapse upon it. */
const rng = createRng(1, 2);
const draws = Array.from({ length: 80 }, (_, i) => [(i < 40 ? 0 : 6) + rng.normal(), rng.normal()]);
const repeated = matrix(Float64Array.from([...draws, ...new Array(8).fill([3, 5])].flat()), [88, 2]);

describe('of several starts', () => {
  test.each([20, 50])('%i, none that collapses is kept', async nInit => {
    const fit = await GaussianMixture.fit(iris, { nComponents: 3, nInit, device });
    expect(fit.fitInfo.logLikelihood).toBeCloseTo(-180.185, 2);
    expect(collapses(fit)).toBe(false);
  });

  test('the best of those without a collapsed component is kept, and how each ended', async () => {
    const fit = await GaussianMixture.fit(repeated, {
      ...{ nComponents: 3, nInit: 8, init: 'random-from-data', device },
    });
    const starts: readonly StartInfo[] = fit.fitInfo.starts ?? [];
    expect(starts.map(({ collapsed }) => collapsed).sort()).toEqual([false, ...new Array(7).fill(true)]);
    const objective = fit.fitInfo.logLikelihood;
    expect(starts).toContainEqual({ objective, collapsed: false, stopReason: 'tolerance' });
    expect(Math.min(...starts.map(start => start.objective))).toBe(objective);
    expect(collapses(fit)).toBe(false);
  });

  test('a collapsed component is kept where all have one, with its note', async () => {
    const fit = await GaussianMixture.fit(repeated, {
      ...{ nComponents: 3, nInit: 8, init: 'k-means++', device },
    });
    const { starts = [], logLikelihood, notes } = fit.fitInfo;
    expect(starts.every(({ collapsed }) => collapsed)).toBe(true);
    expect(logLikelihood).toBe(Math.max(...starts.map(({ objective }) => objective)));
    expect(notes).toMatchObject([{ kind: 'collapsed-component' }]);
    expect(notes[0].message).toMatch(/^Component \d has collapsed: regCovar \(0.000001\) outweighs/);
  });

  test('one that fails leaves the others, and a note', async () => {
    const gpu = await acquireDevice();
    const told = { nComponents: 2, seed: 3, device: await webgpu(gpu) };
    const expected = await GaussianMixture.fit(iris, told);
    const fit = await GaussianMixture.fit(iris, {
      ...{ ...told, nInit: 2 },
      onIteration: ({ restart }) => restart === 1 && gpu.destroy(),
    });
    expect(fit.means).toEqual(expected.means);
    const objective = expected.fitInfo.logLikelihood;
    expect(fit.fitInfo.starts).toEqual([
      { objective, collapsed: false, stopReason: 'tolerance' },
      { objective: Number.NaN, collapsed: false, stopReason: 'failed' },
    ]);
    expect(fit.fitInfo.notes).toMatchObject([{ kind: 'failed-start' }]);
    expect(fit.fitInfo.notes[0].message).toMatch(
      /^1 of 2 starts failed; the fit is the best of the others. What failed: .*lost/,
    );
  });

  test('k-means keeps the least inertia', async () => {
    const { inertia, starts = [] } = (await KMeans.fit(iris, { nClusters: 5, nInit: 6, device })).fitInfo;
    expect(starts).toHaveLength(6);
    expect(new Set(starts.map(({ objective }) => objective)).size).toBeGreaterThan(1);
    expect(inertia).toBe(Math.min(...starts.map(({ objective }) => objective)));
  });
});

describe('a note names', () => {
  const notesOf = async (points: Parameters<typeof GaussianMixture.fit>[0], nComponents: number) =>
    (await GaussianMixture.fit(points, { nComponents, device })).fitInfo.notes;

  test('a column that does not vary, once for all components', async () => {
    const notes = await notesOf(
      draws.map(([a, b]) => [a, 7, b]),
      2,
    );
    expect(notes).toHaveLength(1);
    expect(notes[0].kind).toBe('constant-column');
    expect(notes[0].message).toMatch(/^Column 1 has one value in all rows/);
  });

  test('a column that follows from those before it', async () => {
    const notes = await notesOf(
      draws.map(([a, b]) => [a, b, a - 2 * b]),
      1,
    );
    expect(notes.map(({ kind }) => kind)).toEqual(['narrow-feature']);
    expect(notes[0].message).toContain('feature 2 given those before it');
  });

  test('a collapsed component of fewer rows than features, with both counts', async () => {
    const far = [3, 4, 5].map(x => [100 + x, 100 + x * x, 90 - x, 80 + 1 / x]);
    const notes = await notesOf([...draws.map(([a, b]) => [a, b, a * b, b * b]), ...far], 2);
    expect(notes).toMatchObject([{ kind: 'collapsed-component' }]);
    expect(notes[0].message).toContain('holds 3 rows in 4 features.');
  });

  test('a component that holds parts of many rows, fewer than its covariance needs', async () => {
    const share = 2.5 / draws.length;
    const shares = Float64Array.from(draws.flatMap(() => [1 - share, share]));
    const init = { data: shares, shape: [draws.length, 2] as const };
    const { fitInfo } = await GaussianMixture.fit(draws, { nComponents: 2, init, maxIter: 1, device });
    expect(fitInfo.notes).toMatchObject([{ kind: 'few-rows', component: 1 }]);
    expect(fitInfo.notes[0].message).toMatch(
      /^Component 1 holds 2.5 rows in 2 features. Its covariance needs 3: /,
    );
  });
});
