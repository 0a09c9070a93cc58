import type { Densities } from '../../../contract/densities.js';
import { mixturePosterior, posteriorBlock } from '../../cpu/mixture/posterior.js';

/** A smaller part of a row is below the rounding of every sum that it is in. */
export const LEAST_SHARE = 2 ** -30;

/**
 * How far off a log density may be at a place that hidden rows are taken to, nats. What is there adds the same on the
 * device as on the host, which takes it away again. So it is none of `others`, where this is infinite; y = W (x − μ) is
 * off by a component's blur, and by `rounding` of y, and −½ |y|² by |y| times that.
 *
 * @param place [D] in the caller's units
 * @param blur [K] of rows near a component, in its standard deviations
 */
export function blurAt(
  place: Float64Array,
  densities: Densities,
  { blur, others, rounding }: { blur: Float64Array; others: ReadonlySet<number>; rounding: number },
): number {
  const { nComponents, logConstants } = densities;
  const block = posteriorBlock(1, nComponents);
  mixturePosterior(place, 0, 1, densities, block);
  let off = 0;
  for (let k = 0; k < nComponents; k++) {
    const share = block.responsibilities[k];
    if (share > LEAST_SHARE && others.has(k)) return Number.POSITIVE_INFINITY;
    if (share === 0) continue;
    const y = Math.sqrt(2 * Math.max(0, logConstants[k] - block.logits[k]));
    off += share * y * (blur[k] + rounding * y);
  }
  return off;
}
