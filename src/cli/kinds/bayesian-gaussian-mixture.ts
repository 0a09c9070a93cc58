import { BayesianGaussianMixture } from '../../estimators/bayesian-gaussian-mixture.js';
import { counted, fitPairs, formatSummary, partsTable } from '../summary.js';
import { formatNats, formatNumber } from '../table.js';
import type { OpenModel } from './kind.js';
import { openComponents } from './mixture-like.js';
import type { PointsInput } from './points.js';

export function openBayesian(json: unknown): OpenModel<PointsInput> {
  const model = BayesianGaussianMixture.fromJSON(json);
  return {
    ...openComponents('bayesian-gaussian-mixture', model),
    describe: () => describeBayesian(model),
    async score({ points }, use) {
      const value = await model.score(points, use);
      return [{ name: 'score', label: 'mean log-density bound', value, text: formatNumber(value, 7) }];
    },
  };
}

export function describeBayesian(model: BayesianGaussianMixture): string {
  const { nComponents, nFeatures, covarianceType, weightConcentrationPriorType, weights, means, columns } =
    model;
  const rows = model.meanPrecision.map(precision => Math.max(0, precision - model.meanPrecisionPrior));
  const used = rows.filter(count => count >= 1).length;
  const title = `Bayesian Gaussian mixture, ${counted(nComponents, 'component')} (${used} with a row or more), ${counted(nFeatures, 'feature')}, ${covarianceType} covariance`;
  const { fitInfo } = model;
  return formatSummary(
    [
      ['model', title],
      ['weights', `${weightConcentrationPriorType}, ${formatNumber(model.weightConcentrationPrior)}`],
      ...(fitInfo ? fitPairs(fitInfo, ['lower bound', formatNats(fitInfo.lowerBound)]) : []),
    ],
    partsTable('component', { weight: weights, rows }, { name: 'mean', values: means, columns }),
  );
}
