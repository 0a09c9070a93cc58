import { requestAdapter } from '../gpu.js';
import { seconds } from '../timing.js';
import {
  COPY_VARIANTS,
  copyShader,
  FMA_VARIANTS,
  type FmaVariant,
  flopsPerInvocation,
  fmaShader,
} from './shaders.js';

type Rates = Readonly<Record<string, number>>;

/** What an adapter does at best. */
export interface Ceilings {
  /** Multiply-adds on registers, two operations each. */
  readonly gflops: number;
  /** A copy between two buffers, read and written bytes counted. */
  readonly gigabytesPerSecond: number;
  /** The same of every variant that was tried: the ceiling is the best of them. */
  readonly variants: { readonly fma: Rates; readonly copy: Rates };
}

const INVOCATIONS = 64;
const MAX_GROUPS = 2 ** 15;
const COPY_INVOCATIONS = 256;
const COPY_BYTES = 16 * COPY_INVOCATIONS * MAX_GROUPS; // 128 MiB: more than caches hold, and the default binding limit
/** A timing is long enough to drown the round trip. */
const SHORTEST = 0.04;
const SAMPLES = 4;
/** Seconds of timing after which slow adapters get no further sample. */
const ENOUGH = 0.5;

/** Measure this adapter's ceilings: a few seconds, most of them in software. */
export async function measureCeilings(gpu: GPU): Promise<Ceilings> {
  const adapter = await requestAdapter(gpu);
  const device = await adapter.requestDevice({ label: 'ceilings' });
  try {
    const fma: Record<string, number> = {};
    for (const variant of FMA_VARIANTS) fma[variant.name] = (await fmaRate(device, variant)) / 1e9;
    const copy: Record<string, number> = {};
    for (const count of COPY_VARIANTS) copy[`${count} vec4f`] = (await copyRate(device, count)) / 1e9;
    const best = (rates: Record<string, number>) => Math.max(...Object.values(rates));
    return { gflops: best(fma), gigabytesPerSecond: best(copy), variants: { fma, copy } };
  } finally {
    device.destroy();
  }
}

async function fmaRate(device: GPUDevice, variant: FmaVariant): Promise<number> {
  const result = storage(device, 4 * INVOCATIONS * MAX_GROUPS);
  const factors = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(factors, 0, new Float32Array([0.999, 0.001, 0, 0]));
  const time = await timer(device, fmaShader(variant, INVOCATIONS), [result, factors]);
  const perGroup = await bestTime(time, 256);
  for (const buffer of [result, factors]) buffer.destroy();
  return (INVOCATIONS * flopsPerInvocation(variant)) / perGroup;
}

async function copyRate(device: GPUDevice, perInvocation: number): Promise<number> {
  const buffers = [storage(device, COPY_BYTES), storage(device, COPY_BYTES)];
  const time = await timer(device, copyShader(perInvocation, COPY_INVOCATIONS), buffers);
  const perGroup = await bestTime(time, MAX_GROUPS / perInvocation, MAX_GROUPS / perInvocation);
  for (const buffer of buffers) buffer.destroy();
  return (2 * 16 * perInvocation * COPY_INVOCATIONS) / perGroup;
}

const storage = (device: GPUDevice, size: number) =>
  device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });

type Timer = (groups: number, dispatches: number) => Promise<number>;

/** Seconds that dispatches of a kernel take, submission and wait included. */
async function timer(device: GPUDevice, code: string, buffers: GPUBuffer[]): Promise<Timer> {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return async (groups, dispatches) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(groups);
    pass.end();
    const begin = seconds();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return seconds() - begin;
  };
}

/** Seconds of one workgroup when many run: the best of a few timings, each long enough. */
async function bestTime(time: Timer, fewestGroups: number, mostGroups = MAX_GROUPS): Promise<number> {
  await time(1, 1); // compiles, where drivers leave that to the first dispatch
  let [groups, dispatches] = [fewestGroups, 1];
  let taken = await time(groups, dispatches);
  while (taken < SHORTEST && dispatches < 1024) {
    if (groups < mostGroups) groups *= 2;
    else dispatches *= 2;
    taken = await time(groups, dispatches);
  }
  const begin = seconds();
  for (let sample = 1; sample < SAMPLES && seconds() - begin < ENOUGH; sample++) {
    taken = Math.min(taken, await time(groups, dispatches));
  }
  return taken / (groups * dispatches);
}
