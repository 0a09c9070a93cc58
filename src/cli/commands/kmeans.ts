import type { Command } from 'commander';
import { ModelFormatError } from '../../errors.js';
import { KMeans, type KMeansOptions } from '../../estimators/k-means.js';
import type { Numbers } from '../../init/given-parameters.js';
import { namesOf, readData } from '../data.js';
import { about, readJson } from '../files.js';
import { type RunOptions, runFit } from '../fitting.js';
import { describeKMeans } from '../kinds/k-means.js';
import { matching } from '../matching.js';
import { countFrom, isObject } from '../models.js';
import {
  addDevice,
  addJson,
  addModelOut,
  addRestarts,
  addSeed,
  addStandardize,
  addStopping,
  addTuning,
  DATA_HELP,
  parsePositive,
  parsePositiveInteger,
  type StartFilePath,
  startParser,
} from '../options.js';
import { addReading, type ReadingOptions } from '../reading.js';

const INITS = ['k-means++', 'random'] as const;

interface KMeansCommandOptions extends RunOptions, ReadingOptions {
  clusters?: number;
  init: (typeof INITS)[number] | StartFilePath;
  restarts: number;
  tol: number;
  beta?: number;
  standardize?: boolean;
}

export function addKMeans(program: Command): void {
  const command = program
    .command('kmeans')
    .description('Cluster the rows of a file by k-means.')
    .argument('<data>', DATA_HELP)
    .option('--clusters <K>', 'number of clusters (default: that of --init FILE.json)', parsePositiveInteger)
    .option(
      '--init <start>',
      `how to start: ${INITS.join(', ')}, or FILE.json`,
      startParser(INITS),
      INITS[0],
    );
  addRestarts(command);
  addStopping(
    command,
    { help: "converged when the inertia falls by less than this share of the rows' own", value: 1e-6 },
    300,
  );
  command.option('--beta <B>', 'soft k-means of this stiffness (default: hard assignment)', parsePositive);
  for (const add of [addStandardize, addModelOut, addSeed, addDevice, addTuning, addReading, addJson])
    add(command);
  command.action(kMeans);
}

const kMeans = (path: string, options: KMeansCommandOptions): Promise<void> =>
  runFit(options, async () => {
    const start =
      typeof options.init === 'string'
        ? { init: options.init, columns: undefined }
        : await readCenters(options.init);
    const nClusters = countFrom('--clusters', options.clusters, start.nClusters);
    const { points, columns } = await readData(path, {
      ...options,
      match: matching(start.columns, options),
    });
    const { restarts: nInit, tol, maxIter, seed, beta, standardize } = options;
    return {
      objective: 'inertia',
      size: { count: points.shape[0], of: 'rows' },
      async fit(device, signal, report) {
        const rows = await device.load(points);
        const model = await KMeans.fit(rows, {
          ...{
            nClusters,
            init: start.init,
            nInit,
            tol,
            maxIter,
            seed,
            beta,
            standardize,
            columns: namesOf(columns),
            device,
            signal,
          },
          onIteration: ({ restart, iteration, inertia }) => report({ restart, iteration, value: inertia }),
        });
        const sizes = sizesOf(await model.predict(rows), nClusters);
        return {
          fitInfo: model.fitInfo,
          file: model,
          json: { ...model.toJSON(), sizes },
          text: describeKMeans(model, { sizes }),
        };
      },
    };
  });

/** Centres of a k-means model, or of an object or array that holds them alone. */
async function readCenters({
  file,
}: StartFilePath): Promise<Pick<KMeansOptions, 'init' | 'columns'> & { nClusters?: number }> {
  const json = await readJson(file);
  return about(file, () => {
    if (isObject(json) && 'format' in json) {
      const { clusterCenters, nClusters, nFeatures, columns } = KMeans.fromJSON(json);
      return { init: { data: clusterCenters, shape: [nClusters, nFeatures] }, nClusters, columns };
    }
    const centers = isObject(json) ? json.clusterCenters : json;
    if (!Array.isArray(centers) || centers.length === 0) {
      throw new ModelFormatError('Expected a k-means model, clusterCenters, or an array of centres.');
    }
    return { init: centers as Numbers, nClusters: centers.length };
  });
}

/** [K] rows of each cluster */
function sizesOf(labels: Uint32Array, k: number): number[] {
  const sizes = new Array<number>(k).fill(0);
  for (const label of labels) sizes[label]++;
  return sizes;
}
