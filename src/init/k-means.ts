import { hard } from '../em/e-step/hard.js';
import { em } from '../em/em.js';
import { KMeansModel } from '../models/k-means.js';
import { hardStart, kMeansPlusPlusSeeds } from './k-means-plus-plus.js';
import { columnUnits, type Start } from './start.js';

/** A start need not be a converged clustering: stop early, as scikit-learn's tolerance of 1e-4 variances does. */
const TOLERANCE = { tol: 1e-4, maxIter: 100 };

/** Lloyd's k-means from k-means++ seeds: the M-step of its clusters. */
export const kMeans: Start = async (model, rows, options = {}) => {
  const seeds = await kMeansPlusPlusSeeds(model, rows, options);
  const clusters = new KMeansModel(model.nComponents, columnUnits(model, rows));
  const { signal } = options;
  const { parameters } = await em(clusters, { centers: seeds }, rows, { ...TOLERANCE, eStep: hard, signal });
  return hardStart(model, rows, parameters.centers);
};
