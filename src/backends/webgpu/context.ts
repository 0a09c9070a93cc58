import { DeviceError } from '../../errors.js';
import { BUFFER_USAGE } from './constants.js';
import { createKernel, type Kernel } from './kernel.js';

/** Bytes and buffers that are allocated right now. */
export interface Memory {
  buffers: number;
  bytes: number;
}

/** A device with what all its users share: compiled kernels, a count of its memory, and its errors. */
export class Context {
  readonly memory: Memory = { buffers: 0, bytes: 0 };
  readonly #kernels = new Map<string, Promise<Kernel>>();
  readonly #sizes = new Map<GPUBuffer, number>();
  #failure: DeviceError | undefined;

  constructor(readonly device: GPUDevice) {
    device.lost.then(({ reason, message }) => {
      this.#failure ??= new DeviceError(
        `The GPU device was lost (${reason || 'unknown reason'}): ${message || 'no message'}. Try again with fewer rows at a time, or device: 'cpu'.`,
      );
    });
    device.addEventListener?.('uncapturederror', event => {
      this.#failure ??= new DeviceError(
        `The GPU reported: ${(event as GPUUncapturedErrorEvent).error.message}`,
      );
    });
  }

  /** Kernels are compiled once a source; compilations in flight are shared. */
  kernel(label: string, source: string): Promise<Kernel> {
    let kernel = this.#kernels.get(source);
    if (!kernel) {
      kernel = createKernel(this.device, label, source);
      this.#kernels.set(source, kernel);
      kernel.catch(() => this.#kernels.delete(source));
    }
    return kernel;
  }

  /** A counted buffer. Call inside `allocate`, so that running out of memory is an error at once. */
  buffer(label: string, bytes: number, usage: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const buffer = this.device.createBuffer({ label, size, usage });
    this.#sizes.set(buffer, size);
    this.memory.buffers++;
    this.memory.bytes += size;
    return buffer;
  }

  storage(label: string, bytes: number): GPUBuffer {
    return this.buffer(
      label,
      bytes,
      BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyDestination,
    );
  }

  /** Destroying a buffer twice is harmless. */
  release(...buffers: GPUBuffer[]): void {
    for (const buffer of buffers) {
      const size = this.#sizes.get(buffer);
      if (size === undefined) continue;
      this.#sizes.delete(buffer);
      this.memory.buffers--;
      this.memory.bytes -= size;
      buffer.destroy();
    }
  }

  /** Run `create` and throw what the device says about it: allocations fail asynchronously in WebGPU. */
  async allocate<T>(what: string, create: () => T | Promise<T>): Promise<T> {
    this.check();
    const before = new Set(this.#sizes.keys());
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    let result: T | undefined;
    let thrown: unknown;
    try {
      result = await create();
    } catch (error) {
      thrown = error;
    }
    const errors = [await this.device.popErrorScope(), await this.device.popErrorScope()];
    const error = errors.find(Boolean);
    if (!error && thrown === undefined) return result as T;
    this.release(...[...this.#sizes.keys()].filter(buffer => !before.has(buffer)));
    if (thrown !== undefined && !error) throw thrown;
    throw new DeviceError(
      `The GPU refused ${what}: ${error?.message.split('\n')[0]}. Try fewer rows or features, or device: 'cpu'.`,
    );
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws DeviceError if the device was lost or reported an error since */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** The bytes of `buffer` (mappable), copied. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await buffer.mapAsync(0x1, 0, bytes);
    } catch (cause) {
      this.check();
      throw new DeviceError(`Reading results back from the GPU failed: ${cause}.`);
    }
    const copy = buffer.getMappedRange(0, bytes).slice(0);
    buffer.unmap();
    this.check();
    return copy;
  }
}
