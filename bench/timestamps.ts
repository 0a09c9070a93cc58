/** What one kernel of a device took. */
export interface KernelTime {
  readonly seconds: number;
  readonly dispatches: number;
}

/** A query set holds 4096 timestamps at most: two a dispatch. */
const MOST_DISPATCHES = 2048;

/** `pipeline.label` → its times since the last call; and whether some dispatches found no room. */
export interface Clock {
  read(): Promise<{ kernels: Map<string, KernelTime>; isCut: boolean }>;
}

/**
 * Time every dispatch of the next device that is requested of `gpu`, on the device's own clock. Each becomes a pass of
 * its own, so that what might have overlapped does not.
 */
export function clockNextDevice(gpu: GPU): Clock {
  let device: GPUDevice | undefined;
  let recorder: Recorder | undefined;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async options => {
    const adapter = await requestAdapter(options);
    if (!adapter) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async descriptor => {
      const requiredFeatures = [...(descriptor?.requiredFeatures ?? []), 'timestamp-query' as const];
      device = await requestDevice({ ...descriptor, requiredFeatures });
      recorder = new Recorder(device);
      return device;
    };
    return adapter;
  };
  return {
    async read() {
      if (!recorder) throw new Error('No device has been requested.');
      return recorder.read();
    },
  };
}

class Recorder {
  #labels: string[] = [];
  #isCut = false;
  readonly #queries: GPUQuerySet;

  constructor(private readonly device: GPUDevice) {
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * MOST_DISPATCHES });
    const createEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = descriptor => {
      const encoder = createEncoder(descriptor);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => this.#passPerDispatch(begin) as unknown as GPUComputePassEncoder;
      return encoder;
    };
  }

  #passPerDispatch(begin: (descriptor?: GPUComputePassDescriptor) => GPUComputePassEncoder) {
    let pipeline: GPUComputePipeline;
    const groups = new Map<number, [GPUBindGroup, number[]]>();
    return {
      setPipeline: (given: GPUComputePipeline) => {
        pipeline = given;
      },
      setBindGroup: (index: number, group: GPUBindGroup, offsets: number[] = []) => {
        groups.set(index, [group, offsets]);
      },
      dispatchWorkgroups: (...size: [number, number, number]) => {
        const pass = begin(this.#next(pipeline.label));
        pass.setPipeline(pipeline);
        for (const [index, [group, offsets]] of groups) pass.setBindGroup(index, group, offsets);
        pass.dispatchWorkgroups(...size);
        pass.end();
      },
      end: () => {},
    };
  }

  #next(label: string): GPUComputePassDescriptor {
    const at = 2 * this.#labels.length;
    if (this.#labels.length === MOST_DISPATCHES) {
      this.#isCut = true;
      return {};
    }
    this.#labels.push(label);
    const timestampWrites = {
      querySet: this.#queries,
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
    return { timestampWrites };
  }

  async read() {
    const labels = this.#labels;
    const isCut = this.#isCut;
    this.#labels = [];
    this.#isCut = false;
    const kernels = new Map<string, KernelTime>();
    const stamps = labels.length > 0 ? await this.#stamps(2 * labels.length) : new BigUint64Array();
    labels.forEach((label, i) => {
      const { seconds, dispatches } = kernels.get(label) ?? { seconds: 0, dispatches: 0 };
      const took = Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e9;
      kernels.set(label, { seconds: seconds + took, dispatches: dispatches + 1 });
    });
    return { kernels, isCut };
  }

  async #stamps(count: number): Promise<BigUint64Array> {
    const { device } = this;
    const size = 8 * count;
    const resolved = device.createBuffer({
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const read = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(this.#queries, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, read, 0, size);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const stamps = new BigUint64Array(read.getMappedRange()).slice();
    resolved.destroy();
    read.destroy();
    return stamps;
  }
}
