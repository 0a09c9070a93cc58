/** A seeded stream of random numbers: xoshiro128** (Blackman & Vigna 2018), state filled by SplitMix32. */
export interface Rng {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Box & Muller 1958). */
  normal(): number;
  /** Uniform on {0, …, n − 1}. */
  integer(n: number): number;
}

/** One seed and stream number give one sequence, everywhere. */
export function createRng(seed: number, stream = 0): Rng {
  const next32 = xoshiro128(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, stream >>> 0);
  const uniform = () => ((next32() >>> 5) * 2 ** 26 + (next32() >>> 6)) / 2 ** 53;
  let spare: number | undefined;

  return {
    uniform,
    integer: n => Math.floor(uniform() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

function xoshiro128(...seeds: number[]): () => number {
  let mixed = 0;
  const splitMix = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  for (const seed of seeds) {
    mixed = (mixed ^ seed) >>> 0;
    mixed = splitMix();
  }
  let [a, b, c, d] = [splitMix(), splitMix(), splitMix(), splitMix()];
  const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k));

  return () => {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11);
    return result;
  };
}

/** `count` different indices out of n, in increasing order (Floyd's algorithm; Bentley & Floyd 1987). */
export function sampleIndices(n: number, count: number, rng: Rng): Uint32Array {
  if (count >= n) return Uint32Array.from({ length: n }, (_, i) => i);
  const chosen = new Set<number>();
  for (let top = n - count; top < n; top++) {
    const candidate = rng.integer(top + 1);
    chosen.add(chosen.has(candidate) ? top : candidate);
  }
  return Uint32Array.from(chosen).sort();
}
