import {
  BayesianGaussianMixture,
  GaussianMixture,
  HiddenMarkovModel,
  hard,
  KMeans,
  LatentDirichletAllocation,
  type Matrix,
  Mixture,
  matrix,
  partial,
  type Rows,
  type WebGpuBackend,
  type WebGpuOptions,
} from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { randomChain, walked } from '../kernels/random-chain.js';
import { randomProblem } from '../kernels/random-model.js';
import { corpus } from '../support/lda-corpus.js';

/** One kind of work on a device, from loading to giving back. */
export interface Work {
  readonly name: string;
  /** What `lastGood` is an instance of, where the work is a fit. */
  readonly model?: object;
  /** Bytes of a binding, so that rows and counts are in several buffers. */
  readonly binding?: number;
  readonly options?: WebGpuOptions;
  /** Whether it can do without some of what it asks for. */
  readonly forgives?: boolean;
  /** @param onIteration to be called whenever a fit has a model that is good */
  run(backend: WebGpuBackend, onIteration: () => void): Promise<unknown>;
}

const { points, densities } = randomProblem(1500, 2, 3, 'full');
const rowsOf = matrix(points.data, points.shape);
const { chain, sequences, points: series } = randomChain({ nStates: 3, lengths: [700, 300, 1, 499] });
const { counts } = corpus({ n: 40, vocabulary: 30, nComponents: 3, length: 40 });
const visits = (() => {
  const rng = createRng(3);
  return matrix(
    Float64Array.from({ length: 600 }, () => Math.floor(9 * rng.uniform())),
    [300, 2],
  );
})();
const topics = (length: number) => Float64Array.from({ length }, (_, i) => -2 - ((i * 7) % 5));

type OnRows = (rows: Rows) => Promise<unknown>;

const onRows = (table: Matrix) => (work: OnRows) => async (backend: WebGpuBackend) => {
  const rows = await backend.load(table);
  try {
    return await work(rows);
  } finally {
    rows.dispose();
  }
};
const withRows = onRows(rowsOf);
const withChain = (work: (rows: ReturnType<typeof walked>) => Promise<unknown>) =>
  onRows(matrix(series.data, series.shape))(rows => work(walked(rows, sequences)));

const drain = async (values: AsyncIterable<unknown>) => {
  for await (const _ of values);
};

/** So many numbers that it pays to measure which tiles are fastest. */
const long = randomProblem(32_000, 1, 32, 'diag');

/** Work of backends, one kind each. */
export const SHORT_WORKS: readonly Work[] = [
  { name: 'load', binding: 4096, run: withRows(async () => {}) },
  {
    name: 'read and take',
    binding: 4096,
    run: withRows(async rows => [await rows.read(5, 900), await rows.take([1, 1400, 3])]),
  },
  { name: 'E-step', run: withRows(rows => rows.eStep(densities)) },
  {
    name: 'hard E-step of a block',
    run: withRows(rows => rows.eStep(densities, { assignment: 'hard', block: { index: 1, of: 2 } })),
  },
  {
    name: 'sampled E-step',
    run: withRows(rows => rows.eStep(densities, { assignment: { draws: 3, seed: 1, iteration: 2 } })),
  },
  {
    name: 'accumulate',
    run: withRows(rows => rows.accumulate(densities, (_, count) => new Float64Array(3 * count).fill(1 / 3))),
  },
  {
    name: 'posterior',
    run: withRows(rows => drain(rows.posterior(densities, { responsibilities: true }))),
  },
  {
    name: 'forward–backward',
    run: withChain(({ walks }) => walks.forwardBackward(chain)),
  },
  {
    name: 'smoothed',
    run: withChain(({ walks }) => drain(walks.smoothed(chain))),
  },
  { name: 'Viterbi', run: withChain(({ walks }) => walks.viterbi(chain)) },
  {
    name: 'documents',
    binding: 61_440,
    async run(backend) {
      const resident = await backend.loadCounts(counts);
      try {
        const documents = await resident.documentTopics({
          nComponents: 3,
          docTopicPrior: 0.3,
          maxDocUpdateIter: 10,
          meanChangeTol: 1e-3,
        });
        await documents.update(topics(3 * resident.words.length));
        return await documents.read();
      } finally {
        resident.dispose();
      }
    },
  },
];

/** Longer work: a tuner's; fits, which must hand the last good model of their own back; uses of models. */
export const LONG_WORKS: readonly Work[] = [
  {
    name: 'tuned E-step',
    options: { tuning: 'on', regime: 'streamed' },
    forgives: true,
    run: backend =>
      onRows(matrix(long.points.data, long.points.shape))(rows => rows.eStep(long.densities))(backend),
  },
  {
    name: 'mixture from k-means',
    model: GaussianMixture,
    run: (device, onIteration) =>
      GaussianMixture.fit(rowsOf, {
        nComponents: 3,
        init: 'k-means',
        maxIter: 4,
        tol: 0,
        device,
        onIteration,
      }),
  },
  {
    name: 'hard mixture',
    model: GaussianMixture,
    run: (device, onIteration) =>
      GaussianMixture.fit(rowsOf, { nComponents: 3, eStep: hard, maxIter: 4, tol: 0, device, onIteration }),
  },
  {
    name: 'incremental mixture with its ledger',
    model: GaussianMixture,
    run: (device, onIteration) =>
      GaussianMixture.fit(rowsOf, {
        nComponents: 3,
        eStep: partial({ blocks: 4 }),
        maxIter: 6,
        tol: 0,
        device,
        onIteration: ({ ledger }) => {
          onIteration();
          return ledger();
        },
      }),
  },
  {
    name: 'probabilities',
    model: GaussianMixture,
    async run(device) {
      const model = await GaussianMixture.fit(rowsOf, { nComponents: 2, maxIter: 1, tol: 0, device });
      return model.predictProba(rowsOf, { device });
    },
  },
  {
    name: 'counts',
    model: Mixture,
    run: (device, onIteration) =>
      Mixture.fit(visits, { family: 'poisson', nComponents: 2, maxIter: 4, tol: 0, device, onIteration }),
  },
  {
    name: 'clusters',
    model: KMeans,
    run: (device, onIteration) =>
      KMeans.fit(rowsOf, { nClusters: 4, maxIter: 4, tol: 0, device, onIteration }),
  },
  {
    name: 'Bayesian mixture',
    model: BayesianGaussianMixture,
    run: (device, onIteration) =>
      BayesianGaussianMixture.fit(rowsOf, { nComponents: 3, maxIter: 4, tol: 0, device, onIteration }),
  },
  {
    name: 'hidden Markov model',
    model: HiddenMarkovModel,
    run: (device, onIteration) =>
      HiddenMarkovModel.fit(matrix(series.data, series.shape), {
        nStates: 3,
        emission: 'gaussian',
        maxIter: 3,
        tol: 0,
        device,
        onIteration,
      }),
  },
  {
    name: 'decoding',
    model: HiddenMarkovModel,
    async run(device) {
      const data = matrix(series.data, series.shape);
      const model = await HiddenMarkovModel.fit(data, {
        nStates: 2,
        emission: 'gaussian',
        maxIter: 1,
        tol: 0,
        device,
      });
      return [await model.decode(data, { device }), await model.predictProba(data, { device })];
    },
  },
  {
    name: 'topics',
    model: LatentDirichletAllocation,
    run: (device, onIteration) =>
      LatentDirichletAllocation.fit(counts, { nComponents: 3, maxIter: 3, tol: 0, device, onIteration }),
  },
  {
    name: 'topics of documents',
    model: LatentDirichletAllocation,
    async run(device) {
      const model = await LatentDirichletAllocation.fit(counts, {
        nComponents: 3,
        maxIter: 1,
        tol: 0,
        device,
      });
      return model.transform(counts, { device });
    },
  },
];

export const WORKS: readonly Work[] = [...SHORT_WORKS, ...LONG_WORKS];
