/** Milliseconds that a submission takes at most, where it can be cut so small; and those of all in flight, of these. */
const SUBMISSION = 80;
const IN_FLIGHT = 1.25;
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

/** Milliseconds in which what ends seems to end at once: ends are noticed late, and then together. */
const AT_ONCE = 1;

/** What submissions were expected to take, and took. */
interface Measured {
  readonly load: Load;
  /** what its kernels were expected to do in a millisecond */
  readonly speeds: ReadonlyMap<GPUComputePipeline, number>;
  readonly expected: number;
  readonly took: number;
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
  #measured: Measured | undefined;

  constructor(
    private readonly queue: Pick<GPUQueue, 'submit' | 'onSubmittedWorkDone'>,
    private readonly submission = SUBMISSION,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Milliseconds that so much of a kernel's work is expected to take. */
  time(pipeline: GPUComputePipeline, work: number): number {
    return work / this.#speed(pipeline).speed;
  }

  /** Whether a submission may hold so much. */
  fits(load: Load, pipeline?: GPUComputePipeline, work = 0): boolean {
    return this.#timeOf(load) + (pipeline ? this.time(pipeline, work) : 0) <= this.submission;
  }

  /** Work of a kernel that one submission may hold besides what it has. */
  allowance(pipeline: GPUComputePipeline, load = new Load()): number {
    const { speed, state } = this.#speed(pipeline);
    return Math.max(0, this.submission - this.#timeOf(load)) * speed * (state === 'new' ? TASTE : 1);
  }

  /** Whether a part of long work is worth to go with what a submission has; what nobody knows yet goes alone. */
  hasRoom(load: Load, pipeline: GPUComputePipeline): boolean {
    return this.#speed(pipeline).state === 'measured' && this.#timeOf(load) <= this.submission / 2;
  }

  /** Submit as soon as there is room, and wait for it where it shows how fast something is that nobody knows yet. */
  async submit(commands: GPUCommandBuffer, load: Load, isPart: boolean): Promise<void> {
    while (
      this.#inFlight.length > 0 &&
      this.#timeInFlight + this.#timeOf(load) > IN_FLIGHT * this.submission
    ) {
      await this.#inFlight[0].done;
    }
    const time = this.#timeOf(load);
    const speeds = new Map([...load.kernels.keys()].map(kernel => [kernel, this.#speed(kernel).speed]));
    const begin = this.now();
    this.queue.submit([commands]);
    const done = this.queue
      .onSubmittedWorkDone()
      .catch(() => {}) // a lost device has its own way to say so
      .then(() => {
        this.#inFlight.shift();
        this.#measure(load, speeds, time, begin);
      });
    this.#inFlight.push({ time, done });
    const isKnown = [...load.kernels.keys()].every(kernel => this.#speed(kernel).state === 'measured');
    if (isPart && !isKnown) await done;
  }

  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.map(({ done }) => done));
    await this.queue.onSubmittedWorkDone().catch(() => {});
  }

  /** What ends at the same time, as far as anybody noticed, is measured together. */
  #measure(load: Load, speeds: Measured['speeds'], expected: number, begin: number): void {
    const now = this.now();
    const took = now - Math.max(begin, this.#lastDone);
    this.#lastDone = now;
    const last = this.#measured;
    if (last && took < AT_ONCE)
      this.#measured = { ...last, expected: last.expected + expected, took: last.took + took };
    else {
      if (last) this.#learn(last);
      this.#measured = { load, speeds, expected, took };
    }
    if (this.#inFlight.length > 0) return;
    this.#learn(this.#measured);
    this.#measured = undefined;
  }

  #learn({ load, speeds, expected, took }: Measured): void {
    const isCompiled = [...speeds.keys()].every(kernel => this.#speed(kernel).state !== 'new');
    const faster = Math.max(expected, 1e-9) / Math.max(took, 1e-3);
    const tells = faster > 1 ? !load.isBound : expected > TELLING || took > IN_FLIGHT * this.submission;
    for (const [kernel, speed] of speeds) {
      const known = this.#speed(kernel);
      if (!isCompiled) {
        if (known.state === 'new') known.state = 'compiled';
        continue;
      }
      if (!tells) continue;
      const change = known.state === 'measured' ? LATER_CHANGE : FIRST_CHANGE;
      const found = Math.max(LEAST_SPEED, speed * faster);
      known.speed = Math.min(known.speed * change, Math.max(known.speed / change, found));
      if (known.speed === found) known.state = 'measured';
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
