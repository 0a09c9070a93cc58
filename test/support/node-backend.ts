import { afterAll } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/index.js';

/** WebGPU in Node for one test file. Without an adapter the file fails; it is not skipped. */
export async function nodeWebgpu(): Promise<WebGpuBackend> {
  const backend = await webgpu();
  afterAll(() => backend.dispose());
  return backend;
}
