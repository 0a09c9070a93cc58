import { expect, test } from 'vitest';
import { EmError, HiddenMarkovModel, LatentDirichletAllocation } from '../../src/index.js';

/** Sizes that are declared, and not there, are refused before anything of their size is made. */

const onCpu = { device: 'cpu' } as const;
const sparse = (shape: [number, number], indices = [0, 1]) => ({
  data: [1, 2],
  indices,
  indptr: [0, 2],
  shape,
});
const chain = HiddenMarkovModel.fromParameters(
  { initialProbs: [1], transitionMatrix: [1], emission: { rates: [1] } },
  { emission: 'poisson' },
);

test.each([
  [
    'counts of 200 million words',
    () => LatentDirichletAllocation.fit(sparse([1, 2e8]), { nComponents: 2, ...onCpu }),
  ],
  [
    'one topic of as many',
    () => LatentDirichletAllocation.fit(sparse([1, 2e8]), { nComponents: 1, ...onCpu }),
  ],
  [
    'counts of 2^53 words',
    () => LatentDirichletAllocation.fit(sparse([1, 2 ** 53 - 1]), { nComponents: 2, ...onCpu }),
  ],
  [
    'two topics of ten million words in two counts',
    () => LatentDirichletAllocation.fit(sparse([1, 1e7]), { nComponents: 2, ...onCpu }),
  ],
  [
    'a document of 300 million words without any',
    () => LatentDirichletAllocation.fit([{ length: 3e8 }], { nComponents: 2, ...onCpu }),
  ],
  ['many documents', () => LatentDirichletAllocation.fit(sparse([2e8, 2]), { nComponents: 2, ...onCpu })],
  [
    'many topics of many words',
    () => LatentDirichletAllocation.fit(sparse([1, 1e6]), { nComponents: 1000, ...onCpu }),
  ],
  [
    'a million million topics',
    () => LatentDirichletAllocation.fit(sparse([1, 2]), { nComponents: 1e12, ...onCpu }),
  ],
  ['a long forecast', () => chain.forecast([1, 2], 1e12, onCpu)],
])('%s', async (_, work) => {
  const begun = performance.now();
  const before = process.memoryUsage.rss();
  const error = await Promise.resolve()
    .then<unknown>(work)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EmError);
  expect((error as EmError).code).toMatch(/^invalid-(argument|data)$/);
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 28);
});
