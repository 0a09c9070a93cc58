/** What a watcher of a GPU device is told. */
export interface Watcher {
  /**
   * A pipeline was created, in so many seconds: one after the other, so that none waits for another's. Some drivers
   * compile at its first use only.
   */
  pipeline?(label: string, seconds: number): void;
  /** Bytes of buffers were created, or (negative) destroyed. */
  memory?(bytes: number): void;
}

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
  const create = device.createComputePipelineAsync.bind(device);
  let last: Promise<unknown> = Promise.resolve();
  device.createComputePipelineAsync = descriptor => {
    const created = last.then(async () => {
      const begin = performance.now();
      const result = await create(descriptor);
      pipeline(descriptor.label ?? 'unnamed', (performance.now() - begin) / 1000);
      return result;
    });
    last = created.catch(() => {});
    return created;
  };
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
