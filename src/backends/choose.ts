import type { Backend } from '../contract/table.js';
import { DeviceUnavailableError, InvalidArgumentError } from '../errors.js';
import { inWords } from '../numbers.js';
import { cpu } from './cpu/index.js';
import { isDevice, type UserDevice } from './webgpu/device/device.js';
import { type WebGpuBackend, type WebGpuOptions, webgpu } from './webgpu/index.js';

/** 'auto', a backend by name, a backend, or a GPU device of the caller's. */
export type DeviceChoice = 'auto' | 'webgpu' | 'cpu' | Backend | UserDevice;

export interface Chosen {
  readonly backend: Backend;
  /** Why this one, for people. */
  readonly reason: string;
}

let sharedCpu: Backend | undefined;
let sharedWebgpu: Promise<WebGpuBackend> | undefined;
const backendsOfDevices = new WeakMap<object, Promise<WebGpuBackend>>();
/** Of the backends that 'auto' chose. */
const reasons = new WeakMap<Backend, string>();

/** Why 'auto' chose a backend, for people; absent of one that was asked for or given. */
export const whyChosen = (backend: Backend): string | undefined => reasons.get(backend);

/**
 * The backend that a choice stands for. Backends chosen by name are shared, so that shaders compile once.
 * 'auto' takes WebGPU where there is a real GPU: a software adapter is no faster than the CPU at most shapes, and
 * less exact. With `options` a WebGPU backend is made for this call alone, and is the caller's to dispose of.
 *
 * @throws DeviceUnavailableError if WebGPU is asked for by name and is not there
 */
export async function chooseBackend(choice: DeviceChoice = 'auto', options?: WebGpuOptions): Promise<Chosen> {
  if (choice === 'cpu') return { backend: cpuBackend(), reason: 'the CPU was asked for' };
  if (choice === 'webgpu') return { backend: await webgpuBackend(options), reason: 'WebGPU was asked for' };
  if (choice === 'auto') return automatic(options);
  if (isBackend(choice)) return { backend: choice, reason: whyChosen(choice) ?? 'this backend was given' };
  if (isDevice(choice)) {
    const backend = backendsOfDevices.get(choice) ?? webgpu(choice);
    backendsOfDevices.set(choice, backend);
    return { backend: await backend, reason: 'this GPU device was given' };
  }
  throw new InvalidArgumentError(
    `device must be 'auto', 'webgpu', 'cpu', a backend or a GPUDevice, got ${inWords(choice)}.`,
  );
}

async function automatic(options?: WebGpuOptions): Promise<Chosen> {
  try {
    const backend = await webgpuBackend(options);
    if (!backend.isFallback) return because('WebGPU has an adapter', backend);
    if (options) backend.dispose();
    return because(onlySoftware(backend.adapter));
  } catch (error) {
    if (!(error instanceof DeviceUnavailableError)) throw error;
    return because(error.message);
  }
}

/** A choice that 'auto' makes. Default: a CPU backend, which stands in for WebGPU for this reason alone. */
export function because(reason: string, backend = cpu()): Chosen {
  reasons.set(backend, reason);
  return { backend, reason };
}

export const onlySoftware = (adapter: string): string =>
  `WebGPU has only a software adapter here (${adapter}); device 'webgpu' would use it`;

function cpuBackend(): Backend {
  sharedCpu ??= cpu();
  return sharedCpu;
}

/** Shared while it lives. The promise is kept, not what it gives, so that calls at the same time get one device. */
function webgpuBackend(options?: WebGpuOptions): Promise<WebGpuBackend> {
  if (options) return webgpu(undefined, options);
  sharedWebgpu ??= webgpu();
  const current = sharedWebgpu;
  const renew = () => {
    if (sharedWebgpu === current) sharedWebgpu = undefined;
    return webgpuBackend();
  };
  return current.then(
    backend => (backend.isLost ? renew() : backend),
    error => {
      if (sharedWebgpu === current) sharedWebgpu = undefined;
      throw error;
    },
  );
}

const isBackend = (value: unknown): value is Backend =>
  typeof value === 'object' && value !== null && 'loadCounts' in value;
