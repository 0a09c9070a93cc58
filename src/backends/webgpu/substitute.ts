import type { Densities } from '../../models/densities.js';
import { mixturePosterior, posteriorBlock } from '../cpu/mixture-posterior.js';

/** A smaller part of a row is below the rounding of every sum that it is in. */
export const LEAST_SHARE = 2 ** -30;

/**
 * Whether a place is one that hidden rows may be taken to: what is there adds the same on the device as on the host, which
 * takes it away again. So it is none of `others`, and no log density there is blurred by more than `most`, nats: y = W (x −
 * μ) is off by a component's blur, and by `rounding` of y, and −½ |y|² by |y| times that.
 *
 * @param place [D] in the caller's units
 * @param blur [K] of rows near a component, in its standard deviations
 */
export function isClear(
  place: Float64Array,
  densities: Densities,
  {
    blur,
    others,
    rounding,
    most,
  }: { blur: Float64Array; others: ReadonlySet<number>; rounding: number; most: number },
): boolean {
  const { nComponents, logConstants } = densities;
  const block = posteriorBlock(1, nComponents);
  mixturePosterior(place, 0, 1, densities, block);
  let off = 0;
  for (let k = 0; k < nComponents; k++) {
    const share = block.responsibilities[k];
    if (share > LEAST_SHARE && others.has(k)) return false;
    if (share === 0) continue;
    const y = Math.sqrt(2 * Math.max(0, logConstants[k] - block.logits[k]));
    off += share * y * (blur[k] + rounding * y);
  }
  return off <= most;
}
