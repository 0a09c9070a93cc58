import { AbsentError, optional } from './peers/peer.js';

/** An adapter, as the report shows it. */
export interface AdapterReport {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly isFallback: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * The environment's WebGPU. In Node it is the package `webgpu`, put where browsers have it: this library and
 * TensorFlow.js then share one entry point, which stays referenced for as long as the process lives.
 *
 * @param toggles of Dawn, in Node
 * @throws AbsentError where there is none
 */
export async function provideGpu(toggles: string[] = []): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu;
  if (typeof process === 'undefined') throw new AbsentError('this browser offers no WebGPU here');
  const { create, globals } = await optional('webgpu', () => import('webgpu'));
  Object.assign(globalThis, globals);
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(navigator, 'gpu', { value: create(toggles) });
  return navigator.gpu;
}

/** @throws AbsentError where WebGPU finds no adapter */
export async function requestAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) throw new AbsentError('WebGPU finds no adapter');
  return adapter;
}

export async function describeAdapter(gpu: GPU): Promise<AdapterReport> {
  const { info, features, limits } = await requestAdapter(gpu);
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  return {
    name: description || device || `${vendor} ${architecture}`,
    vendor,
    architecture,
    isFallback: isFallbackAdapter === true,
    features: [...features].sort(),
    limits: numbers(limits),
  };
}

/** Limits are getters of a prototype, which JSON would leave out. */
function numbers(limits: GPUSupportedLimits): Record<string, number> {
  const entries: [string, number][] = [];
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') entries.push([name, value]);
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
