import type { Backend } from '../backends/backend.js';
import { chooseBackend } from '../backends/choose.js';
import type { WebGpuOptions } from '../backends/webgpu/index.js';
import { note } from './exit.js';
import { interruptible } from './interruption.js';
import type { Device } from './options.js';

/** Run `work` on a device, interruptibly; the device is given back in the end. */
export async function onDevice<T>(
  choice: Device,
  work: (backend: Backend, signal: AbortSignal) => Promise<T>,
  options?: WebGpuOptions,
): Promise<T> {
  const { backend, reason } = await chooseBackend(choice, options);
  if (choice === 'auto') note(`device ${backend.device} (${backend.adapter}): ${reason}`);
  try {
    return await interruptible(signal => work(backend, signal));
  } finally {
    backend.dispose();
  }
}
