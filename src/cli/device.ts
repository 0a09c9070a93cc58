import { because, type Chosen, chooseBackend, onlySoftware } from '../backends/choose.js';
import type { WebGpuOptions } from '../backends/webgpu/index.js';
import type { Backend } from '../contract/table.js';
import { note } from './exit.js';
import { interruptible } from './interruption.js';
import { lookForWebGpu } from './look-for-webgpu.js';
import type { Device } from './options.js';

/** Run `work` on a device, interruptibly; the device is given back in the end. */
export async function onDevice<T>(
  choice: Device,
  work: (backend: Backend, signal: AbortSignal) => Promise<T>,
  options?: WebGpuOptions,
): Promise<T> {
  const { backend, reason } = await (choice === 'auto' ? automatic(options) : chooseBackend(choice, options));
  if (choice === 'auto') note(`device ${backend.device} (${backend.adapter}): ${reason}`);
  try {
    return await interruptible(signal => work(backend, signal));
  } finally {
    backend.dispose();
  }
}

/** As the library's 'auto' chooses, but what WebGPU is here is found out in a process of its own. */
async function automatic(options?: WebGpuOptions): Promise<Chosen> {
  const webgpu = await lookForWebGpu();
  if (webgpu.available && !webgpu.isFallback) return chooseBackend('auto', options);
  return because(webgpu.available ? onlySoftware(webgpu.adapter) : webgpu.reason);
}
