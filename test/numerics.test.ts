import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { add, emptyStatistics, type Statistics, scale } from '../src/contract/statistics.js';
import { full } from '../src/families/covariance/full.js';
import { choleskyInPlace } from '../src/numerics/cholesky.js';
import { sourceHash } from '../src/numerics/cholesky-wasm.js';
import {
  type InverseFactor,
  inverseFactor,
  jsInverseFactor,
  wasmInverseFactor,
} from '../src/numerics/inverse-factor.js';
import { createRng, sampleIndices } from '../src/numerics/rng.js';
import { digamma, logGamma } from '../src/numerics/special.js';
import { at, packLower, triangleLength, unpackSymmetric } from '../src/numerics/triangle.js';

describe('packed triangles', () => {
  test('pack and unpack are inverse', () => {
    const packed = Float64Array.from({ length: triangleLength(5) }, (_, t) => t);
    const square = new Float64Array(25);
    unpackSymmetric(packed, 5, square);
    expect(packLower(square, 5)).toEqual(packed);
    expect(square[1 * 5 + 3]).toBe(packed[at(3, 1)]);
  });
});

/** A packed positive definite matrix. */
function randomCovariance(d: number, seed: number): Float64Array {
  const rng = createRng(seed);
  const root = Float64Array.from({ length: d * d }, () => rng.normal());
  const a = new Float64Array(triangleLength(d));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      for (let m = 0; m < d; m++) a[at(i, j)] += root[i * d + m] * root[j * d + m];
      if (i === j) a[at(i, j)] += 0.1;
    }
  }
  return a;
}

function invertedBy(factor: InverseFactor, a: Float64Array) {
  factor.triangle.set(a);
  const bad = factor.run();
  return { bad, w: factor.triangle.slice() };
}

describe('Cholesky', () => {
  test('L Lᵀ = A and W L = I for random positive definite matrices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (d, seed) => {
        const a = randomCovariance(d, seed);
        const l = a.slice();
        expect(choleskyInPlace(l, d)).toBeUndefined();
        const { bad, w } = invertedBy(inverseFactor(d), a);
        expect(bad).toBeUndefined();
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

describe('the WebAssembly inverse of a Cholesky factor', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('is that of JavaScript, bit by bit', () => {
    for (const d of [1, 2, 3, 4, 15, 16, 33, 64, 127, 128]) {
      const a = randomCovariance(d, d);
      const js = invertedBy(jsInverseFactor(d), a);
      expect(js.bad).toBeUndefined();
      expect(invertedBy(wasmInverseFactor(d)!, a)).toEqual(js);
    }
  });

  test('names the same pivot, and the next matrix is not the worse for it', () => {
    for (const d of [16, 17]) {
      const good = randomCovariance(d, 1);
      const js = jsInverseFactor(d);
      const wasm = wasmInverseFactor(d)!;
      for (const pivot of [0, 5, d - 1]) {
        const { w } = invertedBy(js, good);
        for (const value of [-1, 0, Number.NaN]) {
          const bad = good.slice();
          bad[at(pivot, pivot)] = value;
          const found = invertedBy(js, bad).bad;
          expect(found?.pivot).toBe(pivot);
          expect(invertedBy(wasm, bad).bad).toEqual(found);
        }
        expect(invertedBy(wasm, good).w).toEqual(w);
      }
    }
  });

  test('is passed over where a page may not compile it', async () => {
    const forbid = () => {
      throw new WebAssembly.CompileError(
        "violates the Content Security Policy directive: 'wasm-unsafe-eval'",
      );
    };
    vi.stubGlobal('WebAssembly', { ...WebAssembly, Module: forbid });
    vi.resetModules();
    const fresh = await import('../src/numerics/inverse-factor.js');
    expect(fresh.wasmInverseFactor(32)).toBeUndefined();
    const a = randomCovariance(32, 1);
    expect(invertedBy(fresh.inverseFactor(32), a)).toEqual(invertedBy(inverseFactor(32), a));
  });

  test('is made from the source that is here', () => {
    const source = readFileSync(new URL('../assembly/cholesky.ts', import.meta.url));
    expect(createHash('sha256').update(source).digest('hex'), 'run node assembly/build.mjs').toBe(sourceHash);
  });
});

describe('factors of full covariances', () => {
  test.each([3, 24])('is each component’s own, and names the one that is singular (D = %i)', d => {
    const k = 3;
    const components = Array.from({ length: k }, (_, c) => randomCovariance(d, c));
    const covariances = new Float64Array(k * d * d);
    components.forEach((packed, c) => {
      unpackSymmetric(packed, d, covariances, c * d * d);
    });
    const { factors, logDeterminants } = full.whiten(covariances, k, d);
    components.forEach((packed, c) => {
      const { w } = invertedBy(jsInverseFactor(d), packed);
      expect(factors.slice(c * w.length, (c + 1) * w.length)).toEqual(w);
      const logDeterminant = w.reduce((sum, _, t) => sum + (isDiagonal(t) ? Math.log(w[t]) : 0), 0);
      expect(logDeterminants[c]).toBeCloseTo(logDeterminant, 12);
    });
    covariances[2 * d * d + d + 1] = -1;
    expect(() => full.whiten(covariances, k, d)).toThrow(
      new RegExp(`Covariance of component 2 .*pivot 2 of ${d}`),
    );
  });
});

/** Whether entry t of a packed triangle lies on the diagonal: 8(t + 1) + 1 is then the square of an odd number. */
const isDiagonal = (t: number) => Number.isInteger(Math.sqrt(8 * (t + 1) + 1));

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
      ([mass, v]): Statistics => ({
        mass,
        logLikelihood: v[0],
        baseline: mass,
        counts: Float64Array.from(v.slice(1, 3)),
        sums: Float64Array.from(v.slice(3, 7)),
        origin: Float64Array.of(1, 2),
        moments: 'diag',
      }),
    );

  test('add is associative and commutative, nothing is its zero, scale distributes', () => {
    fc.assert(
      fc.property(statistics, statistics, statistics, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
        expect(add(a, emptyStatistics(2, 'diag', a.origin))).toEqual(a);
        expect(scale(add(a, b), 2)).toEqual(add(scale(a, 2), scale(b, 2)));
      }),
    );
  });

  test('about different origins they add about the first, where they say of which moments they are', () => {
    const x = [1, 2, 4, -3];
    const about = (rows: number[], origin: number): Statistics => ({
      ...emptyStatistics(1, 'diag', Float64Array.of(origin)),
      mass: rows.length,
      counts: Float64Array.of(rows.length),
      sums: Float64Array.of(
        rows.reduce((sum, value) => sum + (value - origin), 0),
        rows.reduce((sum, value) => sum + (value - origin) ** 2, 0),
      ),
    });
    expect(add(about(x.slice(0, 2), 5), about(x.slice(2), -7))).toEqual(about(x, 5));
    const { moments: _, ...dumb } = about(x, 1);
    expect(() => add(about(x, 0), dumb)).toThrow(/say their moments/);
  });
});

describe('special functions', () => {
  /** Euler–Mascheroni */
  const gamma = 0.5772156649015329;

  test('ψ and log Γ at arguments whose values are known', () => {
    expect(digamma(1)).toBeCloseTo(-gamma, 14);
    expect(digamma(0.5)).toBeCloseTo(-gamma - 2 * Math.LN2, 14);
    expect(digamma(0.25)).toBeCloseTo(-gamma - Math.PI / 2 - 3 * Math.LN2, 14);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 13);
    expect([logGamma(1), logGamma(2)]).toEqual([0, 0]);
  });

  test('recurrences and duplication hold over thirty orders of magnitude', () => {
    fc.assert(
      fc.property(fc.double({ min: -12, max: 12, noNaN: true }), exponent => {
        const x = 10 ** exponent;
        const close = (a: number, b: number, size: number) =>
          expect(Math.abs(a - b)).toBeLessThan(4e-15 * size);
        close(digamma(x + 1), digamma(x) + 1 / x, 1 + 1 / x + Math.abs(digamma(x)));
        close(
          logGamma(x + 1),
          logGamma(x) + Math.log(x),
          10 + Math.abs(logGamma(x + 1)) + Math.abs(Math.log(x)),
        );
        const doubled = (2 * x - 1) * Math.LN2 - Math.log(Math.PI) / 2 + logGamma(x) + logGamma(x + 0.5);
        close(logGamma(2 * x), doubled, 20 + 2 * Math.abs(logGamma(2 * x)) + 4 * x);
      }),
    );
  });
});
