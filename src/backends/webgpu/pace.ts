/** Milliseconds that a submission takes at most, where it can be cut so small; and those of all in flight. */
const SUBMISSION = 50;
const IN_FLIGHT = 100;
/** Units of work a millisecond that nearly any adapter does, about 0.3 GFLOP/s; and those that every adapter does. */
const FIRST_SPEED = 3e5;
const LEAST_SPEED = 1e4;
/** What the first run of a kernel is given, of that: drivers compile in it. */
const TASTE = 1 / 16;
/** How far one submission may move a speed: the first to tell, and later ones, whose ends may be noticed late. */
const FIRST_CHANGE = 16;
const LATER_CHANGE = 1.5;
/** Milliseconds that a submission must take, or be expected to, to tell of the device and not of the way to it. */
const TELLING = 5;

/** What is known of a kernel. */
interface Speed {
  /** units of work a millisecond */
  speed: number;
  state: 'new' | 'compiled' | 'measured';
}

/** Work of one submission, by kernel. */
export class Load {
  readonly kernels = new Map<GPUComputePipeline, number>();
  /** Whether the work may be less than it says, so that it tells of no speed. */
  isBound = false;

  add(pipeline: GPUComputePipeline, work: number): void {
    this.kernels.set(pipeline, (this.kernels.get(pipeline) ?? 0) + work);
  }
}

/**
 * How fast a device does what: each submission is measured, and says how much the next may hold. Only times are
 * decided here, no result.
 */
export class Pace {
  readonly #speeds = new WeakMap<GPUComputePipeline, Speed>();
  /** What is in flight, first in, first out: expected milliseconds, and their end. */
  readonly #inFlight: { readonly time: number; readonly done: Promise<void> }[] = [];
  #lastDone = 0;

  constructor(
    private readonly queue: GPUQueue,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Milliseconds that so much of a kernel's work is expected to take. */
  time(pipeline: GPUComputePipeline, work: number): number {
    return work / this.#speed(pipeline).speed;
  }

  /** Whether a submission may hold so much. */
  fits(load: Load, pipeline?: GPUComputePipeline, work = 0): boolean {
    return this.#timeOf(load) + (pipeline ? this.time(pipeline, work) : 0) <= SUBMISSION;
  }

  /** Work of a kernel that one submission may hold. */
  allowance(pipeline: GPUComputePipeline): number {
    const { speed, state } = this.#speed(pipeline);
    return SUBMISSION * speed * (state === 'new' ? TASTE : 1);
  }

  /** Submit as soon as there is room, and wait for it where it shows how fast something is that nobody knows yet. */
  async submit(commands: GPUCommandBuffer, load: Load, isPart: boolean): Promise<void> {
    const time = this.#timeOf(load);
    while (this.#inFlight.length > 0 && this.#timeInFlight + time > IN_FLIGHT) await this.#inFlight[0].done;
    const begin = this.now();
    this.queue.submit([commands]);
    const done = this.queue
      .onSubmittedWorkDone()
      .catch(() => {}) // a lost device has its own way to say so
      .then(() => {
        this.#inFlight.shift();
        const took = this.now() - Math.max(begin, this.#lastDone);
        this.#lastDone = this.now();
        this.#learn(load, took / Math.max(time, 1e-9), took);
      });
    this.#inFlight.push({ time, done });
    const isKnown = [...load.kernels.keys()].every(kernel => this.#speed(kernel).state === 'measured');
    if (isPart && !isKnown) await done;
  }

  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.map(({ done }) => done));
    await this.queue.onSubmittedWorkDone().catch(() => {});
  }

  /** @param ratio how often as long as expected it took */
  #learn({ kernels, isBound }: Load, ratio: number, took: number): void {
    const speeds = [...kernels.keys()].map(kernel => this.#speed(kernel));
    const isCompiled = speeds.every(({ state }) => state !== 'new');
    const isTelling = took / ratio > TELLING || took > IN_FLIGHT;
    for (const each of speeds) {
      if (!isCompiled) {
        each.state = each.state === 'new' ? 'compiled' : each.state;
        continue;
      }
      const change = each.state === 'measured' ? LATER_CHANGE : FIRST_CHANGE;
      if (ratio < 1 && !isBound) each.speed *= Math.min(change, 1 / ratio);
      if (ratio > 1 && isTelling) each.speed = Math.max(LEAST_SPEED, each.speed / Math.min(change, ratio));
      if (!isBound) each.state = 'measured';
    }
  }

  #speed(pipeline: GPUComputePipeline): Speed {
    const known = this.#speeds.get(pipeline) ?? { speed: FIRST_SPEED, state: 'new' };
    this.#speeds.set(pipeline, known);
    return known;
  }

  #timeOf({ kernels }: Load): number {
    let time = 0;
    for (const [kernel, work] of kernels) time += this.time(kernel, work);
    return time;
  }

  get #timeInFlight(): number {
    return this.#inFlight.reduce((sum, { time }) => sum + time, 0);
  }
}
