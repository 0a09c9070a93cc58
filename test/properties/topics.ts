import fc from 'fast-check';
import { type Backend, LatentDirichletAllocation } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { checkFits } from './fits.js';
import type { PropertyModel } from './property.js';
import { oneOf, seeds } from './tables.js';

interface TopicsRecipe {
  readonly documents: number;
  readonly vocabulary: number;
  readonly length: number;
  readonly factor: number;
  readonly nComponents: number;
  readonly docTopicPrior: number;
  readonly topicWordPrior: number;
  readonly seed: number;
}

/** The bound's relative bound: it is a difference of sums as large as N log N of N words. */
const BOUND = { abs: 1e-3, rel: 1e-5 };

/** Latent Dirichlet allocation of counts of all sizes, whole and not. */
export const topics: PropertyModel<TopicsRecipe> = {
  name: 'topics',

  recipes: size =>
    fc.record({
      documents: fc.integer({ min: 1, max: size === 'test' ? 40 : 200 }),
      vocabulary: fc.integer({ min: 1, max: size === 'test' ? 30 : 200 }),
      length: oneOf(1, 10, 100, 1000),
      factor: oneOf(0.01, 1, 1, 1, 1e3, 1e6),
      nComponents: fc.integer({ min: 1, max: 12 }),
      docTopicPrior: oneOf(1e-3, 0.1, 1, 10),
      topicWordPrior: oneOf(1e-3, 0.1, 1, 10),
      seed: seeds,
    }),

  async examine({ documents, vocabulary, length, factor, ...options }, backends, findings) {
    const rng = createRng(options.seed, 6);
    const counts = Array.from({ length: documents }, () => {
      const row = new Float64Array(vocabulary);
      const focus = rng.integer(vocabulary);
      for (let word = 0; word < length; word++) {
        row[rng.uniform() < 0.5 ? (focus + rng.integer(5)) % vocabulary : rng.integer(vocabulary)] += factor;
      }
      return row;
    });
    const fit = (device: Backend) =>
      LatentDirichletAllocation.fit(counts, { ...options, maxIter: 5, tol: 0, device }) as Promise<
        LatentDirichletAllocation & Fitted
      >;
    const words = documents * length * factor;
    // Each document's q is found to 1e-3 only.
    const right = await checkFits(fit, backends, findings, { n: documents, falls: 1e-6 * words + 1e-6 });
    const { gpu, cpu } = backends;
    if (!right || !gpu) return;
    const bounds = [await right.score(counts, { device: gpu }), await right.score(counts, { device: cpu })];
    findings.near('bound', [bounds[0]], [bounds[1]], { bound: BOUND, allowance: () => 1e-6 * words });
  },
};

type Fitted = { readonly fitInfo: NonNullable<LatentDirichletAllocation['fitInfo']> & { device: string } };
