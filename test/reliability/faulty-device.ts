/** What may go wrong with a device: it refuses something that is to be made, or it goes away; or what else is done then. */
export type Fault = 'refused' | 'lost' | (() => void);

/** A device on which the `at`-th moment from now on goes wrong. Moments: a creation, a submission, reading back. */
export class FaultyDevice {
  readonly device: GPUDevice;
  /** Moments since `arm`. */
  moments = 0;
  #at = 0;
  #fault: Fault = 'refused';
  #hasFailed = false;

  constructor(
    private readonly real: GPUDevice,
    limits: Partial<GPUSupportedLimits> = {},
  ) {
    const made = {
      createBuffer: (descriptor: GPUBufferDescriptor) => {
        // a size beyond every limit: the device itself refuses it
        const size = this.#isRefused() ? 2 ** 40 : descriptor.size;
        const buffer = this.real.createBuffer({ ...descriptor, size });
        const mapAsync = buffer.mapAsync.bind(buffer);
        buffer.mapAsync = (...given) => {
          this.#pass();
          return mapAsync(...given);
        };
        return buffer;
      },
      createComputePipelineAsync: (descriptor: GPUComputePipelineDescriptor) => {
        const entryPoint = this.#isRefused() ? 'missing' : 'main';
        return this.real.createComputePipelineAsync({
          ...descriptor,
          compute: { ...descriptor.compute, entryPoint },
        });
      },
      queue: proxy(this.real.queue, {
        submit: (commands: GPUCommandBuffer[]) => {
          this.#pass();
          this.real.queue.submit(commands);
        },
      }),
      limits: proxy(this.real.limits, limits),
    };
    this.device = proxy(this.real, made);
  }

  /** Whether it has gone wrong since `arm`. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  arm(at: number, fault: Fault): void {
    this.moments = 0;
    this.#hasFailed = false;
    [this.#at, this.#fault] = [at, fault];
  }

  /** Count a moment at which nothing is made. A refusal waits for the next at which something is. */
  #pass(): void {
    this.moments++;
    if (this.#fault === 'refused' || this.moments !== this.#at) return;
    this.#hasFailed = true;
    if (this.#fault === 'lost') this.real.destroy();
    else this.#fault();
  }

  #isRefused(): boolean {
    this.#pass();
    const isRefused =
      this.#fault === 'refused' && !this.#hasFailed && this.#at > 0 && this.moments >= this.#at;
    this.#hasFailed ||= isRefused;
    return isRefused;
  }
}

/** `own` members in place of the target's. Methods of the target keep their `this`. */
function proxy<T extends object>(target: T, own: object): T {
  return new Proxy(target, {
    get(_, key) {
      if (Reflect.has(own, key)) return Reflect.get(own, key);
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
