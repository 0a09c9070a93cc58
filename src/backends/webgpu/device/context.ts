import { DeviceError, EmError } from '../../../errors.js';
import { BUFFER_USAGE, MAP_READ } from './constants.js';
import { createKernel, type Kernel } from './kernel.js';
import type { Maker, Memory } from './memory.js';
import { Pace } from './pace.js';

/** Buffers that are made together. */
interface Group {
  readonly made: GPUBuffer[];
  isOver: boolean;
}

const ADVICE = "Try fewer rows at a time, or device: 'cpu'.";
/** How long a device that fails has to say that it is lost. */
const LAST_WORDS = 50;

/** A device with what all its users share: compiled kernels, a count of its memory, its pace, and its errors. */
export class Context {
  readonly memory: Memory = { buffers: 0, bytes: 0 };
  readonly pace: Pace;
  readonly #kernels = new Map<string, Promise<Kernel>>();
  readonly #sizes = new Map<GPUBuffer, number>();
  #scopes: Promise<unknown> = Promise.resolve();
  #lost: string | undefined;

  constructor(
    readonly device: GPUDevice,
    submission?: number,
  ) {
    this.pace = new Pace(device.queue, submission);
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
    if (this.#lost) throw new DeviceError(`${this.#lost} ${ADVICE}`);
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
   * Run `work`, which makes something on the device, and throw what the device says about it: allocations and commands
   * fail asynchronously in WebGPU. If anything fails, every buffer that it made is given back. Error scopes are a stack of
   * the device's, so guarded work runs one piece at a time.
   *
   * @throws DeviceError
   */
  guard<T>(what: string, work: (make: Maker) => T | Promise<T>): Promise<T> {
    const guarded = this.#scopes.then(() => this.#guardNow(what, work));
    this.#scopes = guarded.catch(() => {});
    return guarded;
  }

  async #guardNow<T>(what: string, work: (make: Maker) => T | Promise<T>): Promise<T> {
    this.check();
    const group: Group = { made: [], isOver: false };
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    const outcome = await Promise.resolve(this.#maker(group))
      .then(work)
      .then(
        result => ({ result }),
        (thrown: unknown) => ({ thrown }),
      );
    group.isOver = true;
    const errors = [await this.#popErrorScope(), await this.#popErrorScope()];
    try {
      this.check();
      const error = errors.find(Boolean);
      if (error) throw refusal(what, error);
      if (!('thrown' in outcome)) return outcome.result;
      throw outcome.thrown instanceof EmError ? outcome.thrown : refusal(what, outcome.thrown);
    } catch (error) {
      this.release(...group.made);
      throw error;
    }
  }

  /** What the device said; a device that is gone may say it by throwing. */
  async #popErrorScope(): Promise<unknown> {
    try {
      return await this.device.popErrorScope();
    } catch (thrown) {
      await this.#lastWords();
      return thrown;
    }
  }

  #maker(group: Group): Maker {
    const { storage, copySource, copyDestination } = BUFFER_USAGE;
    const buffer: Maker['buffer'] = (label, bytes, usage) => {
      if (group.isOver) throw new Error(`${label} is made after its group was: nobody would give it back.`);
      const size = Math.max(16, Math.ceil(bytes / 4) * 4);
      const created = this.device.createBuffer({ label, size, usage });
      this.#sizes.set(created, size);
      this.memory.buffers++;
      this.memory.bytes += size;
      group.made.push(created);
      return created;
    };
    return {
      buffer,
      storage: (label, bytes) => buffer(label, bytes, storage | copySource | copyDestination),
    };
  }

  /** The bytes of `buffer` (mappable), copied. @throws DeviceError */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await buffer.mapAsync(MAP_READ, 0, bytes);
      const copy = buffer.getMappedRange(0, bytes).slice(0);
      buffer.unmap();
      this.check();
      return copy;
    } catch (cause) {
      await this.#lastWords();
      this.check();
      throw new DeviceError(`The GPU did not hand its results back: ${firstLine(cause)} ${ADVICE}`, {
        cause,
      });
    }
  }

  /** Wait until all that was submitted is done. @throws DeviceError */
  async settle(): Promise<void> {
    await this.pace.settle();
    this.check();
  }

  async #lastWords(): Promise<void> {
    await Promise.race([this.device.lost, new Promise(resolve => setTimeout(resolve, LAST_WORDS))]);
  }
}

const refusal = (what: string, cause: unknown): DeviceError =>
  new DeviceError(
    `The GPU refused ${what}: ${firstLine(cause)} Try fewer rows or features, or device: 'cpu'.`,
    { cause },
  );

/** An error of a device's, as a sentence. */
function firstLine(cause: unknown): string {
  const [line] = ((cause as Error).message || String(cause)).split('\n');
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
