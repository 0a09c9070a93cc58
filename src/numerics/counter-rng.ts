/**
 * A counter-based generator (Salmon et al. 2011): the number drawn is a function of its place, so that rows can be
 * worked on in any order, on any device. Mixing is PCG's, of 32-bit words (Jarzynski & Olano, JCGT 9 (2020) 3, `pcg3d`
 * taken to four words, as they do); shaders/include/draws.wgsl is its twin, bit for bit.
 *
 * @returns one of the 2^23 odd multiples of 2^−24 between 0 and 1: float32 holds each exactly, and none is 0 or 1
 */
export function drawUniform(seed: number, iteration: number, row: number, draw: number): number {
  let x = (seed ^ 0x9e3779b9) >>> 0;
  let y = iteration >>> 0;
  let z = row >>> 0;
  let w = (draw ^ Math.floor(seed / 2 ** 32)) >>> 0;
  x = (Math.imul(x, 1664525) + 1013904223) | 0;
  y = (Math.imul(y, 1664525) + 1013904223) | 0;
  z = (Math.imul(z, 1664525) + 1013904223) | 0;
  w = (Math.imul(w, 1664525) + 1013904223) | 0;
  for (let round = 0; round < 2; round++) {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
    if (round === 1) break;
    x ^= x >>> 16;
    y ^= y >>> 16;
    z ^= z >>> 16;
    w ^= w >>> 16;
  }
  return ((w >>> 9) * 2 + 1) / 2 ** 24;
}
