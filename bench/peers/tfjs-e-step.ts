import type * as Tf from '@tensorflow/tfjs-core';
import type { Rows, Statistics } from '../../src/index.js';
import { at, triangleLength } from '../../src/numerics/triangle.js';
import type { Formulation, Theta } from './tfjs-posterior.js';

/** What the library's backends take. */
type Densities = Parameters<Rows['eStep']>[0];

/** Rows that are summed in one go, so that float32 sums stay short. */
const SHORT_SUM = 256;

/** Statistics of all rows [N, D], a block at a time: whole, a tensor [K, N, D] would not fit one binding. */
export async function eStep(
  tf: typeof Tf,
  { posterior, blockBytes }: Formulation,
  x: Tf.Tensor2D,
  densities: Densities,
): Promise<Statistics> {
  const { nComponents: k, nFeatures: d, moments } = densities;
  const [n] = x.shape;
  const blockRows = Math.max(SHORT_SUM, Math.floor(blockBytes / (4 * k * d)));
  const sums = tf.tidy(() => {
    const theta = thetaTensors(tf, densities);
    let total: Tf.Tensor | undefined;
    for (let begin = 0; begin < n; begin += blockRows) {
      const before: Tf.Tensor | undefined = total;
      total = tf.tidy(() => {
        const block = tf.slice(x, [begin, 0], [Math.min(blockRows, n - begin), d]);
        const { logNorms, r } = posterior(tf, block, theta);
        const part = tf.concat([
          logLikelihood(tf, logNorms),
          ...momentSums(tf, block, r, theta.means, moments).map(tensor => tf.reshape(tensor, [-1])),
        ]);
        return before ? tf.add(before, part) : part;
      });
      before?.dispose();
    }
    return total as Tf.Tensor;
  });
  const values = Float64Array.from(await sums.data());
  sums.dispose();
  return statistics(values, n, densities);
}

function thetaTensors(
  tf: typeof Tf,
  { nComponents: k, nFeatures: d, moments, ...densities }: Densities,
): Theta {
  const { logConstants, means, factors } = densities;
  return {
    constants: tf.tensor2d(Float32Array.from(logConstants), [k, 1]),
    means: tf.tensor2d(Float32Array.from(means), [k, d]),
    whitening:
      moments === 'diag'
        ? tf.tensor2d(
            Float32Array.from(factors, w => w * w),
            [k, d],
          )
        : tf.tensor3d(lowerTriangles(factors, k, d), [k, d, d]),
  };
}

function lowerTriangles(packed: Float64Array, k: number, d: number): Float32Array {
  const length = triangleLength(d);
  const squares = new Float32Array(k * d * d);
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) squares[(c * d + i) * d + j] = packed[c * length + at(i, j)];
    }
  }
  return squares;
}

/** [1] Σ_i log p(x_i) of a block. */
function logLikelihood(tf: typeof Tf, logNorms: Tf.Tensor): Tf.Tensor {
  const padded = Math.ceil(logNorms.size / SHORT_SUM) * SHORT_SUM;
  const flat = tf.pad(tf.reshape(logNorms, [-1]), [[0, padded - logNorms.size]]);
  return tf.reshape(tf.sum(tf.sum(tf.reshape(flat, [-1, SHORT_SUM]), 1)), [1]);
}

/** N_k [K], Σ r x [K, D], and Σ r (x − μ)(x − μ)ᵀ [K, D, D] or Σ r x² [K, D] */
function momentSums(
  tf: typeof Tf,
  x: Tf.Tensor2D,
  r: Tf.Tensor2D,
  means: Tf.Tensor2D,
  moments: Densities['moments'],
): Tf.Tensor[] {
  const counts = tf.sum(r, 1);
  const first = tf.matMul(r, x);
  if (moments === 'diag') return [counts, first, tf.matMul(r, tf.square(x))];
  const differences = tf.sub(tf.expandDims(x, 0), tf.expandDims(means, 1));
  return [counts, first, tf.matMul(tf.mul(differences, tf.expandDims(r, 2)), differences, true)];
}

/** The same in the library's form: diag about 0, full about the means as float32 has them. */
function statistics(values: Float64Array, mass: number, densities: Densities): Statistics {
  const { nComponents: k, nFeatures: d, moments } = densities;
  const counts = values.slice(1, 1 + k);
  const first = values.subarray(1 + k, 1 + k + k * d);
  const second = values.subarray(1 + k + k * d);
  const isDiag = moments === 'diag';
  const origin = isDiag ? new Float64Array(k * d) : densities.means.map(Math.fround);
  const length = d + (isDiag ? d : triangleLength(d));
  const sums = new Float64Array(k * length);
  for (let c = 0; c < k; c++) {
    const own = sums.subarray(c * length, (c + 1) * length);
    for (let i = 0; i < d; i++) {
      own[i] = first[c * d + i] - counts[c] * origin[c * d + i];
      if (isDiag) own[d + i] = second[c * d + i];
      else for (let j = 0; j <= i; j++) own[d + at(i, j)] = second[(c * d + i) * d + j];
    }
  }
  return { mass, logLikelihood: values[0], counts, sums, origin };
}
