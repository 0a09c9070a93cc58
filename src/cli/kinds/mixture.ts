import type { FamilyName } from '../../estimators/mixture.js';
import { Mixture } from '../../estimators/mixture.js';
import type { SampledPoints } from '../../models/sample.js';
import { counted, formatSummary, partsTable } from '../summary.js';
import { likelihoodPairs } from './gaussian-mixture.js';
import type { OpenModel } from './kind.js';
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
    sample: (n, seed) => codes(model.sample(n, { seed }), model.levels),
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

/** Codes in place of columns of zeros and ones, so that what is drawn can be scored. */
function codes(points: SampledPoints, levels: readonly number[] | undefined): SampledPoints {
  const [n, width] = points.shape;
  if (!levels || width === levels.length) return points;
  const data = new Float64Array(n * levels.length);
  for (let i = 0; i < n; i++) {
    let begin = i * width;
    levels.forEach((count, j) => {
      data[i * levels.length + j] = points.data.subarray(begin, begin + count).indexOf(1);
      begin += count;
    });
  }
  return { ...points, data, shape: [n, levels.length] };
}
