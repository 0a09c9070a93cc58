import { DeviceUnavailableError } from '../../../errors.js';

/** Dawn's entry point must stay referenced for as long as any device of it lives, or the process dies. */
let dawn: Promise<GPU> | undefined;

/**
 * The environment's WebGPU: `navigator.gpu`, or in Node the optional package `webgpu`.
 *
 * @throws DeviceUnavailableError saying what is missing
 */
async function entryPoint(): Promise<GPU> {
  if (typeof navigator !== 'undefined' && navigator.gpu) return navigator.gpu;
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (!process?.versions?.node) {
    throw new DeviceUnavailableError(
      'This browser offers no WebGPU here. Try a current Chrome, Edge, Safari or Firefox, on https or localhost.',
    );
  }
  dawn ??= loadDawn();
  return dawn;
}

async function loadDawn(): Promise<GPU> {
  const name = 'webgpu'; // a variable, so that bundlers leave the optional package alone
  try {
    const { create } = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
    return create([]);
  } catch (cause) {
    throw new DeviceUnavailableError(
      `WebGPU in Node needs the npm package 'webgpu', which could not be loaded: ${(cause as Error).message.split('\n')[0]}. Try: npm install webgpu`,
      { cause },
    );
  }
}

/** What is used where it is there. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups'];

/** A device of the best adapter there is, on WebGPU's default limits. */
export async function acquireDevice(): Promise<GPUDevice> {
  const gpu = await entryPoint();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) {
    throw new DeviceUnavailableError(
      'WebGPU is here but found no adapter. Try updating the graphics driver; on Linux, installing a Vulkan driver (libvulkan1, mesa-vulkan-drivers).',
    );
  }
  const features = OPTIONAL_FEATURES.filter(feature => adapter.features.has(feature));
  return adapter.requestDevice({ label: 'webgpu-em', requiredFeatures: features });
}

/** Cores of a CPU that does not say, and those that its adapters use at most. */
const FEW_CORES = 4;
const MOST_CORES = 16;
const GPU_WORKGROUPS = 16;

/** Whether an adapter computes on the CPU: correct, but no faster. */
export const isSoftware = ({ isFallbackAdapter, architecture, vendor }: GPUAdapterInfo): boolean =>
  isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(`${vendor} ${architecture}`);

/** Workgroups that take no longer together than alone: an adapter on the CPU runs one a core. */
export function workgroupsAtOnce(info: GPUAdapterInfo): number {
  const cores = globalThis.navigator?.hardwareConcurrency ?? FEW_CORES;
  return isSoftware(info) ? Math.min(cores, MOST_CORES) : GPU_WORKGROUPS;
}

/** Invocations of every subgroup of a device, where they are known. */
export function subgroupSize({ features, adapterInfo }: GPUDevice): number | undefined {
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo;
  return features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMaxSize : undefined;
}

/** An adapter's own words, without empty and repeated ones. */
export function describe({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const words = [vendor, architecture, device, description].filter(word => word !== '');
  return [...new Set(words)].join(' ') || 'unnamed adapter';
}

/** A GPU device of the caller's. */
export type UserDevice = GPUDevice;

export const isDevice = (value: unknown): value is UserDevice =>
  typeof value === 'object' && value !== null && 'createComputePipelineAsync' in value;
