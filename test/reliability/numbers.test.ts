import { describe, expect, test } from 'vitest';
import * as api from '../../src/index.js';
import {
  BayesianGaussianMixture,
  constrained,
  EmError,
  GaussianMixture,
  gradient,
  HiddenMarkovModel,
  InvalidArgumentError,
  KMeans,
  LatentDirichletAllocation,
  Mixture,
  maximumAPosteriori,
  OnlineGaussianMixture,
  partial,
  sampled,
  stepwise,
  tempered,
} from '../../src/index.js';

/** Whatever stands where a number belongs, text from a form above all, is refused by name before anything is computed. */

const points = [
  [1, 2],
  [2, 1],
  [4, 4],
  [5, 3],
  [1, 1],
  [5, 5],
];
const counts = [
  [1, 0],
  [2, 1],
  [0, 4],
  [1, 3],
];
const onCpu = { device: 'cpu' } as const;
// biome-ignore lint/suspicious/noExplicitAny: what is given is wrong on purpose
type Anything = any;
const mixture = GaussianMixture.fromParameters({
  weights: [1],
  means: [[0, 0]],
  covariances: [[1, 0, 0, 1]],
});
const chain = HiddenMarkovModel.fromParameters(
  { initialProbs: [0.5, 0.5], transitionMatrix: [0.5, 0.5, 0.5, 0.5], emission: { rates: [1, 2] } },
  { emission: 'poisson' },
);

const NO_NUMBERS: [string, unknown][] = [
  ['"1"', '1'],
  ['"0.6"', '0.6'],
  ['""', ''],
  ['true', true],
  ['null', null],
  ['an array of 0', []],
  ['NaN', Number.NaN],
  ['an object', {}],
];

/** What takes numbers: how it is told one by name, and which there are. */
const TAKERS: Record<string, { names: string[]; give(option: Anything): unknown }> = {
  'GaussianMixture.fit': {
    names: ['nComponents', 'nInit', 'tol', 'maxIter', 'seed', 'regCovar'],
    give: option => GaussianMixture.fit(points, { nComponents: 2, ...onCpu, ...option }),
  },
  'Mixture.fit of binomials': {
    names: ['nComponents', 'nInit', 'tol', 'maxIter', 'seed', 'trials'],
    give: option =>
      Mixture.fit(counts, { family: 'binomial', nComponents: 2, trials: 4, ...onCpu, ...option }),
  },
  'Mixture.fit of multinomials': {
    names: ['trials'],
    give: option => Mixture.fit(counts, { family: 'multinomial', nComponents: 2, ...onCpu, ...option }),
  },
  'BayesianGaussianMixture.fit': {
    names: [
      ...['nComponents', 'nInit', 'tol', 'maxIter', 'seed', 'regCovar', 'weightConcentrationPrior'],
      ...['meanPrecisionPrior', 'degreesOfFreedomPrior'],
    ],
    give: option => BayesianGaussianMixture.fit(points, { nComponents: 2, ...onCpu, ...option }),
  },
  'KMeans.fit': {
    names: ['nClusters', 'nInit', 'tol', 'maxIter', 'seed', 'beta'],
    give: option => KMeans.fit(points, { nClusters: 2, ...onCpu, ...option }),
  },
  'LatentDirichletAllocation.fit': {
    names: [
      ...['nComponents', 'docTopicPrior', 'topicWordPrior', 'tol', 'maxIter', 'batchSize', 'learningDecay'],
      ...['learningOffset', 'evaluateEvery', 'maxDocUpdateIter', 'meanChangeTol', 'seed'],
    ],
    give: option => LatentDirichletAllocation.fit(counts, { nComponents: 2, ...onCpu, ...option }),
  },
  'HiddenMarkovModel.fit': {
    names: ['nStates', 'regCovar', 'nInit', 'tol', 'maxIter', 'seed'],
    give: option => HiddenMarkovModel.fit([points], { nStates: 2, ...onCpu, ...option }),
  },
  'HiddenMarkovModel.fit of symbols': {
    names: ['nSymbols'],
    give: option =>
      HiddenMarkovModel.fit([0, 1, 0, 1], { nStates: 2, emission: 'categorical', ...onCpu, ...option }),
  },
  'priors of a hidden Markov model': {
    names: ['initialProbs', 'transitionMatrix'],
    give: priors => HiddenMarkovModel.fit([points], { nStates: 2, priors, ...onCpu }),
  },
  OnlineGaussianMixture: {
    names: ['nComponents', 'regCovar', 'seed', 'exponent', 'delay'],
    give: option => new OnlineGaussianMixture({ nComponents: 2, ...option }),
  },
  tempered: { names: ['beta'], give: ({ beta }) => tempered(beta) },
  'a schedule': { names: ['beta'], give: ({ beta }) => tempered([0.5, beta]) },
  sampled: { names: ['draws', 'seed', 'average'], give: sampled },
  partial: { names: ['blocks'], give: partial },
  stepwise: { names: ['blocks', 'exponent', 'delay'], give: stepwise },
  gradient: { names: ['learningRate', 'steps'], give: gradient },
  'bounds on mass': {
    names: ['min', 'max'],
    give: mass => GaussianMixture.fit(points, { nComponents: 2, ...onCpu, eStep: constrained({ mass }) }),
  },
  'maximumAPosteriori of weights': {
    names: ['weights'],
    give: option =>
      GaussianMixture.fit(points, { nComponents: 2, ...onCpu, mStep: maximumAPosteriori(option) }),
  },
  'a Gaussian prior': {
    names: ['meanPrecision', 'degreesOfFreedom'],
    give: components =>
      GaussianMixture.fit(points, { nComponents: 2, ...onCpu, mStep: maximumAPosteriori({ components }) }),
  },
  'a gamma prior': {
    names: ['shape', 'rate'],
    give: option =>
      Mixture.fit(counts, {
        ...{ family: 'poisson', nComponents: 2, ...onCpu },
        mStep: maximumAPosteriori({ components: { shape: 2, rate: 1, ...option } }),
      }),
  },
  'sample of a mixture': { names: ['n', 'seed'], give: ({ n = 1, ...rest }) => mixture.sample(n, rest) },
  'sample of a chain': { names: ['n', 'seed'], give: ({ n = 1, ...rest }) => chain.sample(n, rest) },
  'a forecast': { names: ['h'], give: ({ h }) => chain.forecast([1, 2, 3], h, onCpu) },
  'partialFit of topics': {
    names: ['totalDocuments'],
    give: async option =>
      (await LatentDirichletAllocation.fit(counts, { nComponents: 2, maxIter: 1, ...onCpu })).partialFit(
        counts,
        option,
      ),
  },
  'one component': { names: ['index'], give: ({ index }) => mixture.component(index) },
  em: {
    names: ['tol', 'maxIter'],
    give: async option => {
      const model = api.mixture(api.gaussian(), { nComponents: 1 });
      const rows = await api.cpu().load(api.matrix(Float64Array.of(1, 2, 3), [3, 1]));
      return api.em(model, await api.kMeansPlusPlus(model, rows), rows, option);
    },
  },
};

async function refusal(work: () => unknown): Promise<unknown> {
  try {
    return { accepted: await work() };
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(TAKERS))('%s', (_, { names, give }) => {
  test.each(names)('%s', async name => {
    for (const [got, value] of NO_NUMBERS) {
      const error = await refusal(() => give({ [name]: value }));
      expect(error, got).toBeInstanceOf(InvalidArgumentError);
      expect((error as Error).message).not.toMatch(/\[object|\n/);
      if (got !== 'an array of 0') expect((error as Error).message).toContain(`got ${got}`);
    }
  });
});

/** Lists of numbers, of which one entry is none. */
const LISTS: Record<string, (entry: Anything) => unknown> = {
  weights: entry =>
    GaussianMixture.fromParameters({ weights: [0.5, entry], means: [[0], [1]], covariances: [[[1]], [[1]]] }),
  means: entry => GaussianMixture.fromParameters({ weights: [1], means: [[entry]], covariances: [[[1]]] }),
  covariances: entry =>
    GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: [[[entry]]] }),
  rates: entry =>
    Mixture.fromParameters({ weights: [1], rates: [[entry]] } as Anything, { family: 'poisson' }),
  'a start of labels': init =>
    GaussianMixture.fit(points, { nComponents: 2, ...onCpu, init: [0, 1, 0, 1, 0, init] }),
  'a start of parameters': entry =>
    GaussianMixture.fit(points, {
      ...{ nComponents: 1, ...onCpu },
      init: { means: [[1, entry]], covariances: [[1, 0, 0, 1]] },
    }),
  centres: entry => KMeans.fit(points, { nClusters: 1, ...onCpu, init: [[1, entry]] }),
  'known labels': entry =>
    GaussianMixture.fit(points, {
      ...{ nComponents: 2, ...onCpu },
      eStep: constrained({ labels: [0, 1, -1, -1, -1, entry] }),
    }),
  'linked rows': entry =>
    GaussianMixture.fit(points, {
      ...{ nComponents: 2, ...onCpu },
      eStep: constrained({ mustLink: [[0, entry]] }),
    }),
  'shares of mass': entry =>
    GaussianMixture.fit(points, {
      ...{ nComponents: 2, ...onCpu },
      eStep: constrained({ mass: { min: [0.1, entry] } }),
    }),
  levels: entry =>
    Mixture.fit(counts, { family: 'categorical', nComponents: 1, levels: [5, entry], ...onCpu }),
  meanPrior: entry =>
    BayesianGaussianMixture.fit(points, { nComponents: 2, ...onCpu, meanPrior: [0, entry] }),
  covariancePrior: entry =>
    BayesianGaussianMixture.fit(points, {
      nComponents: 2,
      ...onCpu,
      covariancePrior: [
        [1, 0],
        [0, entry],
      ],
    }),
  'the mean of a prior': mean =>
    GaussianMixture.fit(points, {
      ...{ nComponents: 2, ...onCpu },
      mStep: maximumAPosteriori({ components: { mean: [0, mean] } }),
    }),
  transitionMatrix: entry =>
    HiddenMarkovModel.fit([points], {
      ...{ nStates: 2, ...onCpu },
      init: {
        transitionMatrix: [
          [0.5, 0.5],
          [0, entry],
        ],
      },
    }),
  'concentrations of transitions': entry =>
    HiddenMarkovModel.fit([points], {
      ...{ nStates: 2, ...onCpu },
      priors: {
        transitionMatrix: [
          [1, 1],
          [1, entry],
        ],
      },
    }),
  'lengths of sequences': entry =>
    HiddenMarkovModel.fit(points, { nStates: 2, lengths: [5, entry], ...onCpu }),
  'weights of sequences': entry =>
    HiddenMarkovModel.fit(points, { nStates: 2, lengths: [3, 3], weights: [1, entry], ...onCpu }),
  topics: entry => LatentDirichletAllocation.fit(counts, { nComponents: 1, init: [[1, entry]], ...onCpu }),
  rows: entry => GaussianMixture.fit([[1], [entry]], { nComponents: 1, ...onCpu }),
  counts: entry => LatentDirichletAllocation.fit([[1, entry]], { nComponents: 1, ...onCpu }),
  'sparse counts': entry =>
    LatentDirichletAllocation.fit(
      { data: [1, entry], indices: [0, 1], indptr: [0, 2], shape: [1, 2] },
      { nComponents: 1, ...onCpu },
    ),
  'a sequence of numbers': entry => HiddenMarkovModel.fit([1, 2, entry], { nStates: 1, ...onCpu }),
  'sequences of numbers': entry =>
    HiddenMarkovModel.fit(
      [
        [1, 2, entry],
        [1, 2],
      ],
      { nStates: 1, ...onCpu },
    ),
};

describe('an entry that is no number', () => {
  test.each(Object.entries(LISTS))('of %s', async (_, give) => {
    for (const [got, value] of NO_NUMBERS) {
      const error = await refusal(() => give(value));
      expect(error, got).toBeInstanceOf(EmError);
      expect((error as EmError).code, got).toMatch(/^invalid-(argument|data)$/);
    }
  });
});
