import type { Densities } from '../../models/densities.js';
import type { Packed, Units } from './pack.js';
import { FAR } from './units.js';

/** Means further than this from the centre, and deviations wider, leave float32's range when they are squared. */
const BEYOND = 2 ** 10 * FAR;
/** Nats behind another component that count as never. */
const NEVER = 60;

/** Components whose numbers the device cannot hold, and one that only these rows do not belong to never. */
export interface Beyond {
  /** Those that no resident row can belong to: another is always nearer. */
  readonly unseen: readonly number[];
  /** One that a resident row may belong to. */
  readonly needed: number | undefined;
}

/** Which components lie beyond what the device can hold: those of far rows, and those as wide as their distance. */
export function beyond(densities: Densities, units: Units): Beyond {
  const { nComponents } = densities;
  const all = Array.from({ length: nComponents }, (_, k) => k).filter(k => isBeyond(densities, k, units));
  if (all.length === 0) return { unseen: [], needed: undefined };
  const others = Array.from({ length: nComponents }, (_, k) => k).filter(k => !all.includes(k));
  const needed = all.find(k => !others.some(l => isAlwaysBehind(densities, k, l, units)));
  return { unseen: all, needed };
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

function isBeyond(
  { form, nFeatures: d, nComponents, means, factors }: Densities,
  k: number,
  { center, scale }: Units,
): boolean {
  if (form === 'linear') return false;
  const length = factors.length / nComponents;
  for (let j = 0; j < d; j++) {
    if (Math.abs(means[k * d + j] - center[j]) > BEYOND * scale[j]) return true;
    const diagonal = factors[k * length + (form === 'full' ? (j * (j + 3)) / 2 : j)];
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
function leastSquare(
  { form, nFeatures: d, nComponents, means, factors }: Densities,
  k: number,
  { center, scale }: Units,
) {
  const length = factors.length / nComponents;
  const own = factors.subarray(k * length, (k + 1) * length);
  const columns = form === 'full' ? 1 : d; // of a full covariance only the first column's deviation is at hand
  let square = 0;
  for (let j = 0; j < columns; j++) {
    const gap = Math.max(0, Math.abs(means[k * d + j] - center[j]) - FAR * scale[j]);
    square = Math.max(square, (own[j] * gap) ** 2);
  }
  return square;
}

/** A bound from above of |W (x − μ)|² within FAR. */
function mostSquare(
  { form, nFeatures: d, nComponents, means, factors }: Densities,
  k: number,
  { center, scale }: Units,
) {
  const length = factors.length / nComponents;
  const own = factors.subarray(k * length, (k + 1) * length);
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
