import { type Moments, statisticLength } from '../../../contract/statistics.js';
import { at, triangleLength } from '../../../numerics/triangle.js';
import type { Regime } from './shape.js';

/** Where a component's parameters are in its run of `length` numbers; its log constant comes first. */
export interface ComponentLayout {
  readonly length: number;
  /** index of μ_k0; the rest follow */
  readonly mean: number;
  /** [T] index of each number of the factors factor */
  readonly factor: Uint32Array;
}

/** Where a component's sums are in what the kernels leave of it. */
export interface SumsLayout {
  readonly length: number;
  /** index of N_k */
  readonly count: number;
  /** [T] index of each statistic */
  readonly sums: Uint32Array;
}

/** Rows of W that mixture-logits-tiled computes at a time. */
export const TILED_ROWS = 8;

export const paddedFeatures = (d: number) => TILED_ROWS * Math.ceil(d / TILED_ROWS);

const consecutive = (length: number, from: number) => Uint32Array.from({ length }, (_, t) => from + t);

export function componentLayout(regime: Regime, moments: Moments, d: number): ComponentLayout {
  if (regime === 'tiled') return tiledLayout(d);
  const factorLength = moments === 'full' ? triangleLength(d) : d;
  return { length: 1 + d + factorLength, mean: 1, factor: consecutive(factorLength, 1 + d) };
}

/** Bands of 8 rows of W, column after column: [band, column < 8 (band + 1), 8]; zero above the diagonal. */
function tiledLayout(d: number): ComponentLayout {
  const padded = paddedFeatures(d);
  const mean = 4; // everything is read as vec4s
  const bands = padded / TILED_ROWS;
  const band = (b: number) => mean + padded + TILED_ROWS * TILED_ROWS * ((b * (b + 1)) / 2);
  const factor = new Uint32Array(triangleLength(d));
  for (let i = 0, t = 0; i < d; i++) {
    for (let j = 0; j <= i; j++, t++) {
      factor[t] = band(Math.floor(i / TILED_ROWS)) + j * TILED_ROWS + (i % TILED_ROWS);
    }
  }
  return { length: band(bands), mean, factor };
}

/** Rows and columns of the blocks that an invocation of mixture-scatter holds. */
export const SCATTER_SIDE = 8;

/** Blocks of the lower triangle of the (D+1) × (D+1) Gram matrix of mixture-scatter. */
export function scatterBlocks(d: number): { rows: number; blocks: number } {
  const rows = Math.ceil((d + 1) / SCATTER_SIDE);
  return { rows, blocks: triangleLength(rows) };
}

export function sumsLayout(regime: Regime, moments: Moments, d: number): SumsLayout {
  if (regime === 'tiled') return gramLayout(d);
  const length = statisticLength(moments, d);
  return { length: 1 + length, count: 0, sums: consecutive(length, 1) };
}

function gramLayout(d: number): SumsLayout {
  const side = SCATTER_SIDE;
  const entry = (i: number, j: number) =>
    side * side * at(Math.floor(i / side), Math.floor(j / side)) + side * (i % side) + (j % side);
  const sums: number[] = [];
  for (let j = 0; j < d; j++) sums.push(entry(d, j));
  for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) sums.push(entry(i, j));
  return { length: side * side * scatterBlocks(d).blocks, count: entry(d, d), sums: Uint32Array.from(sums) };
}
