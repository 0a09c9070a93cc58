import { type Backend, cpu, webgpu } from '../src/index.js';
import { type AdapterReport, describeAdapter, provideGpu } from './gpu.js';
import { AbsentError } from './peers/peer.js';

/** WebGPU where there is an adapter, and the CPU. */
export async function openBackends(): Promise<{ adapter?: AdapterReport; backends: Backend[] }> {
  try {
    const adapter = await describeAdapter(await provideGpu());
    return { adapter, backends: [await webgpu(), cpu()] };
  } catch (error) {
    if (!(error instanceof AbsentError)) throw error;
    return { backends: [cpu()] };
  }
}
