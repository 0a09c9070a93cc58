/** Seconds; drivers compile at either. */
export interface PipelineTimes {
  readonly creation: number;
  /** A run of one workgroup over buffers of zeros, in which nothing is to be done. */
  readonly firstRun: number;
}

/** What a watcher of a GPU device is told. */
export interface Watcher {
  /** A pipeline was created and run for the first time: one after the other, so that none waits for another's. */
  pipeline?(label: string, times: PipelineTimes): void;
  /** Bytes of buffers were created, or (negative) destroyed. */
  memory?(bytes: number): void;
}

/** Bytes of a buffer of zeros: room for any uniform, and for the first number of any array. */
const ZEROS = 1024;

/** Have `watcher` told what every device does that is requested of `gpu` from now on. */
export function instrument(gpu: GPU, watcher: Watcher): void {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async options => {
    const adapter = await requestAdapter(options);
    if (!adapter) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async descriptor => {
      const device = await requestDevice(descriptor);
      watchPipelines(device, watcher);
      watchMemory(device, watcher);
      return device;
    };
    return adapter;
  };
}

function watchPipelines(device: GPUDevice, { pipeline }: Watcher): void {
  if (!pipeline) return;
  const groupsOf = rememberLayouts(device);
  const create = device.createComputePipelineAsync.bind(device);
  let last: Promise<unknown> = Promise.resolve();
  device.createComputePipelineAsync = descriptor => {
    const created = last.then(async () => {
      const begin = performance.now();
      const result = await create(descriptor);
      const ready = performance.now();
      await runOnce(device, result, groupsOf(descriptor.layout as GPUPipelineLayout));
      const firstRun = (performance.now() - ready) / 1000;
      pipeline(descriptor.label ?? 'unnamed', { creation: (ready - begin) / 1000, firstRun });
      return result;
    });
    last = created.catch(() => {});
    return created;
  };
}

interface Group {
  readonly layout: GPUBindGroupLayout;
  readonly entries: readonly GPUBindGroupLayoutEntry[];
}

/** WebGPU does not tell what a layout was made of. */
function rememberLayouts(device: GPUDevice): (layout: GPUPipelineLayout) => Group[] {
  const groups = new WeakMap<GPUBindGroupLayout, Group>();
  const pipelines = new WeakMap<GPUPipelineLayout, Group[]>();
  const createGroup = device.createBindGroupLayout.bind(device);
  device.createBindGroupLayout = descriptor => {
    const layout = createGroup(descriptor);
    groups.set(layout, { layout, entries: [...descriptor.entries] });
    return layout;
  };
  const createLayout = device.createPipelineLayout.bind(device);
  device.createPipelineLayout = descriptor => {
    const layout = createLayout(descriptor);
    const known = Array.from(descriptor.bindGroupLayouts, group => groups.get(group as GPUBindGroupLayout));
    pipelines.set(layout, known as Group[]);
    return layout;
  };
  return layout => pipelines.get(layout) ?? [];
}

async function runOnce(device: GPUDevice, pipeline: GPUComputePipeline, groups: readonly Group[]) {
  const buffers: GPUBuffer[] = [];
  const zeros = (type: GPUBufferBindingType = 'uniform') => {
    const usage = type === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE;
    const buffer = device.createBuffer({ size: ZEROS, usage });
    buffers.push(buffer);
    return { buffer };
  };
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  for (const [index, { layout, entries }] of groups.entries()) {
    const bound = entries.map(({ binding, buffer }) => ({ binding, resource: zeros(buffer?.type) }));
    const offsets = entries.filter(({ buffer }) => buffer?.hasDynamicOffset).map(() => 0);
    pass.setBindGroup(index, device.createBindGroup({ layout, entries: bound }), offsets);
  }
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  for (const buffer of buffers) buffer.destroy();
}

function watchMemory(device: GPUDevice, { memory }: Watcher): void {
  if (!memory) return;
  const create = device.createBuffer.bind(device);
  device.createBuffer = descriptor => {
    const buffer = create(descriptor);
    let bytes = buffer.size;
    memory(bytes);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      memory(-bytes);
      bytes = 0;
      return destroy();
    };
    return buffer;
  };
}
