/** Data on which mixtures break down: each ends in a fit with finite numbers and a note, or in a clear error. */
import {
  DegenerateCovarianceError,
  GaussianMixture,
  type GaussianMixtureOptions,
  type Points,
} from '../../src/index.js';
import { equal, near, ok, rejects } from '../support/assert.js';
import type { Case } from './case.js';

const fitAll = async (points: Points, options: GaussianMixtureOptions) => {
  for (const covarianceType of ['full', 'tied', 'diag', 'spherical'] as const) {
    const gmm = await GaussianMixture.fit(points, { ...options, covarianceType });
    for (const value of [...gmm.weights, ...gmm.means, ...gmm.covariances, gmm.fitInfo.logLikelihood]) {
      ok(Number.isFinite(value), `finite parameters for ${covarianceType}, got ${value}`);
    }
    near(
      gmm.weights.reduce((a, b) => a + b),
      1,
      { abs: 1e-9 },
      'sum of weights',
    );
  }
};

const duplicates = [...Array(5).fill([1, 1, 1, 1, 1]), ...Array(5).fill([0, 0, 0, 0, 0])];

export const degenerateCases: Case[] = [
  {
    name: 'two distinct rows, K = 10: regularised it fits and says what collapsed',
    async run(backend) {
      await fitAll(duplicates, { nComponents: 10, device: backend });
      const gmm = await GaussianMixture.fit(duplicates, { nComponents: 10, device: backend });
      ok(
        gmm.fitInfo.notes.some(note => note.kind === 'empty-component'),
        'a note on empty components',
      );
      ok(
        gmm.fitInfo.notes.some(note => note.kind === 'collapsed-component'),
        'a note on collapsed components',
      );
    },
  },
  {
    name: 'two distinct rows, regCovar 0: an error that names the component, the pivot and a remedy',
    async run(backend) {
      await rejects(
        () => GaussianMixture.fit(duplicates, { nComponents: 2, regCovar: 0, device: backend }),
        DegenerateCovarianceError,
        /component 0 is not positive definite \(pivot 1 of 5 is .*larger regCovar/,
      );
    },
  },
  {
    name: 'a single row',
    run: backend => fitAll([[3, -2]], { nComponents: 1, device: backend }),
  },
  {
    name: 'as many components as rows',
    run: backend =>
      fitAll(
        [
          [1, 2],
          [3, 1],
          [-2, 5],
        ],
        { nComponents: 3, init: 'random-from-data', device: backend },
      ),
  },
  {
    name: 'a constant column',
    run: backend =>
      fitAll(
        Array.from({ length: 50 }, (_, i) => [i % 7, 1e6, Math.sin(i)]),
        { nComponents: 2, device: backend },
      ),
  },
  {
    name: 'only constant columns',
    run: backend => fitAll(Array(20).fill([5, 5]), { nComponents: 2, device: backend }),
  },
  {
    name: 'one feature',
    run: backend =>
      fitAll(
        Array.from({ length: 60 }, (_, i) => [(i % 2) * 10 + Math.cos(i)]),
        { nComponents: 2, device: backend },
      ),
  },
  {
    name: 'a start that a component loses all its rows from keeps its parameters',
    async run(backend) {
      const points = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
      const gmm = await GaussianMixture.fit(points, {
        nComponents: 2,
        covarianceType: 'spherical',
        init: {
          means: [
            [0, 0],
            [1e4, 1e4],
          ],
          covariances: [1, 1],
        },
        maxIter: 3,
        tol: 0,
        device: backend,
      });
      equal(gmm.fitInfo.notes[0]?.kind, 'empty-component', 'note');
      equal(gmm.fitInfo.notes[0]?.component, 1, 'component');
      near(gmm.means[2], 1e4, { rel: 1e-12 }, 'its mean');
      near(gmm.covariances[1], 1, { rel: 1e-12 }, 'its variance');
      equal(gmm.weights[1], 0, 'its weight');
    },
  },
];
