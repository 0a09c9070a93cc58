import { describe, expect, test } from 'vitest';
import { choosePlan, tileCandidates } from '../src/backends/webgpu/mixture/regimes.js';
import type { Tiles, WorkspaceShape } from '../src/backends/webgpu/mixture/shape.js';
import { type Tunable, Tuner, type TuningStore } from '../src/backends/webgpu/mixture/tuner.js';
import { type WebGpuOptions, webgpu } from '../src/index.js';
import { type Problem, randomProblem } from './kernels/random-model.js';
import { identical } from './support/assert.js';

const shape: WorkspaceShape = { form: 'diag', moments: 'diag', nFeatures: 16, nComponents: 16 };
const plan = { ...choosePlan(shape, 2e5, true), logitsComponents: 8, accumulateComponents: 4 };

/** A clock that only work moves: compiling takes `compile` ms a component held, a chunk `chunk(held)`. */
function workshop({ compile = 1, chunk = (held: number) => 30 + held, isLong = true, failsAt = 0 } = {}) {
  let time = 0;
  const runs: [held: number, amount: number][] = [];
  const compiled = new Set<string>();
  let tiles: Tiles = plan;
  const work: Tunable = {
    plan,
    shape,
    isLong,
    chunks: [0],
    candidates: { logitsComponents: [8], accumulateComponents: [4, 2, 8, 1] },
    source: kernel => kernel,
    hold: held => {
      tiles = held;
    },
    run: async (kernel, amount) => {
      const held = tiles.accumulateComponents;
      if (held === failsAt) throw new Error('refused');
      runs.push([held, amount]);
      if (!compiled.has(kernel + held)) time += compile * held;
      compiled.add(kernel + held);
      time += amount * chunk(held);
    },
  };
  return { work, runs, now: () => time, held: () => tiles.accumulateComponents };
}

class Shelf implements TuningStore {
  readonly items = new Map<string, string>();
  read = 0;
  written = 0;
  getItem(key: string): string | null {
    this.read++;
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.written++;
    this.items.set(key, value);
  }
}

describe('the tuner', () => {
  test('takes a candidate that is clearly faster, once', async () => {
    const { work, now, held, runs } = workshop({ chunk: held => (held === 2 ? 15 : 30) });
    const tuner = new Tuner('adapter', {}, false, now);
    await tuner.tune(work);
    expect(held()).toBe(2);
    const measured = runs.length;
    await tuner.tune(work);
    const again = workshop();
    await tuner.tune(again.work);
    expect([runs.length, again.runs.length, again.held()]).toEqual([measured, 0, 2]);
  });

  test('keeps the table’s where nothing is clearly faster', async () => {
    const { work, now, held, runs } = workshop({ chunk: held => (held === 2 ? 28 : 30) });
    await new Tuner('adapter', {}, false, now).tune(work);
    expect([held(), new Set(runs.map(([held]) => held)).size]).toEqual([4, 4]);
  });

  test.each([1, 10, 100, 1000, 30_000])(
    'compiling at %d ms a component keeps to the bound',
    async compile => {
      const { work, now } = workshop({ compile, chunk: () => 30 });
      await new Tuner('adapter', {}, false, now).tune(work);
      expect(now() - 4 * compile).toBeLessThanOrEqual(800); // the table's own kernel is needed anyway
    },
  );

  test('a chunk that takes ten seconds is measured by parts of it, a short one several times', async () => {
    const slow = workshop({ chunk: () => 10_000 });
    await new Tuner('adapter', {}, false, slow.now).tune(slow.work);
    expect(slow.now()).toBeLessThan(2000);
    const fast = workshop({ chunk: () => 5, compile: 0 });
    await new Tuner('adapter', {}, false, fast.now).tune(fast.work);
    expect(fast.runs.some(([, amount]) => amount === 3)).toBe(true);
  });

  test('leaves alone what is short, what it may not touch, and what does not run', async () => {
    const short = workshop({ isLong: false });
    await new Tuner('adapter', {}, false, short.now).tune(short.work);
    const off = workshop({ chunk: held => 10 * held });
    await new Tuner('adapter', { tuning: 'off' }, false, off.now).tune(off.work);
    expect([short.runs, off.runs, off.held()]).toEqual([[], [], 4]);
    const software = workshop({ chunk: held => 10 * held });
    await new Tuner('adapter', { tuning: 'auto' }, true, software.now).tune(software.work);
    expect(software.runs).toEqual([]);
    await new Tuner('adapter', { tuning: 'on' }, true, software.now).tune(software.work);
    expect(software.held()).toBe(1);
    const refused = workshop({ failsAt: 2 });
    await new Tuner('adapter', {}, false, refused.now).tune(refused.work);
    expect(refused.held()).toBe(4);
  });

  test('reads and writes a store, which another adapter or another kernel does not find', async () => {
    const tuningStore = new Shelf();
    const first = workshop({ chunk: held => 10 * held });
    await new Tuner('adapter', { tuningStore }, false, first.now).tune(first.work);
    expect([first.held(), tuningStore.written]).toEqual([1, 1]);

    const second = workshop();
    await new Tuner('adapter', { tuningStore }, false, second.now).tune(second.work);
    expect([second.runs, second.held()]).toEqual([[], 1]);

    const elsewhere = workshop();
    await new Tuner('another', { tuningStore }, false, elsewhere.now).tune(elsewhere.work);
    const rewritten = workshop();
    rewritten.work.source = kernel => `new ${kernel}`;
    await new Tuner('adapter', { tuningStore }, false, rewritten.now).tune(rewritten.work);
    expect([elsewhere.runs.length > 0, rewritten.runs.length > 0]).toEqual([true, true]);
  });

  test.each([
    '',
    'null',
    '7',
    '[]',
    '{"logitsComponents":8}',
    '{"logitsComponents":8,"accumulateComponents":3}',
  ])('ignores a store that holds %j', async text => {
    const tuningStore = { getItem: () => text, setItem: () => {} };
    const { work, runs, now, held } = workshop({ chunk: held => 10 * held });
    await new Tuner('adapter', { tuningStore }, false, now).tune(work);
    expect([runs.length > 0, held()]).toEqual([true, 1]);
  });

  test('does without a store that throws', async () => {
    const fail = () => {
      throw new Error('forbidden');
    };
    const { work, now, held } = workshop({ chunk: held => 10 * held });
    await new Tuner('adapter', { tuningStore: { getItem: fail, setItem: fail } }, false, now).tune(work);
    expect(held()).toBe(1);
  });
});

/** An E-step's bits, on a backend of its own. */
async function bitsOf({ points, densities }: Problem, options: WebGpuOptions, times = 1): Promise<number[]> {
  const backend = await webgpu(undefined, options);
  const rows = await backend.load(points);
  let statistics = await rows.eStep(densities);
  for (let i = 1; i < times; i++) statistics = await rows.eStep(densities);
  backend.dispose();
  return [statistics.logLikelihood, ...statistics.counts, ...statistics.sums];
}

describe('tiles change no bit', () => {
  test.each([
    [3000, 5, 11, 'full'],
    [3001, 16, 7, 'diag'],
  ] as const)('%i rows, %i features, %i components, %s', async (n, nFeatures, nComponents, covariance) => {
    const problem = randomProblem(n, nFeatures, nComponents, covariance);
    const regime = 'streamed';
    const expected = await bitsOf(problem, { regime, tuning: 'off' });
    const shape: WorkspaceShape = { ...problem.densities, moments: covariance };
    const candidates = tileCandidates(choosePlan(shape, n, true, regime), shape, true);
    const forced = Object.entries(candidates).flatMap(([tile, held]) =>
      held.map(count => ({ [tile]: count })),
    );
    expect(forced.length).toBeGreaterThan(4);
    for (const tiles of [...forced, { logitsComponents: nComponents }]) {
      identical(await bitsOf(problem, { regime, tiles }), expected, JSON.stringify(tiles));
    }
  });

  test('tuned on a device, and from a store', async () => {
    const problem = randomProblem(130_000, 4, 8, 'diag');
    const tuningStore = new Shelf();
    const options: WebGpuOptions = { regime: 'streamed', tuning: 'on' };
    const expected = await bitsOf(problem, { ...options, tuning: 'off', tuningStore });
    expect([tuningStore.read, tuningStore.written]).toEqual([0, 0]);
    identical(await bitsOf(problem, { ...options, tuningStore }, 2), expected, 'tuned');
    expect([tuningStore.read, tuningStore.written]).toEqual([1, 1]);
    identical(await bitsOf(problem, { ...options, tuningStore }), expected, 'from the store');
    expect([tuningStore.read, tuningStore.written]).toEqual([2, 1]);
  });
});
