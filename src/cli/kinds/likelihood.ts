import type { FitInfo } from '../../estimators/fitted-mixture.js';
import { fitPairs, type NamedFit } from '../summary.js';
import { formatNats, formatNumber } from '../table.js';
import type { Score } from './kind.js';

/** Criteria by their short names; smaller is better. */
export type Criteria = Readonly<Record<string, number>>;

/** How the fit of a model with a likelihood went, where that is known, and what criteria say of it. */
export function likelihoodPairs(
  { fitInfo }: { readonly fitInfo: FitInfo | undefined },
  criteria: Criteria = {},
): NamedFit {
  if (!fitInfo) return [];
  const [objective, ...rest] = fitPairs(fitInfo, ['log-likelihood', formatNats(fitInfo.logLikelihood)]);
  const values = criteriaScores(criteria).map(({ label, text }) => [label, text] as const);
  return [objective, ...values, ...rest];
}

/** A likelihood, total and per row, and criteria by their short names. */
export const likelihoodScores = (total: number, mean: number, criteria: Criteria): Score[] => [
  { name: 'logLikelihood', label: 'log-likelihood', value: total, text: formatNats(total) },
  { name: 'meanLogLikelihood', label: 'mean per row', value: mean, text: formatNumber(mean, 7) },
  ...criteriaScores(criteria),
];

const criteriaScores = (criteria: Criteria): Score[] =>
  Object.entries(criteria).map(([name, value]) => ({
    name,
    label: name.toUpperCase(),
    value,
    text: formatNats(value),
  }));
