import type { FamilyName } from '../../estimators/count-family.js';
import { Mixture } from '../../estimators/mixture.js';
import { counted, formatSummary, partsTable } from '../summary.js';
import type { OpenModel } from './kind.js';
import { likelihoodPairs } from './likelihood.js';
import { openMixture } from './mixture-like.js';
import type { PointsInput } from './points.js';

const TITLES: Record<FamilyName, string> = {
  poisson: 'Poisson',
  bernoulli: 'Bernoulli',
  binomial: 'Binomial',
  multinomial: 'Multinomial',
  categorical: 'Categorical',
};

export function openCountMixture(json: unknown): OpenModel<PointsInput> {
  const model = Mixture.fromJSON(json);
  return {
    // Categorical columns are encoded on the host.
    ...openMixture('mixture', model, model.levels && (points => points)),
    describe: () => describeMixture(model),
  };
}

export function describeMixture(model: Mixture, columns?: readonly string[]): string {
  const { nComponents: k, nFeatures, family, trials, levels, weights, rates, probabilities } = model;
  const ofTrials = trials === undefined ? '' : ` of ${counted(trials, 'trial')}`;
  const title = `${TITLES[family]} mixture${ofTrials}, ${counted(k, 'component')}, ${counted(levels?.length ?? nFeatures, 'feature')}`;
  return formatSummary(
    [['model', title], ...likelihoodPairs(model)],
    partsTable(
      'component',
      { weight: weights },
      {
        name: rates ? 'rate' : 'probability',
        values: (rates ?? probabilities) as Float64Array,
        columns: levels ? codeNames(levels, columns) : columns,
      },
    ),
  );
}

/** 'smoker=1': a name for each code of each column. */
const codeNames = (levels: readonly number[], columns?: readonly string[]): string[] =>
  levels.flatMap((count, j) => Array.from({ length: count }, (_, code) => `${columns?.[j] ?? j}=${code}`));
