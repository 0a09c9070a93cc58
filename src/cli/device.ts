import type { Backend } from '../backends/backend.js';
import { chooseBackend } from '../backends/choose.js';
import type { WebGpuOptions } from '../backends/webgpu/index.js';
import { note } from './exit.js';
import type { Device } from './options.js';

/**
 * Run `work` on a device. Ctrl-C raises its signal (a second one ends the process at once); the device is given
 * back in the end.
 */
export async function onDevice<T>(
  choice: Device,
  work: (backend: Backend, signal: AbortSignal) => Promise<T>,
  options?: WebGpuOptions,
): Promise<T> {
  const { backend, reason } = await chooseBackend(choice, options);
  if (choice === 'auto') note(`device ${backend.device} (${backend.adapter}): ${reason}`);
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  try {
    return await work(backend, controller.signal);
  } finally {
    process.off('SIGINT', abort);
    backend.dispose();
  }
}
