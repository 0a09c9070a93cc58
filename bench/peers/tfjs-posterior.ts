import type * as Tf from '@tensorflow/tfjs-core';

type TfModule = typeof Tf;

/** θ as tensors. */
export interface Theta {
  /** [K, 1] */
  readonly constants: Tf.Tensor2D;
  /** [K, D] */
  readonly means: Tf.Tensor2D;
  /** full: [K, D, D] W_k; diag: [K, D] reciprocal variances */
  readonly whitening: Tf.Tensor;
}

/** Log-normalisers [B] and responsibilities [K, B] of a block of rows [B, D]. */
type Posterior = (tf: TfModule, x: Tf.Tensor2D, theta: Theta) => { logNorms: Tf.Tensor; r: Tf.Tensor2D };

/** How the posterior is laid out, and how large a block's largest tensor may be. */
export interface Formulation {
  readonly posterior: Posterior;
  readonly blockBytes: number;
}

/**
 * For WebGPU: [D, K, B], and sums over D and K by halving. TensorFlow.js gives every output of a reduction a
 * workgroup of its own, which is several times slower where the reduced axis is short.
 */
export const byFeatures: Formulation = {
  blockBytes: 64 * 2 ** 20,
  posterior(tf, x, theta) {
    const logits = tf.add(theta.constants, tf.mul(-0.5, distances(tf, x, theta)));
    const largest = halve(tf, tf.maximum, logits);
    const scaled = tf.exp(tf.sub(logits, largest));
    const sum = halve(tf, tf.add, scaled);
    return { logNorms: tf.add(largest, tf.log(sum)), r: tf.div(scaled, sum) };

    function distances(tf: TfModule, x: Tf.Tensor2D, { means, whitening }: Theta): Tf.Tensor {
      const [b] = x.shape;
      const [k, d] = means.shape;
      if (whitening.rank === 2) {
        const linear = tf.matMul(tf.mul(whitening, means), x, false, true);
        const square = tf.matMul(whitening as Tf.Tensor2D, tf.square(x), false, true);
        return tf.add(
          tf.sub(square, tf.mul(2, linear)),
          tf.sum(tf.mul(whitening, tf.square(means)), 1, true),
        );
      }
      const factors = tf.reshape(tf.transpose(whitening, [1, 0, 2]), [d * k, d]);
      const offsets = tf.transpose(tf.squeeze(tf.matMul(whitening, tf.expandDims(means, 2)), [2]));
      const whitened = tf.sub(tf.matMul(factors, x, false, true), tf.reshape(offsets, [d * k, 1]));
      return halve(tf, tf.add, tf.reshape(tf.square(whitened), [d, k, b]));
    }
  },
};

/** For WebAssembly: [B, K, D], and TensorFlow.js's own reductions. */
export const byRows: Formulation = {
  blockBytes: 4 * 2 ** 20,
  posterior(tf, x, { constants, means, whitening }) {
    const [k, d] = means.shape;
    const logits = tf.sub(tf.reshape(constants, [k]), tf.mul(0.5, distances()));
    const logNorms = tf.logSumExp(logits, 1, true);
    return { logNorms, r: tf.transpose(tf.exp(tf.sub(logits, logNorms))) as Tf.Tensor2D };

    function distances(): Tf.Tensor {
      if (whitening.rank === 2) {
        const linear = tf.matMul(x, tf.mul(whitening, means), false, true);
        const square = tf.matMul(tf.square(x), whitening as Tf.Tensor2D, false, true);
        return tf.add(tf.sub(square, tf.mul(2, linear)), tf.sum(tf.mul(whitening, tf.square(means)), 1));
      }
      const factors = tf.reshape(tf.transpose(whitening, [2, 0, 1]), [d, k * d]);
      const offsets = tf.reshape(tf.matMul(whitening, tf.expandDims(means, 2)), [k * d]);
      const whitened = tf.square(tf.sub(tf.matMul(x, factors), offsets));
      return tf.sum(tf.reshape(whitened, [x.shape[0], k, d]), 2);
    }
  },
};

/** Reduce the first axis by adding (or comparing) its halves. */
function halve(
  tf: TfModule,
  combine: (a: Tf.Tensor, b: Tf.Tensor) => Tf.Tensor,
  tensor: Tf.Tensor,
): Tf.Tensor {
  const length = tensor.shape[0];
  if (length === 1) return tf.squeeze(tensor, [0]);
  const half = length >> 1;
  const [a, b, ...odd] = tf.split(tensor, length % 2 === 1 ? [half, half, 1] : [half, half]);
  const combined = combine(a, b);
  return halve(tf, combine, odd.length > 0 ? tf.concat([combined, ...odd]) : combined);
}
