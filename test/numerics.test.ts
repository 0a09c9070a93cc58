import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choleskyInPlace, invertLowerInPlace } from '../src/numerics/cholesky.js';
import { createRng, sampleIndices } from '../src/numerics/rng.js';
import { at, packLower, triangleLength, unpackSymmetric } from '../src/numerics/triangle.js';
import { add, emptyStatistics, type Statistics, scale } from '../src/statistics.js';

describe('packed triangles', () => {
  test('pack and unpack are inverse', () => {
    const packed = Float64Array.from({ length: triangleLength(5) }, (_, t) => t);
    const square = new Float64Array(25);
    unpackSymmetric(packed, 5, square);
    expect(packLower(square, 5)).toEqual(packed);
    expect(square[1 * 5 + 3]).toBe(packed[at(3, 1)]);
  });
});

describe('Cholesky', () => {
  test('L Lᵀ = A and W L = I for random positive definite matrices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (d, seed) => {
        const rng = createRng(Math.abs(seed));
        const root = Float64Array.from({ length: d * d }, () => rng.normal());
        const a = new Float64Array(triangleLength(d));
        for (let i = 0; i < d; i++) {
          for (let j = 0; j <= i; j++) {
            for (let m = 0; m < d; m++) a[at(i, j)] += root[i * d + m] * root[j * d + m];
            if (i === j) a[at(i, j)] += 0.1;
          }
        }
        const l = a.slice();
        expect(choleskyInPlace(l, d)).toBeUndefined();
        const w = l.slice();
        invertLowerInPlace(w, d);
        for (let i = 0; i < d; i++) {
          for (let j = 0; j <= i; j++) {
            let product = 0;
            let identity = 0;
            for (let m = 0; m <= j; m++) product += l[at(i, m)] * l[at(j, m)];
            for (let m = j; m <= i; m++) identity += w[at(i, m)] * l[at(m, j)];
            expect(product).toBeCloseTo(a[at(i, j)], 10);
            expect(identity).toBeCloseTo(i === j ? 1 : 0, 8);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('names the pivot that is not positive', () => {
    expect(choleskyInPlace(Float64Array.of(1, 2, 4), 2)).toEqual({ pivot: 1, value: 0 });
    expect(choleskyInPlace(Float64Array.of(-3), 1)).toEqual({ pivot: 0, value: -3 });
    expect(choleskyInPlace(Float64Array.of(Number.NaN), 1)?.pivot).toBe(0);
  });
});

describe('random numbers', () => {
  test('are the same for one seed and stream, and differ between streams', () => {
    const draws = (seed: number, stream?: number) => {
      const rng = createRng(seed, stream);
      return Array.from({ length: 5 }, () => rng.uniform());
    };
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7, 1)).not.toEqual(draws(7));
    expect(draws(8)).not.toEqual(draws(7));
    expect(draws(2 ** 40 + 7)).not.toEqual(draws(7));
  });

  test('have the moments of their distributions', () => {
    const rng = createRng(3);
    const n = 200_000;
    const mean = (draw: () => number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += draw();
      return sum / n;
    };
    expect(mean(rng.uniform)).toBeCloseTo(1 / 2, 2);
    expect(mean(() => rng.uniform() ** 2)).toBeCloseTo(1 / 3, 2);
    expect(mean(rng.normal)).toBeCloseTo(0, 1.5);
    expect(mean(() => rng.normal() ** 2)).toBeCloseTo(1, 1.5);
    expect(mean(() => rng.normal() ** 4)).toBeCloseTo(3, 1);
    expect(mean(() => rng.integer(5))).toBeCloseTo(2, 1.5);
  });

  test('sampled indices are different, sorted and cover the range evenly', () => {
    const hits = new Float64Array(20);
    for (let seed = 0; seed < 4000; seed++) {
      const indices = sampleIndices(20, 5, createRng(seed));
      expect(new Set(indices).size).toBe(5);
      expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
      for (const i of indices) hits[i] += 1 / 1000;
    }
    for (const hit of hits) expect(hit).toBeCloseTo(1, 0.9);
    expect([...sampleIndices(3, 9, createRng(1))]).toEqual([0, 1, 2]);
  });
});

describe('statistics are a value that adds', () => {
  const statistics = fc
    .tuple(fc.nat(100), fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 7, maxLength: 7 }))
    .map(
      ([nRows, v]): Statistics => ({
        nRows,
        logLikelihood: v[0],
        counts: Float64Array.from(v.slice(1, 3)),
        sums: Float64Array.from(v.slice(3, 7)),
        origin: Float64Array.of(1, 2),
      }),
    );

  test('add is associative and commutative, nothing is its zero, scale distributes', () => {
    fc.assert(
      fc.property(statistics, statistics, statistics, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
        expect(add(a, emptyStatistics(2, 2, a.origin))).toEqual(a);
        expect(scale(add(a, b), 2)).toEqual(add(scale(a, 2), scale(b, 2)));
      }),
    );
  });

  test('about different origins they do not', () => {
    const a = emptyStatistics(1, 1, Float64Array.of(0));
    expect(() => add(a, { ...a, origin: Float64Array.of(1) })).toThrow(/origins/);
  });
});
