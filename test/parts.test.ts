import { describe, expect, test } from 'vitest';
import {
  BayesianGaussianMixture,
  GaussianMixture,
  HiddenMarkovModel,
  InvalidArgumentError,
  KMeans,
  LatentDirichletAllocation,
  Mixture,
} from '../src/index.js';

const WEIGHTS = [0.25, 0.75];
const MEANS = [
  [0, 10],
  [20, 30],
];

describe('a component by itself is plain arrays', () => {
  const covariance = [
    [4, 1],
    [1, 9],
  ];
  test.each([
    [
      'full',
      [
        [
          [1, 0],
          [0, 1],
        ],
        covariance,
      ],
      covariance,
    ],
    ['tied', covariance, covariance],
    [
      'diag',
      [
        [1, 1],
        [4, 9],
      ],
      [
        [4, 0],
        [0, 9],
      ],
    ],
    [
      'spherical',
      [1, 5],
      [
        [5, 0],
        [0, 5],
      ],
    ],
  ] as const)('Gaussian, %s', (covarianceType, covariances, expected) => {
    const gmm = GaussianMixture.fromParameters(
      { weights: WEIGHTS, means: MEANS, covariances },
      { covarianceType },
    );
    expect(gmm.component(1)).toEqual({ weight: 0.75, mean: [20, 30], covariance: expected });
    const hmm = HiddenMarkovModel.fromParameters(
      {
        initialProbs: WEIGHTS,
        transitionMatrix: [
          [0.5, 0.5],
          [0.1, 0.9],
        ],
        emission: { means: MEANS, covariances },
      },
      { covarianceType },
    );
    expect(hmm.state(1)).toEqual({
      initialProb: 0.75,
      transitions: [0.1, 0.9],
      emission: { mean: [20, 30], covariance: expected },
    });
  });

  test('of counts, clusters, states and topics', async () => {
    const counts = Mixture.fromParameters({ weights: WEIGHTS, rates: MEANS }, { family: 'poisson' });
    expect(counts.component(0)).toEqual({ weight: 0.25, rates: [0, 10] });
    expect(KMeans.fromCenters(MEANS).center(1)).toEqual([20, 30]);
    const chain = {
      initialProbs: WEIGHTS,
      transitionMatrix: [
        [0.5, 0.5],
        [0.1, 0.9],
      ],
      emission: { rates: MEANS },
    };
    expect(HiddenMarkovModel.fromParameters(chain, { emission: 'poisson' }).state(1).emission).toEqual({
      rates: [20, 30],
    });
    const topics = await LatentDirichletAllocation.fit(
      [
        [3, 0],
        [0, 3],
      ],
      { nComponents: 2, device: 'cpu' },
    );
    expect(topics.topic(1)).toEqual([...topics.topics.subarray(2)]);
    const bayes = await BayesianGaussianMixture.fit([...MEANS, ...MEANS, [1, 9], [5, 5]], {
      nComponents: 2,
      device: 'cpu',
    });
    expect(bayes.component(1).mean).toEqual([...bayes.means.subarray(2)]);
  });

  test.each([2, -1, 0.5, '0' as never])('and %j is none of two', k => {
    const clusters = KMeans.fromCenters(MEANS);
    expect(() => clusters.center(k)).toThrow(InvalidArgumentError);
    expect(() => clusters.center(k)).toThrow(/index from 0 to 1/);
  });
});
