import { DeviceError, InvalidArgumentError } from '../../../errors.js';
import type { Context } from './context.js';

/** How often what is resident follows the library to another device. */
const MOST_LOSSES = 3;

/** What lies in device memory until nobody needs it: one user at a time, and freed after the last. */
export abstract class Resident {
  readonly #disposals = new Set<() => void>();
  readonly #scratch = new Set<() => void>();
  #losses = 0;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;
  #waiting = 0;

  protected constructor(
    private current: Context,
    private readonly what: string,
  ) {}

  get context(): Context {
    return this.current;
  }

  /** How often the device was lost and another took its place. */
  get losses(): number {
    return this.#losses;
  }

  /** Give the device memory back. */
  protected abstract free(): void;

  /** A device in the place of a lost one, where there is to be one. */
  protected async renewal(): Promise<Context | undefined> {
    return undefined;
  }

  /** Be resident on another device. @throws DeviceError; nothing is resident there then */
  protected async moveTo(_: Context): Promise<void> {}

  /** One caller at a time: scratch belongs to what is resident. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(async () => {
      try {
        return await this.#attempt(work);
      } finally {
        this.#waiting--;
        if (this.#disposed && this.#waiting === 0) this.#free();
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  /** Once more on another device where the device was lost: what it does depends on nothing that it left there. */
  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        this.checkResident();
        return await work();
      } catch (error) {
        if (!(error instanceof DeviceError && (await this.#isRenewed()))) throw error;
      }
    }
  }

  async #isRenewed(): Promise<boolean> {
    if (!this.current.isLost || this.#disposed || this.#losses === MOST_LOSSES) return false;
    const context = await this.renewal();
    if (!context) return false;
    for (const release of this.#scratch) release();
    this.free();
    const lost = this.current;
    this.current = context;
    this.#losses++;
    try {
      await this.moveTo(context);
    } catch (error) {
      this.free();
      this.current = lost;
      throw error;
    }
    return true;
  }

  /** Have `release` called along with it, and before it moves to another device. */
  onRelease(release: () => void): void {
    this.#scratch.add(release);
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
    for (const release of this.#scratch) release();
    for (const dispose of this.#disposals) dispose();
    this.free();
  }
}
