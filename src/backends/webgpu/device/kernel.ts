import { DeviceError } from '../../../errors.js';
import { COMPUTE_STAGE } from './constants.js';
import type { Origin } from './origin.js';

interface Binding {
  readonly group: number;
  readonly binding: number;
  readonly name: string;
  readonly type: GPUBufferBindingType;
}

/** The buffers whose offsets move: from chunk to chunk, and from part to part of a grid. */
const DYNAMIC: readonly string[] = ['chunk', 'origin'];

/** A compiled compute shader whose buffers are bound by the names they have in WGSL. */
export interface Kernel {
  /** The buffers of a bind group, by name. */
  names(group: number): string[];
  readonly pipeline: GPUComputePipeline;
  /** @throws Error for a name that the group lacks, or a missing one */
  bind(group: number, buffers: Record<string, GPUBuffer | GPUBufferBinding | undefined>): GPUBindGroup;
}

/** A kernel with its bind groups by index, the last of which is that of the origin. */
export interface Stage {
  readonly kernel: Kernel;
  readonly groups: readonly (GPUBindGroup | undefined)[];
  readonly origin: Origin;
}

/** Compile `source`, reading its bindings off the text: the shader is the one place that says them. */
export async function createKernel(device: GPUDevice, label: string, source: string): Promise<Kernel> {
  const bindings = reflectBindings(source);
  const layouts = groupLayouts(device, bindings);
  const module = device.createShaderModule({ label, code: source });
  const pipeline = await compile(device, label, source, module, layouts);

  return {
    pipeline,
    names: group => bindings.filter(binding => binding.group === group).map(({ name }) => name),
    bind(group, buffers) {
      const wanted = bindings.filter(binding => binding.group === group);
      const unknown = Object.keys(buffers).filter(name => !wanted.some(binding => binding.name === name));
      if (unknown.length > 0) throw new Error(`${label}: group ${group} has no ${unknown.join(', ')}.`);
      const entries = wanted.map(({ name, binding }) => {
        const buffer = buffers[name];
        if (!buffer) throw new Error(`${label}: group ${group} needs ${name}.`);
        return { binding, resource: 'buffer' in buffer ? buffer : { buffer } };
      });
      return device.createBindGroup({ label: `${label} ${group}`, layout: layouts[group], entries });
    },
  };
}

const DECLARATION =
  /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<(uniform|storage)(?:,\s*(read|read_write))?>\s*(\w+)/g;

function reflectBindings(source: string): Binding[] {
  return [...source.matchAll(DECLARATION)].map(([, group, binding, space, access, name]) => ({
    group: Number(group),
    binding: Number(binding),
    name,
    type: space === 'uniform' ? 'uniform' : access === 'read_write' ? 'storage' : 'read-only-storage',
  }));
}

function groupLayouts(device: GPUDevice, bindings: Binding[]): GPUBindGroupLayout[] {
  const groups = 1 + Math.max(...bindings.map(({ group }) => group));
  return Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: bindings
        .filter(binding => binding.group === group)
        .map(({ binding, type, name }) => ({
          binding,
          visibility: COMPUTE_STAGE,
          buffer: { type, hasDynamicOffset: DYNAMIC.includes(name) },
        })),
    }),
  );
}

async function compile(
  device: GPUDevice,
  label: string,
  source: string,
  module: GPUShaderModule,
  bindGroupLayouts: GPUBindGroupLayout[],
): Promise<GPUComputePipeline> {
  try {
    return await device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts }),
      compute: { module, entryPoint: 'main' },
    });
  } catch (cause) {
    const messages = await module.getCompilationInfo().then(
      info => info.messages,
      () => [], // of a device that is lost
    );
    const lines = messages.map(({ lineNum, linePos, message }) => `${lineNum}:${linePos} ${message}`);
    throw new DeviceError(
      `The device did not compile shader ${label}: ${lines.join('; ') || (cause as Error).message}. Please report it with the adapter's name; device: 'cpu' works without shaders.`,
      { cause: new Error(source) },
    );
  }
}
