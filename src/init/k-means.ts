import { em } from '../em.js';
import type { Mixture, MixtureParameters } from '../models/mixture.js';
import type { Model } from '../models/model.js';
import { kMeansPlusPlusSeeds } from './k-means-plus-plus.js';
import { commonCovariance, type Start } from './start.js';

/** A start need not be a converged clustering: stop early, as scikit-learn's tolerance of 1e-4 variances does. */
const TOLERANCE = { tol: 1e-4, maxIter: 100 };

/** Lloyd's k-means from k-means++ seeds: weights, means and covariances of its clusters. */
export const kMeans: Start = async (model, rows, options = {}) => {
  const seeds = await kMeansPlusPlusSeeds(model, rows, options);
  const { parameters } = await em(lloyd(model), commonCovariance(model, rows, seeds), rows, {
    ...TOLERANCE,
    eStep: 'hard',
    signal: options.signal,
  });
  return model.mStep(await model.eStep(parameters, rows, 'hard'), parameters).parameters;
};

/** k-means is EM with hard responsibilities in which only the means move. */
function lloyd(model: Mixture): Model<MixtureParameters> {
  return {
    eStep: (parameters, rows, rule) => model.eStep(parameters, rows, rule),
    mStep(statistics, previous) {
      const { means } = model.mStep(statistics, previous).parameters;
      return { parameters: { ...previous, means }, notes: [] };
    },
    mStepShortfall: () => 0,
  };
}
