import type { Matrix } from '../../src/index.js';

/** The most rows that are drawn. */
const MOST_ROWS = 40_000;
/** Multiplications and exponentials that colouring the drawn rows may take, so that a picture takes a moment. */
const MOST_WORK = 2e7;

/** How many rows to draw and colour: fewer where components and columns are many. */
export function drawnCount([n, d]: readonly [number, number], nComponents: number): number {
  const workPerRow = nComponents * (10 + (d * (d + 3)) / 2);
  return Math.min(n, MOST_ROWS, Math.max(1000, Math.floor(MOST_WORK / workPerRow)));
}

/** `count` rows spread evenly over the data, in an order that mixes early with late ones. */
export function drawnRows({ data, shape: [n, d] }: Matrix, count: number): Matrix {
  const drawn = new Float64Array(count * d);
  const stride = coprimeStride(count);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((((i * stride) % count) * n) / count);
    drawn.set(data.subarray(row * d, (row + 1) * d), i * d);
  }
  return { data: drawn, shape: [count, d] };
}

/** A step near count / φ that visits every residue once. */
function coprimeStride(count: number): number {
  let stride = Math.max(1, Math.round(count * 0.618));
  while (greatestCommonDivisor(stride, count) > 1) stride++;
  return stride;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
