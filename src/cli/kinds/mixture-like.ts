import type { Backend } from '../../contract/table.js';
import type { Matrix } from '../../data/matrix.js';
import type { FitInfo } from '../../estimators/fitted-mixture.js';
import type { Points } from '../../estimators/points.js';
import type { UseOptions } from '../../estimators/scoring.js';
import type { SampledPoints } from '../../models/sample.js';
import { besideEachOther, likeliest } from '../append.js';
import type { OpenModel, TableNames } from './kind.js';
import { likelihoodScores } from './likelihood.js';
import { type PointsInput, pointsReader } from './points.js';

/** What can be asked of every mixture. */
export interface Components extends TableNames {
  readonly nComponents: number;
  toJSON(): object;
  predict(points: Points, options?: UseOptions): Promise<Uint32Array>;
  predictProba(points: Points, options?: UseOptions): Promise<Float64Array>;
  scoreSamples(points: Points, options?: UseOptions): Promise<Float64Array>;
  sample(n: number, options?: { seed?: number }): SampledPoints;
}

/** A mixture with a likelihood: of Gaussians or of counts. */
export interface MixtureLike extends Components {
  readonly fitInfo: FitInfo | undefined;
  score(points: Points, options?: UseOptions): Promise<number>;
  aic(points: Points, options?: UseOptions): Promise<number>;
  bic(points: Points, options?: UseOptions): Promise<number>;
  icl(points: Points, options?: UseOptions): Promise<number>;
}

/** What commands do with the components of any mixture. */
export function openComponents(
  kind: string,
  model: Components,
): Omit<OpenModel<PointsInput>, 'describe' | 'score'> {
  return {
    kind,
    part: 'component',
    nParts: model.nComponents,
    columns: model.columns,
    levelNames: model.levelNames,
    toJSON: () => model.toJSON(),
    readInput: pointsReader(model),
    predict: ({ points }, use) => model.predict(points, use),
    predictProba: ({ points }, use) => model.predictProba(points, use),
    async beside({ points }, use) {
      const { labels, probability } = likeliest(await model.predictProba(points, use), model.nComponents);
      const logDensities = await model.scoreSamples(points, use);
      return {
        header: ['component', 'probability', 'log_density'],
        array: besideEachOther([labels, probability, logDensities]),
      };
    },
    sample: (n, seed) => model.sample(n, { seed }),
  };
}

/** @param load rows once for all that is asked of them, where the model takes resident rows */
export function openMixture(
  kind: string,
  model: MixtureLike,
  load = (points: Matrix, device: Backend): Points | Promise<Points> => device.load(points),
): Omit<OpenModel<PointsInput>, 'describe'> {
  return {
    ...openComponents(kind, model),
    async score({ points, nRows }, use) {
      const rows = await load(points, use.device);
      const mean = await model.score(rows, use);
      return likelihoodScores(mean * nRows, mean, {
        aic: await model.aic(rows, use),
        bic: await model.bic(rows, use),
        icl: await model.icl(rows, use),
      });
    },
  };
}
