import { type Densities, factorOf } from '../../../contract/densities.js';
import { at } from '../../../numerics/triangle.js';
import { FAR, type Units } from '../rows/units.js';
import type { Packed } from './pack.js';

/** Means further than this from the centre, and deviations wider, leave float32's range when they are squared. */
const BEYOND = 2 ** 10 * FAR;
/** Nats behind another component that count as never. */
const NEVER = 60;

/** Components whose numbers the device cannot hold: they lie, or reach, too far. */
export interface Beyond {
  readonly unseen: readonly number[];
  /** One of them that a resident row may belong to; where there is none, the device does without them all. */
  readonly needed: number | undefined;
}

export function beyond(densities: Densities, units: Units): Beyond {
  const { nComponents } = densities;
  const components = Array.from({ length: nComponents }, (_, k) => k);
  const unseen = components.filter(k => isBeyond(densities, k, units));
  if (unseen.length === 0) return { unseen, needed: undefined };
  const others = components.filter(k => !unseen.includes(k));
  const needed = unseen.find(k => !others.some(l => isAlwaysBehind(densities, k, l, units)));
  return { unseen, needed };
}

/** What the device sees of the densities: those of components that no resident row belongs to are 0. */
export function seenBy(densities: Densities, unseen: readonly number[], { center }: Units): Densities {
  if (unseen.length === 0) return densities;
  const { nComponents, nFeatures: d } = densities;
  const [logConstants, means, factors] = [densities.logConstants, densities.means, densities.factors].map(a =>
    a.slice(),
  );
  const length = factors.length / nComponents;
  for (const k of unseen) {
    logConstants[k] = Number.NEGATIVE_INFINITY;
    means.set(center, k * d);
    factors.fill(0, k * length, (k + 1) * length);
  }
  return { ...densities, logConstants, means, factors };
}

/** Statistics of unseen components are about their own means: no row of the device is among theirs. */
export function originOf(
  { origin }: Packed,
  { means, nFeatures: d }: Densities,
  unseen: readonly number[],
): Float64Array {
  for (const k of unseen) origin.set(means.subarray(k * d, (k + 1) * d), k * d);
  return origin;
}

function isBeyond(densities: Densities, k: number, { center, scale }: Units): boolean {
  const { form, nFeatures: d, means } = densities;
  if (form === 'linear') return false;
  const own = factorOf(densities, k);
  for (let j = 0; j < d; j++) {
    if (Math.abs(means[k * d + j] - center[j]) > BEYOND * scale[j]) return true;
    const diagonal = own[form === 'full' ? at(j, j) : j];
    if (Math.abs(diagonal) * scale[j] < 1 / BEYOND) return true;
  }
  return false;
}

/** Whether every row within FAR has another component so far ahead of this one that the other decides. */
function isAlwaysBehind(densities: Densities, k: number, other: number, units: Units): boolean {
  const { logConstants, moments } = densities;
  const [nearest, farthest] = [leastSquare(densities, k, units), mostSquare(densities, other, units)];
  if (moments === 'first') return nearest > 4 * farthest;
  return logConstants[k] - nearest / 2 < logConstants[other] - farthest / 2 - NEVER;
}

/** A bound from below of |W (x − μ)|² within FAR: |W u| ≥ |u_j| / σ_j for each column, and W_00 is 1 / σ_0. */
function leastSquare(densities: Densities, k: number, { center, scale }: Units): number {
  const { form, nFeatures: d, means } = densities;
  const own = factorOf(densities, k);
  const columns = form === 'full' ? 1 : d; // of a full covariance only the first column's deviation is at hand
  let square = 0;
  for (let j = 0; j < columns; j++) {
    const gap = Math.max(0, Math.abs(means[k * d + j] - center[j]) - FAR * scale[j]);
    square = Math.max(square, (own[j] * gap) ** 2);
  }
  return square;
}

/** A bound from above of |W (x − μ)|² within FAR. */
function mostSquare(densities: Densities, k: number, { center, scale }: Units): number {
  const { form, nFeatures: d, means } = densities;
  const own = factorOf(densities, k);
  const reach = (j: number) => Math.abs(means[k * d + j] - center[j]) + FAR * scale[j];
  let sum = 0;
  for (let i = 0, t = 0; i < d; i++) {
    let y = 0;
    if (form === 'full') for (let j = 0; j <= i; j++, t++) y += Math.abs(own[t]) * reach(j);
    else y = Math.abs(own[i]) * reach(i);
    sum += y * y;
  }
  return sum;
}
