import { expect, test } from 'vitest';
import { GaussianMixture, NonFiniteError } from '../../src/index.js';

/** A row whose log density float64 cannot hold has no posterior: NaN is no answer. */

const model = GaussianMixture.fromParameters(
  { weights: [0.5, 0.5], means: [[0], [1]], covariances: [[1], [1]] },
  { covarianceType: 'diag' },
);
const rows = [[0.5], [9.97e36], [1e300]];
const use = { device: 'cpu' } as const;

test.each(['predict', 'predictProba', 'scoreSamples', 'score'] as const)('%s names the row', async name => {
  const refused = model[name](rows, use);
  await expect(refused).rejects.toBeInstanceOf(NonFiniteError);
  await expect(refused).rejects.toThrow('Row 2 is so far from every component');
});

test('a row that is merely far has an answer', async () => {
  expect([...(await model.predictProba(rows.slice(0, 2), use)).slice(0, 2)]).toEqual([0.5, 0.5]);
  expect(await model.score(rows.slice(0, 2), use)).toBeLessThan(-1e73);
});
