import type * as Tf from '@tensorflow/tfjs-core';
import type { Rows } from '../../src/index.js';
import { provideGpu } from '../gpu.js';
import type { Problem } from '../problem.js';
import { timeEm } from './em.js';
import { AbsentError, optional, type Peer, type PeerInfo } from './peer.js';
import { byFeatures, byRows, type Formulation } from './tfjs-posterior.js';
import { loadRows } from './tfjs-rows.js';

/** The same EM with its E-step in TensorFlow.js; the M-step is this library's own, on the host. */
function tfjsPeer(formulation: Formulation, open: () => Promise<{ tf: typeof Tf; info: PeerInfo }>): Peer {
  let tf: typeof Tf;
  let problem: Problem;
  let rows: Rows | undefined;
  return {
    async open() {
      const opened = await open();
      tf = opened.tf;
      tf.enableProdMode();
      return { version: tf.version_core, ...opened.info };
    },
    async load(next) {
      problem = next;
      rows = loadRows(tf, formulation, problem);
      return { rows: problem.shape.n };
    },
    run: async iterations => timeEm(problem, rows as Rows, iterations),
    unload: async () => rows?.dispose(),
    close: async () => {},
  };
}

const core = () => optional('@tensorflow/tfjs-core', () => import('@tensorflow/tfjs-core'));

export const tfjsWebgpuPeer = (): Peer =>
  tfjsPeer(byFeatures, async () => {
    await provideGpu();
    const tf = await core();
    await optional('@tensorflow/tfjs-backend-webgpu', () => import('@tensorflow/tfjs-backend-webgpu'));
    await select(tf, 'webgpu');
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    return { tf, info: { maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize } };
  });

export const tfjsWasmPeer = (): Peer =>
  tfjsPeer(byRows, async () => {
    const tf = await core();
    const wasm = await optional(
      '@tensorflow/tfjs-backend-wasm',
      () => import('@tensorflow/tfjs-backend-wasm'),
    );
    await select(tf, 'wasm');
    const threads = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? wasm.getThreadsCount() : 1;
    return { tf, info: { simd: await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'), threads } };
  });

async function select(tf: typeof Tf, backend: string): Promise<void> {
  if (await tf.setBackend(backend).catch(() => false)) return;
  throw new AbsentError(`TensorFlow.js cannot start its ${backend} backend here`);
}
