import { cpu, LatentDirichletAllocation } from '../../src/index.js';
import { near } from '../support/assert.js';
import { corpus } from '../support/lda-corpus.js';
import type { Case } from './case.js';

/** What documents are, and the bound's steps that are compared. */
interface Documents {
  readonly scale: number;
  readonly length: number;
  readonly nComponents: number;
  readonly docTopicPrior?: number;
  readonly maxIter: number;
}

const cases: readonly Documents[] = [
  { scale: 1, length: 1, nComponents: 100, maxIter: 0 },
  { scale: 0.1, length: 1, nComponents: 20, docTopicPrior: 1e-3, maxIter: 0 },
  { scale: 0.01, length: 5, nComponents: 50, docTopicPrior: 1e-3, maxIter: 2 },
  { scale: 0.01, length: 500, nComponents: 100, maxIter: 4 },
  { scale: 1e6, length: 200, nComponents: 5, maxIter: 3 },
  { scale: 1e9, length: 2000, nComponents: 2, docTopicPrior: 10, maxIter: 2 },
  { scale: 1e13, length: 20, nComponents: 5, maxIter: 1 },
];

/** float64's own rounding of terms as large as N log N, of N words. */
const noise = (words: number) => 1e-14 * words * Math.log1p(words);

export const topicCases: Case[] = cases.map(({ scale, length, nComponents, docTopicPrior, maxIter }) => ({
  name: `topics of documents of ${length} words times ${scale}: the bound is float64's, ${nComponents} topics, prior ${docTopicPrior ?? '1/K'}`,
  async run(device) {
    const { counts } = corpus({ n: 30, vocabulary: 40, nComponents: 3, length });
    const data = Array.from(counts.data, count => scale * count);
    const options = { nComponents, docTopicPrior, maxIter, tol: 0, seed: 1 };
    const fit = { ...options, device };
    const own = await LatentDirichletAllocation.fit({ ...counts, data }, fit);
    const right = await LatentDirichletAllocation.fit({ ...counts, data }, { ...options, device: cpu() });
    const abs = 30 * 1e-4 + noise(data.reduce((sum, count) => sum + count, 0));
    for (const [step, bound] of right.fitInfo.history.entries()) {
      near(own.fitInfo.history[step], bound, { abs: abs + 1e-5 * Math.abs(bound) }, `bound ${step}`);
    }
  },
}));
