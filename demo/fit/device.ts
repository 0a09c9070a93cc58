import { type Backend, chooseBackend, DeviceUnavailableError, type WebGpuBackend } from '../../src/index.js';

export type DeviceName = 'auto' | 'webgpu' | 'cpu';

export interface ChosenDevice {
  readonly backend: Backend;
  /** Why this one. */
  readonly reason: string;
  /** Whether WebGPU was asked for by name and is not there. */
  readonly fellBack: boolean;
}

/** The backend to fit on; the CPU where the one asked for is not there. */
export async function deviceFor(name: DeviceName): Promise<ChosenDevice> {
  try {
    return { ...(await chooseBackend(name)), fellBack: false };
  } catch (error) {
    if (!(error instanceof DeviceUnavailableError)) throw error;
    const { backend } = await chooseBackend('cpu');
    return { backend, reason: error.message, fellBack: true };
  }
}

/** The WebGPU of this browser, or why there is none. */
export async function findWebGpu(): Promise<{ gpu: WebGpuBackend } | { missing: string }> {
  try {
    return { gpu: (await chooseBackend('webgpu')).backend as WebGpuBackend };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}
