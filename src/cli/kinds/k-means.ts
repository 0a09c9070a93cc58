import { KMeans } from '../../estimators/k-means.js';
import { besideEachOther, entryOf } from '../append.js';
import { counted, fitPairs, formatSummary, partsTable } from '../summary.js';
import { formatNumber } from '../table.js';
import type { OpenModel } from './kind.js';
import { type PointsInput, pointsReader } from './points.js';

export function openKMeans(json: unknown): OpenModel<PointsInput> {
  const model = KMeans.fromJSON(json);
  return {
    kind: 'k-means',
    part: 'cluster',
    nParts: model.nClusters,
    columns: model.columns,
    toJSON: () => model.toJSON(),
    describe: () => describeKMeans(model),
    readInput: pointsReader(model),
    predict: ({ points }, use) => model.predict(points, use),
    async beside({ points }, use) {
      const [labels, distances] = [await model.predict(points, use), await model.transform(points)];
      const own = entryOf(distances, model.nClusters, labels);
      return { header: ['cluster', 'distance'], array: besideEachOther([labels, own]) };
    },
    async score({ points, nRows }, use) {
      const inertia = inertiaOf(model, points.data, await model.predict(points, use));
      return [
        { name: 'inertia', label: 'inertia', value: inertia, text: formatNumber(inertia, 7) },
        {
          name: 'meanInertia',
          label: 'mean per row',
          value: inertia / nRows,
          text: formatNumber(inertia / nRows, 7),
        },
      ];
    },
  };
}

/** @param sizes [K] rows of each cluster, where rows are at hand */
export function describeKMeans(model: KMeans, { sizes }: { sizes?: ArrayLike<number> } = {}): string {
  const { nClusters, nFeatures, clusterCenters: values, columns, scale, fitInfo } = model;
  const title = `k-means, ${counted(nClusters, 'cluster')}, ${counted(nFeatures, 'feature')}`;
  return formatSummary(
    [
      ['model', title],
      ...(scale ? [['distances', "in the columns' standard deviations"] as const] : []),
      ...(fitInfo ? fitPairs(fitInfo, ['inertia', formatNumber(fitInfo.inertia, 7)], 'lowest') : []),
    ],
    partsTable('cluster', sizes ? { rows: sizes } : {}, { name: 'centre', values, columns }, nClusters),
  );
}

/** Σ_i |x_i − its centre|², in the units in which the model measures */
function inertiaOf(
  { clusterCenters, scale, nFeatures: d }: KMeans,
  x: ArrayLike<number>,
  labels: Uint32Array,
): number {
  return labels.reduce((sum, label, i) => {
    let squares = 0;
    for (let j = 0; j < d; j++) {
      squares += ((x[i * d + j] - clusterCenters[label * d + j]) / (scale?.[j] ?? 1)) ** 2;
    }
    return sum + squares;
  }, 0);
}
