import type { FamilyName } from '../../estimators/count-family.js';
import { Mixture } from '../../estimators/mixture.js';
import { counted, formatSummary, partsTable } from '../summary.js';
import type { OpenModel, TableNames } from './kind.js';
import { type Criteria, likelihoodPairs } from './likelihood.js';
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

export function describeMixture(model: Mixture, criteria?: Criteria): string {
  const { nComponents: k, nFeatures, family, trials, levels, columns, weights, rates, probabilities } = model;
  const ofTrials = trials === undefined ? '' : ` of ${counted(trials, 'trial')}`;
  const title = `${TITLES[family]} mixture${ofTrials}, ${counted(k, 'component')}, ${counted(levels?.length ?? nFeatures, 'feature')}`;
  return formatSummary(
    [['model', title], ...likelihoodPairs(model, criteria)],
    partsTable(
      'component',
      { weight: weights },
      {
        name: rates ? 'rate' : 'probability',
        values: (rates ?? probabilities) as Float64Array,
        columns: levels ? codeNames(levels, model) : columns,
      },
    ),
  );
}

/** 'smoker=yes', or 'smoker=1' where codes have no names: a name for each code of each column. */
const codeNames = (levels: readonly number[], { columns, levelNames }: TableNames): string[] =>
  levels.flatMap((count, j) =>
    Array.from({ length: count }, (_, code) => `${columns?.[j] ?? j}=${levelNames?.[j]?.[code] ?? code}`),
  );
