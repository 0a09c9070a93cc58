import { afterAll, describe, expect, test } from 'vitest';
import {
  type Backend,
  cpu,
  type DocumentSettings,
  LatentDirichletAllocation,
  type ResidentCounts,
  type SparseCounts,
  webgpu,
} from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, identical, near } from '../support/assert.js';
import { corpus } from '../support/lda-corpus.js';

const gpu = await webgpu();
afterAll(() => gpu.dispose());

/** Documents, words and topics off every boundary: quads, lanes, groups of lanes, sums of 64. */
const SHAPES = [
  { n: 1, vocabulary: 1, nComponents: 1, length: 3 },
  { n: 7, vocabulary: 5, nComponents: 2, length: 20 },
  { n: 65, vocabulary: 40, nComponents: 3, length: 30 },
  { n: 300, vocabulary: 10, nComponents: 5, length: 30 },
  { n: 130, vocabulary: 100, nComponents: 20, length: 100 },
  { n: 20, vocabulary: 300, nComponents: 63, length: 400 },
  { n: 9, vocabulary: 30, nComponents: 257, length: 50 },
  { n: 5, vocabulary: 20, nComponents: 1024, length: 30 },
];

const settingsOf = (nComponents: number, maxDocUpdateIter = 100): DocumentSettings => ({
  nComponents,
  docTopicPrior: 1 / nComponents,
  maxDocUpdateIter,
  meanChangeTol: 1e-4,
});

/** E[log β] of some topics, with words that one topic alone has. */
function logTopics({ words }: ResidentCounts, nComponents: number, seed = 1): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: words.length * nComponents }, (_, i) =>
    i % 7 === 0 ? -300 : -4 + 2 * rng.normal(),
  );
}

describe.each(SHAPES)('n $n, V $vocabulary, K $nComponents', shape => {
  const { counts } = corpus(shape);
  const k = shape.nComponents;

  test.each([1, 100])('%i updates of γ: statistics, bound and γ equal the CPU’s', async maxDocUpdateIter => {
    const [expected, actual] = await Promise.all(
      [cpu(), gpu].map(async backend => {
        const resident = await backend.loadCounts(counts);
        const documents = await resident.documentTopics(settingsOf(k, maxDocUpdateIter));
        const first = await documents.update(logTopics(resident, k));
        const second = await documents.update(logTopics(resident, k, 2));
        const gamma = await documents.read();
        resident.dispose();
        return { first, second, gamma };
      }),
    );
    near(actual.first.bound, expected.first.bound, { rel: 1e-5 }, 'bound');
    near(actual.second.bound, expected.second.bound, { rel: 1e-5 }, 'bound of the second step');
    const words = expected.first.sums.reduce((sum, value) => sum + value, 0);
    allNear(actual.first.sums, expected.first.sums, { rel: 1e-3, abs: 1e-5 * words }, 'sums');
    allNear(actual.gamma, expected.gamma, { rel: 1e-3, abs: 2e-3 }, 'γ');
  });
});

describe('the kernels', () => {
  const { counts } = corpus(SHAPES[4]);

  test('give the same bits again', async () => {
    const run = async () => {
      const resident = await gpu.loadCounts(counts);
      const documents = await resident.documentTopics(settingsOf(20));
      const { sums, bound } = await documents.update(logTopics(resident, 20));
      const gamma = await documents.read();
      resident.dispose();
      return [...sums, bound, ...gamma];
    };
    identical(await run(), await run());
  });

  test('differ for other topics (negative control)', async () => {
    const resident = await gpu.loadCounts(counts);
    const documents = await resident.documentTopics(settingsOf(20));
    const a = await documents.update(logTopics(resident, 20));
    const b = await documents.update(logTopics(resident, 20, 2));
    resident.dispose();
    expect(() => near(a.bound, b.bound, { rel: 1e-5 })).toThrow(/off by/);
    expect(() => allNear(a.sums, b.sums, { rel: 1e-3, abs: 1e-2 })).toThrow(/off by/);
  });

  test('give all memory back', async () => {
    const backend = await webgpu();
    const resident = await backend.loadCounts(counts);
    const own = backend.memory;
    const documents = await resident.documentTopics(settingsOf(20));
    await documents.update(logTopics(resident, 20));
    documents.dispose();
    expect(backend.memory).toEqual(own);
    await resident.documentTopics(settingsOf(20));
    resident.dispose();
    expect(backend.memory).toEqual({ buffers: 0, bytes: 0 });
    await expect(documents.update(logTopics(resident, 20))).rejects.toThrow(/disposed/);
    backend.dispose();
  });
});

/** Documents that topics explain all but wholly: their bound is nearly 0, its terms are as large as N log N. */
const CERTAIN: SparseCounts = {
  data: [3, 2, 4, 2],
  indices: [0, 1, 0, 1],
  indptr: [0, 1, 2, 3, 4],
  shape: [4, 2],
};

describe.each([1, 1e2, 1e4, 1e6, 1e8, 1e9])('counts × %i', factor => {
  const times = (counts: SparseCounts): SparseCounts => ({
    ...counts,
    data: Array.from(counts.data, n => factor * n),
  });

  test('at given topics: bound, γ and statistics of float64', async () => {
    const counts = times(corpus({ n: 60, vocabulary: 50, nComponents: 4, length: 60 }).counts);
    const [expected, actual] = await Promise.all(
      [cpu(), gpu].map(async backend => {
        const resident = await backend.loadCounts(counts);
        const documents = await resident.documentTopics(settingsOf(4));
        const first = await documents.update(logTopics(resident, 4));
        const second = await documents.update(logTopics(resident, 4, 2));
        const gamma = await documents.read();
        resident.dispose();
        return { bounds: [first.bound, second.bound], sums: second.sums, gamma };
      }),
    );
    const words = expected.sums.reduce((sum, value) => sum + value, 0);
    actual.bounds.forEach((bound, i) => {
      near(bound, expected.bounds[i], { rel: 3e-6 }, `bound ${i}`);
    });
    allNear(actual.sums, expected.sums, { rel: 1e-4, abs: 1e-6 * words }, 'sums');
    allNear(actual.gamma, expected.gamma, { rel: 1e-3, abs: 1e-5 * words }, 'γ');
  });

  test.each([
    ['in doubt', corpus({ n: 60, vocabulary: 50, nComponents: 4, length: 60 }).counts],
    ['certain', CERTAIN],
  ])('of a fitted model, words that are %s: the bound of float64', async (_, counts) => {
    const options = { nComponents: 2, maxIter: 20, tol: 0 };
    const model = await LatentDirichletAllocation.fit(times(counts), { ...options, device: gpu });
    const score = (device: Backend) => model.score(times(counts), { device });
    near(await score(gpu), await score(cpu()), { rel: 3e-6 }, 'bound');
    const exact = await LatentDirichletAllocation.fit(times(counts), { ...options, device: 'cpu' });
    near(model.fitInfo.bound, exact.fitInfo.bound, { rel: 1e-5 }, 'bound of the fit');
  });
});
