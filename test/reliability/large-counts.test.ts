import { expect, test } from 'vitest';
import { InvalidDataError, LatentDirichletAllocation, Mixture } from '../../src/index.js';

/** Counts whose logarithms cancel by ten digits are fitted; what float64 does not count is refused. */

test('rounding of multinomial counts near 10^9 is not taken for a falling likelihood', async () => {
  const rows = [
    [762142323, 870730426],
    [555221873, 256489780],
    [375124041, 812732093],
    [756111424, 786691493],
    [266004280, 228295267],
    [209290299, 137516005],
    [611152529, 676643404],
    [234182053, 251623423],
  ];
  const options = { family: 'multinomial', nComponents: 3, device: 'cpu', seed: 80 } as const;
  const { fitInfo } = await Mixture.fit(rows, { ...options, maxIter: 3 });
  expect(fitInfo.logLikelihood).toBeCloseTo(-7677539.6163428, 5);
});

test.each(['poisson', 'multinomial'] as const)('a %s count beyond 2^53', async family => {
  const rows = [
    [6, 1],
    [2, 1e16],
    [1, 5],
  ];
  const refused = Mixture.fit(rows, { family, nComponents: 1, device: 'cpu' });
  await expect(refused).rejects.toThrow(/Row 1 is \[2, 10000000000000000\].* below 2\^53/);
  await expect(refused).rejects.toBeInstanceOf(InvalidDataError);
});

test('a word count beyond 2^53', async () => {
  const refused = LatentDirichletAllocation.fit([[1, 1e300]], { nComponents: 2, device: 'cpu' });
  await expect(refused).rejects.toThrow('Document 0 has count 1e+300 for word 1; counts must be below 2^53');
});
