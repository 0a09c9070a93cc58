import type { Moments } from '../../families/covariance/covariance-type.js';
import { statisticLength } from '../../families/gaussian.js';
import type { GaussianDensities } from '../../models/gaussian-densities.js';
import { at, triangleLength } from '../../numerics/triangle.js';

/** Columns as they are resident: (x − center) / scale. */
export interface Units {
  readonly center: Float64Array;
  readonly scale: Float64Array;
}

/** Finite stand-in for log 0, as in shaders/include/components.wgsl. */
const LOG_ZERO = -1e30;

/** Numbers of one component: log constant, mean, whitening factor. */
export const componentLength = (moments: Moments, d: number) => 1 + statisticLength(moments, d);

/**
 * θ in resident units and float32: [K, 1 + D + factor]. Logits are in base 2, and √(½ log₂ e) goes into W.
 *
 * @returns the means that the device sees (float32), in the caller's units: the statistics are about these
 */
export function packComponents(
  { nComponents, nFeatures: d, moments, logConstants, means, whitening }: GaussianDensities,
  { center, scale }: Units,
  target: Float32Array,
): Float64Array {
  const length = componentLength(moments, d);
  const factorLength = length - 1 - d;
  const origin = new Float64Array(means.length);
  const root = Math.sqrt(0.5 * Math.LOG2E);
  for (let k = 0; k < nComponents; k++) {
    const component = k * length;
    target[component] = Math.max(logConstants[k] * Math.LOG2E, LOG_ZERO);
    for (let j = 0; j < d; j++) {
      target[component + 1 + j] = (means[k * d + j] - center[j]) / scale[j];
      origin[k * d + j] = center[j] + scale[j] * target[component + 1 + j];
    }
    const factor = component + 1 + d;
    if (moments === 'diag') {
      for (let j = 0; j < d; j++) target[factor + j] = root * whitening[k * d + j] * scale[j];
    } else {
      for (let i = 0, t = 0; i < d; i++) {
        for (let j = 0; j <= i; j++, t++) {
          target[factor + t] = root * whitening[k * factorLength + t] * scale[j];
        }
      }
    }
  }
  return origin;
}

/** 4×4 blocks of the lower triangle of a (D+1) × (D+1) Gram matrix. */
export function scatterBlocks(d: number): { rows: number; blocks: number } {
  const rows = Math.ceil((d + 1) / 4);
  return { rows, blocks: triangleLength(rows) };
}

/** Numbers that a kernel leaves per component: [blocks, 4, 4] of the Gram matrix, or [D, 3] moments. */
export const partialLength = (moments: Moments, d: number) =>
  moments === 'full' ? 16 * scatterBlocks(d).blocks : 3 * d;

/** Where a kernel's partial sums belong in a component's statistic, and in which units they are. */
export interface PartialLayout {
  /** index of N_k */
  readonly count: number;
  /** [T] index of each statistic */
  readonly sums: Uint32Array;
  /** [T] factor to the caller's units */
  readonly units: Float64Array;
}

export function partialLayout(moments: Moments, d: number, { scale }: Units): PartialLayout {
  return moments === 'full' ? scatterLayout(d, scale) : momentsLayout(d, scale);
}

function scatterLayout(d: number, scale: Float64Array): PartialLayout {
  const entry = (i: number, j: number) =>
    16 * at(Math.floor(i / 4), Math.floor(j / 4)) + 4 * (i % 4) + (j % 4);
  const sums: number[] = [];
  const units: number[] = [];
  for (let j = 0; j < d; j++) {
    sums.push(entry(d, j));
    units.push(scale[j]);
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      sums.push(entry(i, j));
      units.push(scale[i] * scale[j]);
    }
  }
  return { count: entry(d, d), sums: Uint32Array.from(sums), units: Float64Array.from(units) };
}

function momentsLayout(d: number, scale: Float64Array): PartialLayout {
  return {
    count: 0,
    sums: Uint32Array.from({ length: 2 * d }, (_, t) => (t < d ? 3 * t + 1 : 3 * (t - d) + 2)),
    units: Float64Array.from({ length: 2 * d }, (_, t) => (t < d ? scale[t] : scale[t - d] ** 2)),
  };
}
