import { describe, expect, test } from 'vitest';
import { cpu, gaussian, matrix, mixture, type Rows } from '../src/index.js';
import { drawCandidates } from '../src/init/candidates.js';
import { plusPlus } from '../src/init/plus-plus.js';
import { createRng } from '../src/numerics/rng.js';

const ones = (length: number) => new Float64Array(length).fill(1);

describe('k-means++', () => {
  const line = Float64Array.of(0, 1, 2, 100, 101, 102, 500);

  test('takes different rows, and leaves their distances', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { chosen, distances } = await plusPlus(line, ones(7), 3, createRng(seed));
      expect(new Set(chosen).size).toBe(3);
      const nearest = Array.from(line, x => Math.min(...chosen.map(row => (x - line[row]) ** 2)));
      expect(Array.from(distances)).toEqual(nearest);
    }
  });

  test('repeats rows where there are too few', async () => {
    const { chosen } = await plusPlus(Float64Array.of(1, 1, 2), ones(3), 3, createRng(1));
    expect(chosen).toHaveLength(3);
  });

  test('a weight is a number of rows', async () => {
    const [weighted, repeated] = [[] as number[], [] as number[]];
    const copies = Float64Array.of(0, 1, 1, 1, 1, 1, 1, 5);
    for (let seed = 0; seed < 4000; seed++) {
      const options = { trials: 1 };
      const one = await plusPlus(
        Float64Array.of(0, 1, 5),
        Float64Array.of(1, 6, 1),
        2,
        createRng(seed),
        options,
      );
      weighted.push([0, 1, 5][one.chosen[1]]);
      const other = await plusPlus(copies, ones(8), 2, createRng(seed, 1), options);
      repeated.push(copies[other.chosen[1]]);
    }
    for (const value of [0, 1, 5]) {
      const share = (drawn: number[]) => drawn.filter(x => x === value).length / drawn.length;
      expect(share(weighted)).toBeCloseTo(share(repeated), 1);
    }
    expect(weighted).not.toContain(Number.NaN);
  });

  test('a row of weight 0 is never drawn', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const { chosen } = await plusPlus(line, Float64Array.of(1, 1, 1, 1, 1, 1, 0), 3, createRng(seed));
      expect(chosen).not.toContain(6);
    }
  });
});

describe('candidates', async () => {
  const n = 200_000;
  const model = mixture(gaussian(), { nComponents: 4 });
  const rng = createRng(5);
  /** Three large clusters, and one of five rows far from them, in the middle of the rows. */
  const data = Float64Array.from({ length: 2 * n }, (_, t) => 20 * (Math.floor(t / 2) % 3) + rng.normal());
  const speck = [94_000, 94_001, 94_002, 94_003, 94_004];
  for (const row of speck) data.set([500 + rng.normal(), -500], 2 * row);
  const rows: Rows = await cpu().load(matrix(data, [n, 2]));

  test('a far cluster of five rows in 200,000 is among them, whatever the seed', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const { x, weights } = await drawCandidates(model, rows, createRng(seed));
      const found = Array.from(weights.keys()).filter(i => x[2 * i] > 400);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  test('their weights add up to all rows, and to the sums over them', async () => {
    const mean = (
      of: (x: number, y: number) => number,
      candidates: { x: Float64Array; weights: Float64Array },
    ) =>
      candidates.weights.reduce(
        (sum, w, i) => sum + w * of(candidates.x[2 * i], candidates.x[2 * i + 1]),
        0,
      ) / n;
    const all = { x: data, weights: ones(n) };
    const several = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => drawCandidates(model, rows, createRng(seed))),
    );
    const average = (of: (x: number, y: number) => number) =>
      several.reduce((sum, candidates) => sum + mean(of, candidates), 0) / several.length;
    expect(average(() => 1)).toBeCloseTo(1, 2);
    const parts: [name: string, of: (x: number, y: number) => number][] = [
      ['the middle cluster', x => Number(x > 10 && x < 30)],
      ['squares', (x, y) => x * x + y * y],
    ];
    for (const [name, of] of parts) expect(average(of) / mean(of, all), name).toBeCloseTo(1, 1);
    // Seeds come from the same sample: one found there stands for as many rows as any, though its cluster is small.
    const speckRows = average(x => Number(x > 400)) * n;
    expect(speckRows).toBeGreaterThan(1);
    expect(speckRows).toBeLessThan(30);
  });

  test('are all rows, of weight 1, where these are few', async () => {
    const few = await cpu().load(matrix(data.subarray(0, 2000), [1000, 2]));
    const { x, weights } = await drawCandidates(model, few, createRng(0));
    expect(x).toEqual(data.subarray(0, 2000));
    expect(weights).toEqual(ones(1000));
  });

  test('of rows that are all alike are drawn without division by 0', async () => {
    const alike = await cpu().load(matrix(new Float64Array(n).fill(3), [n, 1]));
    const { weights } = await drawCandidates(model, alike, createRng(0));
    expect(weights).toHaveLength(4096);
    for (const weight of weights) expect(weight).toBeCloseTo(n / 4096, 9);
  });

  test('are the same for one seed', async () => {
    const [one, again] = [
      await drawCandidates(model, rows, createRng(3)),
      await drawCandidates(model, rows, createRng(3)),
    ];
    expect(again.x).toEqual(one.x);
    expect((await drawCandidates(model, rows, createRng(4))).x).not.toEqual(one.x);
  });
});
