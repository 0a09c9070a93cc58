import { GaussianMixture } from '../../estimators/gaussian-mixture.js';
import { counted, formatSummary, partsTable } from '../summary.js';
import type { OpenModel } from './kind.js';
import { type Criteria, likelihoodPairs } from './likelihood.js';
import { openMixture } from './mixture-like.js';
import type { PointsInput } from './points.js';

export function openGaussianMixture(json: unknown): OpenModel<PointsInput> {
  const model = GaussianMixture.fromJSON(json);
  return { ...openMixture('gaussian-mixture', model), describe: () => describeGaussianMixture(model) };
}

export function describeGaussianMixture(model: GaussianMixture, criteria?: Criteria): string {
  const { nComponents: k, nFeatures: d, covarianceType, weights, means, columns } = model;
  const title = `Gaussian mixture, ${counted(k, 'component')}, ${counted(d, 'feature')}, ${covarianceType} covariance`;
  return formatSummary(
    [['model', title], ...likelihoodPairs(model, criteria)],
    partsTable('component', { weight: weights }, { name: 'mean', values: means, columns }),
  );
}
