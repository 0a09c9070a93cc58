import type { KernelName, Plan, Tiles, WorkspaceShape } from './shape.js';

/** Where tile choices are kept between sessions: `localStorage` in a browser, or anything of its shape. */
export interface TuningStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface TuningOptions {
  /**
   * 'on' measures, once a model's shape and in well under a second, which tile sizes are fastest where the work is long
   * enough to pay for it. The choice changes the order of no sum. 'off' takes the table's. 'auto', the default, is 'on'
   * for a GPU and 'off' for a software adapter: there the table was measured, and one more kernel to compile may take
   * longer than the bound.
   */
  tuning?: 'auto' | 'on' | 'off';
  /** Where to keep the choices between sessions; without one they are kept in memory. What it holds is not trusted. */
  tuningStore?: TuningStore;
}

/** What the tuner tunes: a workspace, seen as tiles that can be held and kernels that can be run. */
export interface Tunable {
  readonly plan: Plan;
  readonly shape: WorkspaceShape;
  /** Whether tuning could ever pay. */
  readonly isLong: boolean;
  /** Chunks that an iteration takes. */
  readonly chunks: readonly unknown[];
  /** Numbers to try, for each kernel; the table's own comes first. */
  readonly candidates: Readonly<Record<keyof Tiles, readonly number[]>>;
  /** A kernel's text with the tiles that are held. */
  source(kernel: KernelName): string;
  hold(tiles: Tiles): void;
  /** Run a kernel on that share of the first chunk, or that many times on all of it, and wait for it. */
  run(kernel: KernelName, amount: number): Promise<void>;
}

const KERNELS: readonly [keyof Tiles, KernelName][] = [
  ['accumulateComponents', 'mixture-accumulate'],
  ['logitsComponents', 'mixture-logits'],
];

/** The most milliseconds that choosing may take, but for what the compiler takes longer than it took before. */
const MOST_TIME = 500;
/** And no more than so many iterations' worth of a kernel: a fit has about a hundred. */
const MOST_ITERATIONS = 10;
/** A measurement takes about so long: many times a round trip to a device. */
const RUN_TIME = 15;
const RUNS = 3;
const MOST_REPEATS = 32;
/** The share of a chunk that tells how much is worth measuring. */
const TASTE = 1 / 16;
/** What it takes to be clearly faster. */
const CLEARLY = 0.9;

/**
 * Chooses tile sizes per adapter and shape: candidates in a fixed order, each measured on resident rows, under a bound
 * on time. Tiles are choices that change no sum's order, so that results do not depend on what the clock says.
 */
export class Tuner {
  readonly #known = new Map<string, Tiles>();
  readonly #tuned = new WeakSet<Tunable>();

  constructor(
    private readonly adapter: string,
    private readonly options: TuningOptions,
    private readonly isFallback: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Have `work` hold the best tiles: those known, or those that measuring finds. */
  async tune(work: Tunable): Promise<void> {
    if (this.#tuned.has(work) || !this.#isOn) return;
    this.#tuned.add(work);
    if (!work.isLong || KERNELS.every(([tile]) => work.candidates[tile].length < 2)) return;
    const key = this.#key(work);
    const known = this.#known.get(key) ?? this.#recall(key, work);
    const tiles = known ?? (await this.#measure(work));
    this.#known.set(key, tiles);
    if (!known) this.#keep(key, tiles);
    work.hold(tiles);
  }

  get #isOn(): boolean {
    const { tuning = 'auto' } = this.options;
    return tuning === 'auto' ? !this.isFallback : tuning === 'on';
  }

  /** Names the kernels by their text: a choice for others is no choice for these. */
  #key(work: Tunable): string {
    const { form, moments, nFeatures, nComponents } = work.shape;
    const text = hash(KERNELS.map(([, kernel]) => work.source(kernel)).join());
    return `webgpu-em tiles: ${this.adapter}; D ${nFeatures}, K ${nComponents}, ${form}, ${moments}; ${text}`;
  }

  async #measure(work: Tunable): Promise<Tiles> {
    let tiles: Tiles = work.plan;
    let left = MOST_TIME;
    for (const [tile, kernel] of KERNELS) {
      const bench: Bench = {
        chunks: work.chunks.length,
        now: this.now,
        run: (held, amount) => {
          work.hold({ ...tiles, [tile]: held });
          return work.run(kernel, amount);
        },
      };
      const { held, took } = await fastest(work.candidates[tile], bench, left);
      tiles = { ...tiles, [tile]: held };
      left -= took;
    }
    return tiles;
  }

  #recall(key: string, { candidates }: Tunable): Tiles | undefined {
    try {
      const tiles = JSON.parse(this.options.tuningStore?.getItem(key) ?? 'null') as Tiles;
      return KERNELS.every(([tile]) => candidates[tile].includes(tiles[tile])) ? tiles : undefined;
    } catch {
      return undefined; // a store of someone else's, or none
    }
  }

  #keep(key: string, { logitsComponents, accumulateComponents }: Tiles): void {
    try {
      this.options.tuningStore?.setItem(key, JSON.stringify({ logitsComponents, accumulateComponents }));
    } catch {
      // full, or forbidden: the next session measures again
    }
  }
}

/** One kernel, to be timed. */
interface Bench {
  readonly chunks: number;
  readonly now: () => number;
  readonly run: (held: number, amount: number) => Promise<void>;
}

/**
 * The first of the candidates, unless another is clearly faster. One whose compiling is likely to exceed the bound is
 * not tried: a first run compiles, and how long the table's own took tells about the others.
 */
async function fastest(
  [own, ...others]: readonly number[],
  { chunks, now, run }: Bench,
  most: number,
): Promise<{ held: number; took: number }> {
  if (others.length === 0) return { held: own, took: 0 };
  const time = async (held: number, amount: number) => {
    const begin = now();
    await run(held, amount);
    return now() - begin;
  };
  const first = await time(own, TASTE); // needed anyway, so that it does not count
  const begin = now();
  const chunkTime = Math.max(1e-3, (await time(own, TASTE)) / TASTE);
  const bound = Math.min(most, MOST_ITERATIONS * chunks * chunkTime);
  const amount = Math.min(MOST_REPEATS, RUN_TIME / chunkTime);
  const cost = (held: number) => first * Math.max(1, held / own) ** 2 + RUNS * RUN_TIME;
  const affordable = (held: number) => now() - begin + cost(held) <= bound;
  const shortest = async (held: number) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < RUNS; i++) least = Math.min(least, await time(held, amount));
    return least;
  };

  if (!others.some(affordable)) return { held: own, took: now() - begin };
  let best = own;
  let least = await shortest(own);
  for (const held of others) {
    if (!affordable(held)) continue;
    try {
      await run(held, TASTE);
      if (now() - begin > bound) break;
      const found = await shortest(held);
      if (found < CLEARLY * least) [best, least] = [held, found];
    } catch {
      break; // refused by the device: what works is known, and a lost device is soon found out
    }
  }
  return { held: best, took: now() - begin };
}

/** 32-bit FNV-1a of a text. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16);
}
