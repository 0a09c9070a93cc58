import type { FitInfo } from '../../estimators/fitted-mixture.js';
import { fitPairs, type NamedFit } from '../summary.js';
import { formatNats, formatNumber } from '../table.js';
import type { Score } from './kind.js';

/** How the fit of a model with a likelihood went, where that is known. */
export const likelihoodPairs = ({ fitInfo }: { readonly fitInfo: FitInfo | undefined }): NamedFit =>
  fitInfo ? fitPairs(fitInfo, ['log-likelihood', formatNats(fitInfo.logLikelihood)]) : [];

/** A likelihood, total and per row, and criteria by their short names. */
export const likelihoodScores = (total: number, mean: number, criteria: Record<string, number>): Score[] => [
  { name: 'logLikelihood', label: 'log-likelihood', value: total, text: formatNats(total) },
  { name: 'meanLogLikelihood', label: 'mean per row', value: mean, text: formatNumber(mean, 7) },
  ...Object.entries(criteria).map(([name, value]) => ({
    name,
    label: name.toUpperCase(),
    value,
    text: formatNats(value),
  })),
];
