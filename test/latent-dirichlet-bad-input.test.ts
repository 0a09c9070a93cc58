import { describe, expect, test } from 'vitest';
import {
  cpu,
  type EmError,
  em,
  exact,
  factorised,
  InvalidArgumentError,
  InvalidDataError,
  LatentDirichlet,
  LatentDirichletAllocation,
  type LatentDirichletAllocationOptions,
  ModelFormatError,
  type SparseCounts,
} from '../src/index.js';

const fit = LatentDirichletAllocation.fit;

describe('bad input', () => {
  const good: SparseCounts = { data: [1, 2], indices: [0, 2], indptr: [0, 1, 2], shape: [2, 3] };
  const options = { nComponents: 2, device: 'cpu' } as const;

  async function failsWith(
    work: () => unknown,
    type: abstract new (...args: never[]) => EmError,
    message: RegExp,
  ) {
    const error = await Promise.resolve()
      .then(work)
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/\n|\[object/);
  }

  test.each([
    ['nothing', undefined, /Expected counts as/],
    ['no documents', [], /at least one document/],
    ['ragged documents', [[1, 2], [1]], /Document 1 has 1 counts where document 0 has 2/],
    ['a hole', Object.assign([[1, 2]], { 2: [4, 5] }), /Document 1 must be a list of counts, got nothing/],
    ['a negative count', { ...good, data: [1, -2] }, /Document 1 has count -2 for word 2/],
    ['a count that is none', [[1, Number.NaN]], /count NaN for word 1/],
    [
      'an index out of range',
      { ...good, indices: [0, 3] },
      /Document 1 has word index 3; expected integers from 0 to 2/,
    ],
    ['an index that is no integer', { ...good, indices: [0.5, 1] }, /word index 0.5/],
    ['a missing index', { ...good, indices: [0] }, /an index for each of 2 counts, got 1/],
    ['indices alone', { data: [1], indices: [0], shape: [1, 1] }, /both indices/],
    ['a decreasing indptr', { ...good, indptr: [0, 3, 2] }, /entry 2 is 2 after 3/],
    ['a short indptr', { ...good, indptr: [0, 2] }, /3 entries for 2 documents, got 2/],
    ['an indptr that begins late', { ...good, indptr: [1, 1, 2] }, /begin with 0, got 1/],
    ['an indptr of symbols', { ...good, indptr: [0, Symbol('x'), 2] }, /entry 1 is Symbol\(x\) after 0/],
    ['an indptr that ends early', { ...good, indptr: [0, 1, 1] }, /number of counts, 2, got 1/],
    ['a wrong length', { data: [1, 2, 3], shape: [2, 2] }, /2 × 2 = 4 counts for shape \[2, 2\], got 3/],
    [
      'no word at all',
      [
        [0, 0],
        [0, 0],
      ],
      /all empty/,
    ],
  ])('%s', (_, bad, message) => failsWith(() => fit(bad as never, options), InvalidDataError, message));

  test.each([
    [{ nComponents: 0 }, /nComponents must be an integer ≥ 1, got 0/],
    [{ docTopicPrior: 0 }, /docTopicPrior must be a finite number > 0, got 0/],
    [{ topicWordPrior: -1 }, /topicWordPrior/],
    [{ topicWordPrior: 1e-320 }, /topicWordPrior must be a finite number > 0, at least 2\^-1022, got 1e-320/],
    [{ learningMethod: 'stream' }, /'batch' or 'online', got "stream"/],
    [{ learningDecay: 0.5 }, /learningDecay must be in \(0.5, 1\].*got 0.5/],
    [{ learningDecay: 1.1 }, /got 1.1/],
    [{ learningDecay: Number.NaN }, /got NaN/],
    [{ learningOffset: -1 }, /learningOffset/],
    [{ batchSize: 0 }, /batchSize must be an integer ≥ 1/],
    [{ maxDocUpdateIter: 0 }, /maxDocUpdateIter/],
    [{ meanChangeTol: -1 }, /meanChangeTol/],
    [{ evaluateEvery: -1 }, /evaluateEvery/],
    [{ maxIter: 1.5 }, /maxIter/],
    [{ tol: -1 }, /tol/],
    [{ seed: -1 }, /seed/],
    [{ nTopics: 3 }, /Unknown option nTopics/],
    [{ init: [[1, 2, 3]] }, /2 topics of 3 words \(6 numbers\), got 3/],
    [
      {
        init: [
          [1, 2, 3],
          [1, 0, 3],
        ],
      },
      /init, topic 1, word 1, is 0; weights/,
    ],
    [
      {
        init: [
          [1, 2, 3],
          [1, 1e-320, 3],
        ],
      },
      /init, topic 1, word 1, is 1e-320; weights/,
    ],
    [{ init: 3n }, /got 3/],
    [{ init: 'kmeans' }, /init must be 'random', topics or a model, got "kmeans"/],
  ])('%o', (bad, message) =>
    failsWith(
      () => fit(good, { ...options, ...bad } as LatentDirichletAllocationOptions),
      InvalidArgumentError,
      message,
    ),
  );

  test('counts and files that a model cannot use', async () => {
    const lda = await fit(good, options);
    await failsWith(() => lda.transform([[1, 2]]), InvalidArgumentError, /has 3 words, the counts have 2/);
    await failsWith(() => lda.perplexity([[0, 0, 0]]), InvalidDataError, /all empty/);
    await failsWith(
      () => lda.partialFit([[1, 0, 0]], { totalDocuments: 0 }),
      InvalidArgumentError,
      /totalDocuments/,
    );
    const read = LatentDirichletAllocation.fromJSON;
    await failsWith(() => read('text'), ModelFormatError, /format/);
    await failsWith(
      () => read({ ...lda.toJSON(), version: 2 }),
      ModelFormatError,
      /version 1, got version 2/,
    );
    await failsWith(
      () => read({ ...lda.toJSON(), model: 'other' }),
      ModelFormatError,
      /"latent-dirichlet-allocation" model, got "other"/,
    );
    await failsWith(
      () => read({ ...lda.toJSON(), nFeatures: 4 }),
      ModelFormatError,
      /broken: components must have shape \[2, 4\] \(8 numbers\), got 6/,
    );
    await failsWith(() => read({ ...lda.toJSON(), components: undefined }), ModelFormatError, /lacks/);
    const rows = await cpu().loadCounts(good);
    const model = new LatentDirichlet({ nComponents: 2 });
    await failsWith(() => em(model, lda, rows, { eStep: exact }), InvalidArgumentError, /no exact E-step/);
    rows.dispose();
    await failsWith(() => em(model, lda, rows, { eStep: factorised() }), InvalidArgumentError, /disposed/);
  });
});
