import type { GaussianMixture } from '../estimators/gaussian-mixture.js';
import type { GaussianMixtureJson } from '../serialize.js';
import { formatNats, formatNumber, formatPairs, formatTable } from './table.js';

const MOST_FEATURES = 8;

/** A model for people: what it is, how it was fitted, weights and means. */
export function formatModel(
  model: GaussianMixture,
  fit: GaussianMixtureJson['fit'],
  columns?: readonly string[],
): string {
  const { nComponents: k, nFeatures: d, covarianceType } = model;
  const pairs: [string, string][] = [
    ['model', `Gaussian mixture, ${k} components, ${d} features, ${covarianceType} covariance`],
  ];
  if (fit) {
    const { logLikelihood, nIter, converged, stopReason, device, adapter } = fit;
    const ending = converged ? 'converged' : `not converged (${stopReason})`;
    pairs.push(
      ['log-likelihood', formatNats(logLikelihood)],
      ['iterations', `${nIter}, ${ending}`],
      ['device', `${device} (${adapter})`],
    );
  }
  return `${formatPairs(pairs)}\n\n${meansTable(model, columns)}`;
}

/** A line per component; of many features the first few. */
function meansTable(
  { nComponents, nFeatures, weights, means }: GaussianMixture,
  columns?: readonly string[],
) {
  const shown = Math.min(nFeatures, MOST_FEATURES);
  const more = nFeatures > shown ? ['…'] : [];
  const names = Array.from({ length: shown }, (_, j) => `mean ${columns?.[j] ?? j}`);
  const lines = Array.from({ length: nComponents }, (_, k) => [
    String(k),
    formatNumber(weights[k], 4),
    ...Array.from(means.subarray(k * nFeatures, k * nFeatures + shown), mean => formatNumber(mean)),
    ...more,
  ]);
  return formatTable([['component', 'weight', ...names, ...more], ...lines]);
}
