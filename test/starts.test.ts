import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CovarianceName, cpu, GaussianMixture, parseCsv } from '../src/index.js';

/** Optima are mclust's (bench/starts.ts counts more seeds); wine is UCI's, 178 × 13. */
const pointsOf = (file: string, columns?: string[]) =>
  parseCsv(readFileSync(`test/reference/${file}.csv`, 'utf8'), columns && { columns }).points;
const iris = pointsOf('iris', ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']);
const device = cpu();

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
      let reached = 0;
      for (let seed = 0; seed < 10; seed++) {
        const { fitInfo } = await GaussianMixture.fit(pointsOf(file), {
          nComponents: k,
          covarianceType,
          seed,
          device,
        });
        const collapsed = fitInfo.notes.some(({ kind }) => kind === 'collapsed-component');
        if (!collapsed && fitInfo.logLikelihood > optimum - 0.5) reached++;
      }
      expect(reached).toBeGreaterThanOrEqual(atLeast);
    },
  );

  test('seed 0 finds the three irises', async () => {
    const { fitInfo } = await GaussianMixture.fit(iris, { nComponents: 3, device });
    expect(fitInfo.logLikelihood).toBeCloseTo(-180.185, 2);
  });
});

test.each([20, 50])('of %i starts none that collapses is kept', async nInit => {
  const { fitInfo } = await GaussianMixture.fit(iris, { nComponents: 3, nInit, device });
  expect(fitInfo.logLikelihood).toBeCloseTo(-180.185, 2);
  expect(fitInfo.notes.map(({ kind }) => kind)).not.toContain('collapsed-component');
});
