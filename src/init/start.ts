import type { Rows } from '../contract/table.js';
import type { Columns } from '../data/columns.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';

export interface StartOptions {
  /** One seed gives one start. Default 0. */
  seed?: number;
  /** Restarts draw from streams of their own. Default 0. */
  stream?: number;
  signal?: AbortSignal;
}

/** Proposes a first θ for a mixture of any family. */
export type Start = <P extends Arrays>(
  model: MixtureModel<P, Family<P>>,
  rows: Rows,
  options?: StartOptions,
) => Promise<MixtureParameters<P>>;

/** Equal weights, and components about the given means [K, D] that are as wide as the data. */
export function around<P extends Arrays>(
  { family, nComponents }: MixtureModel<P, Family<P>>,
  rows: Rows,
  means: Float64Array,
): MixtureParameters<P> {
  const weights = new Float64Array(nComponents).fill(1 / nComponents);
  return { ...family.around(means, nComponents, rows), weights };
}

/** [D] what the distance that starts use divides each column by. */
export const columnUnits = <P extends Arrays>(
  { family }: { readonly family: Family<P> },
  columns: Columns,
): Float64Array => family.units?.(columns) ?? columns.scale;
