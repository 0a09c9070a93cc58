import type * as Tf from '@tensorflow/tfjs-core';
import type { Backend, Rows, Statistics } from '../../src/index.js';
import type { Problem } from '../problem.js';
import { eStep } from './tfjs-e-step.js';
import type { Formulation } from './tfjs-posterior.js';

/** Rows as a resident tensor, which do no more than EM asks for. */
export function loadRows(tf: typeof Tf, formulation: Formulation, { data, shape }: Problem): Rows {
  const { n, d } = shape;
  const x = tf.tensor2d(data, [n, d]);
  const failure = deviceFailure(tf);
  const backend = {
    device: 'webgpu',
    adapter: `TensorFlow.js on ${tf.getBackend()}`,
    epsilon: 2 ** -24,
  } satisfies Partial<Backend> as unknown as Backend;
  return {
    backend,
    shape: [n, d],
    center: new Float64Array(d),
    scale: new Float64Array(d).fill(1),
    async eStep(densities): Promise<Statistics> {
      const statistics = await eStep(tf, formulation, x, densities);
      const failed = failure();
      if (failed) throw failed;
      return statistics;
    },
    dispose: () => x.dispose(),
  } satisfies Partial<Rows> as unknown as Rows;
}

/**
 * WebGPU reports a buffer that it refused asynchronously; TensorFlow.js goes on with wrong numbers.
 *
 * @returns the first such error since
 */
function deviceFailure(tf: typeof Tf): () => Error | undefined {
  const { device } = tf.backend() as unknown as { device?: GPUDevice };
  let failure: Error | undefined;
  const keep = (message: string) => {
    failure ??= new Error(message.split('\n')[0]);
  };
  device?.addEventListener?.('uncapturederror', event =>
    keep((event as GPUUncapturedErrorEvent).error.message),
  );
  device?.lost.then(({ message }) => keep(`the device was lost: ${message}`));
  return () => failure;
}
