/** The other end of workerPeer: be the peer that the worker is named after. */
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { LOCAL_PEERS } from '../peers/local.js';
import type { Problem } from '../problem.js';
import { answer, type Request } from './protocol.js';

const peer = LOCAL_PEERS[self.name as keyof typeof LOCAL_PEERS]();
const ready = self.name === 'tfjs-wasm' ? locateBinaries() : undefined;

self.onmessage = async ({ data: request }: MessageEvent<Request>) => {
  await ready;
  self.postMessage(await answer(peer, request, problem => problem as Problem));
};

/** Bundlers rename files; in Node the package finds its own. */
async function locateBinaries(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths({
    'tfjs-backend-wasm.wasm': wasm,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
  });
}
