import { GaussianMixture, InvalidArgumentError } from '../../src/index.js';
import { nextTask } from '../fit/frames.js';
import type { DataSet } from './data-set.js';

export interface SyntheticOptions {
  nRows: number;
  nFeatures: number;
  nClusters: number;
  seed: number;
}

/** Numbers drawn at a time: a few milliseconds of work, so that the page stays alive. */
const BLOCK = 1 << 18;
const MOST_CLUSTERS = 100;

/**
 * Rows of a random mixture; the library draws them. One seed gives one data set.
 *
 * @param onProgress called with the share of the rows drawn so far
 */
export async function synthetic(
  options: SyntheticOptions,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<DataSet> {
  const { nRows, nFeatures, nClusters, seed } = options;
  if (!Number.isInteger(nClusters) || nClusters < 1 || nClusters > MOST_CLUSTERS) {
    throw new InvalidArgumentError(
      `The number of true clusters must be an integer from 1 to ${MOST_CLUSTERS}, got ${nClusters}.`,
    );
  }
  const truth = randomMixture(options);
  const data = new Float32Array(nRows * nFeatures);
  const blockRows = Math.floor(BLOCK / nFeatures);
  for (let begin = 0, block = 1; begin < nRows; begin += blockRows, block++) {
    const drawn = truth.sample(Math.min(blockRows, nRows - begin), { seed: seed * 4096 + block });
    data.set(drawn.data, begin * nFeatures);
    onProgress(begin / nRows);
    await nextTask();
    signal.throwIfAborted();
  }
  return {
    name: `Synthetic, seed ${seed}`,
    points: { data, shape: [nRows, nFeatures] },
    columns: Array.from({ length: nFeatures }, (_, j) => `x${j + 1}`),
    nComponents: nClusters,
  };
}

/** Means that keep apart, covariances of all orientations, weights that differ by a small factor. */
function randomMixture({ nFeatures: d, nClusters: k, seed }: SyntheticOptions): GaussianMixture {
  const candidates = 8;
  const normal = standardNormal(k * (candidates * d + d * d + 1), seed);
  const next = (count: number) => Array.from({ length: count }, () => normal.next().value);
  const halfSide = 1.7 * k ** (1 / d);
  const means: number[][] = [];
  const covariances: number[][][] = [];
  for (let cluster = 0; cluster < k; cluster++) {
    const proposals = Array.from({ length: candidates }, () =>
      next(d).map(value => halfSide * uniform(value)),
    );
    means.push(farthest(proposals, means));
    covariances.push(gram(Array.from({ length: d }, () => next(d))));
  }
  const masses = next(k).map(value => Math.exp(0.4 * value));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return fullMixture(
    masses.map(mass => mass / total),
    means,
    covariances,
  );
}

/** The proposal farthest from its nearest mean (Mitchell's best candidate); the first if there is no mean yet. */
function farthest(proposals: number[][], means: number[][]): number[] {
  const room = (p: number[]) => Math.min(...means.map(mean => Math.hypot(...p.map((x, j) => x - mean[j]))));
  return means.length === 0 ? proposals[0] : proposals.reduce((a, b) => (room(b) > room(a) ? b : a));
}

/** A standard normal number made all but uniform on [−1, 1]. */
const uniform = (z: number) => Math.tanh(0.8 * z);

/** A random covariance: 0.6 G Gᵀ / D + 0.15 I. */
const gram = (g: number[][]): number[][] =>
  g.map((a, i) =>
    g.map((b, j) => (0.6 * a.reduce((sum, x, t) => sum + x * b[t], 0)) / g.length + (i === j ? 0.15 : 0)),
  );

function* standardNormal(n: number, seed: number): Generator<number, number> {
  yield* fullMixture([1], [[0]], [[[1]]]).sample(n, { seed: seed * 4096 }).data;
  return 0;
}

const fullMixture = (weights: number[], means: number[][], covariances: number[][][]) =>
  GaussianMixture.fromParameters({ weights, means, covariances });
