import fc from 'fast-check';
import { type Backend, BayesianGaussianMixture, type CovarianceName } from '../../src/index.js';
import { checkFits } from './fits.js';
import { checkScores } from './mixtures.js';
import type { PropertyModel } from './property.js';
import { features, oneOf, rowCounts, seeds, type TableRecipe, tableOf, tables } from './tables.js';

interface BayesianRecipe {
  readonly table: TableRecipe;
  readonly covarianceType: CovarianceName;
  readonly nComponents: number;
  readonly weightConcentrationPriorType: 'dirichlet-process' | 'dirichlet-distribution';
  readonly seed: number;
}

/** Bayesian Gaussian mixtures under variational Bayes. */
export const bayesianMixtures: PropertyModel<BayesianRecipe> = {
  name: 'bayesian',

  recipes: size =>
    fc.record({ d: features('test'), k: fc.integer({ min: 1, max: 6 }) }).chain(({ d, k }) =>
      fc.record({
        table: tables(d, rowCounts(k, d, size === 'test' ? 300 : 2000)),
        covarianceType: oneOf<CovarianceName>('full', 'tied', 'diag', 'spherical'),
        nComponents: fc.constant(k),
        weightConcentrationPriorType: oneOf<BayesianRecipe['weightConcentrationPriorType']>(
          'dirichlet-process',
          'dirichlet-distribution',
        ),
        seed: seeds,
      }),
    ),

  async examine({ table, ...options }, backends, findings) {
    const points = tableOf(table);
    const fit = (device: Backend) => BayesianGaussianMixture.fit(points, { ...options, maxIter: 10, device });
    // The prior's default covariance is that of the rows: singular ones have none.
    const refuses = ({ name }: Error) => name === 'DegenerateCovarianceError';
    const n = points.shape[0];
    const right = await checkFits(fit, backends, findings, { n, refuses, falls: undefined });
    if (right) await checkScores(right, points, backends, findings);
  },
};
