import { InvalidArgumentError } from '../../errors.js';
import type { Context } from './context.js';

/** What lies in device memory until nobody needs it: one user at a time, and freed after the last. */
export abstract class Resident {
  readonly #disposals = new Set<() => void>();
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;
  #waiting = 0;

  protected constructor(
    readonly context: Context,
    private readonly what: string,
  ) {}

  /** Give the device memory back. */
  protected abstract free(): void;

  /** One caller at a time: scratch belongs to what is resident. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(async () => {
      try {
        this.checkResident();
        return await work();
      } finally {
        this.#waiting--;
        if (this.#disposed && this.#waiting === 0) this.#free();
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  /** Have `dispose` called along with it. @returns takes that back */
  onDispose(dispose: () => void): () => void {
    this.#disposals.add(dispose);
    return () => this.#disposals.delete(dispose);
  }

  /** @throws InvalidArgumentError once it was disposed of; DeviceError if the device was lost */
  checkResident(): void {
    if (this.#disposed) {
      throw new InvalidArgumentError(`These ${this.what} have been disposed of; load them again.`);
    }
    this.context.check();
  }

  /** Frees at once, or when the work in progress is done. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#waiting === 0) this.#free();
  }

  #free(): void {
    for (const dispose of this.#disposals) dispose();
    this.free();
  }
}
