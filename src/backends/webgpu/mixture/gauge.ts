import { adjust, type Densities } from '../../../contract/densities.js';
import type { Units } from '../rows/units.js';

/** Hard clusters in units of the resident rows, in which no square of a distance leaves float32's range. */
export interface Gauged {
  readonly densities: Densities;
  /** Log densities of those in units of the caller's. */
  readonly unit: number;
}

/**
 * Which centre is nearest is the same in all units: where only that is asked, squares of distances are taken in units of
 * the columns' widths. A power of 4, so that nothing rounds.
 */
export function gauged(densities: Densities, { scale }: Units, isHard: boolean): Gauged {
  const { form, moments, factors } = densities;
  if (!isHard || form !== 'diag' || moments !== 'first') return { densities, unit: 1 };
  const width = factors.reduce((most, w, at) => Math.max(most, w * scale[at % scale.length]), 0);
  const unit = 4 ** Math.round(Math.log2(width));
  const beta = 1 / unit;
  if (!(unit > 0 && beta > 0)) return { densities, unit: 1 };
  return { densities: adjust(densities, { beta }), unit };
}
