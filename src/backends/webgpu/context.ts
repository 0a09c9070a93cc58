import { DeviceError } from '../../errors.js';
import { BUFFER_USAGE, MAP_READ } from './constants.js';
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
  #scopes: Promise<unknown> = Promise.resolve();
  #lost: string | undefined;

  constructor(readonly device: GPUDevice) {
    device.lost.then(({ reason, message }) => {
      this.#lost = `The GPU device was lost (${reason || 'unknown reason'}): ${message || 'no message'}.`;
    });
  }

  /** Whether the device is gone. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws DeviceError if the device was lost */
  check(): void {
    if (!this.#lost) return;
    throw new DeviceError(`${this.#lost} Try again with fewer rows at a time, or device: 'cpu'.`);
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

  /** A counted buffer. Call inside `guard`, so that running out of memory is an error at once. */
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

  /** Releasing a buffer twice is harmless. */
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

  /**
   * Run `work` and throw what the device says about it: allocations and commands fail asynchronously in WebGPU. Error
   * scopes are a stack of the device's, so guarded work runs one piece at a time.
   */
  guard<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const guarded = this.#scopes.then(() => this.#guardNow(what, work));
    this.#scopes = guarded.catch(() => {});
    return guarded;
  }

  async #guardNow<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    this.check();
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    const outcome = await Promise.resolve()
      .then(work)
      .then(
        result => ({ result }),
        (thrown: unknown) => ({ thrown }),
      );
    const errors = [await this.device.popErrorScope(), await this.device.popErrorScope()];
    this.check();
    const error = errors.find(Boolean);
    if (error) {
      throw new DeviceError(
        `The GPU refused ${what}: ${error.message.split('\n')[0]} Try fewer rows or features, or device: 'cpu'.`,
      );
    }
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.result;
  }

  /** The bytes of `buffer` (mappable), copied. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await buffer.mapAsync(MAP_READ, 0, bytes);
    } catch (cause) {
      await Promise.race([this.device.lost, new Promise(resolve => setTimeout(resolve, 50))]);
      this.check();
      throw new DeviceError(`Reading results back from the GPU failed: ${cause}`);
    }
    const copy = buffer.getMappedRange(0, bytes).slice(0);
    buffer.unmap();
    this.check();
    return copy;
  }
}
