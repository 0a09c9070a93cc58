import { type Densities, factorOf } from '../../../contract/densities.js';
import type { Posterior } from '../../../contract/posterior.js';
import type { Matrix } from '../../../data/matrix.js';
import { at } from '../../../numerics/triangle.js';
import type { Units } from '../rows/units.js';

/** Relative error of a log density, and of ½ |y|², that is no matter of digits. Units add to the former alone. */
const MOST_SHARE = 2 ** -20;

/**
 * Rows of a posterior whose Gaussian log densities rounding blurs by more than `most`, nats; ascending.
 * y = W (x − μ) is off by `rounding` (Σ_ij W_ij² (x_j² + μ_j²))^½, x and μ from the centre, and −½ |y|² by |y| times
 * that. Where columns depend on each other, and where a component is narrow, y is far smaller than its terms. |y|² is what the label's log density is
 * behind its constant; that is at most log K behind all together.
 */
export function rowsOfBlurredSquares(
  { begin, labels, logDensities }: Posterior,
  { points: { data }, units: { center } }: { readonly points: Matrix; readonly units: Units },
  densities: Densities,
  rounding: number,
  most: number,
): number[] {
  const { nFeatures: d, logConstants, means } = densities;
  const columns = columnSquares(densities);
  const others = Math.log(logConstants.length);
  const found: number[] = [];
  labels.forEach((k, i) => {
    const square = 2 * (logConstants[k] - logDensities[i] + others);
    if (!(square > 0)) return;
    let squares = 0;
    for (let j = 0, x = (begin + i) * d, own = k * d; j < d; j++, x++, own++) {
      squares += columns[own] * ((data[x] - center[j]) ** 2 + (means[own] - center[j]) ** 2);
    }
    const blur = rounding * Math.sqrt(square * squares);
    const size = Math.min(square / 2, Math.abs(logDensities[i]));
    if (blur > most + MOST_SHARE * size) found.push(begin + i);
  });
  return found;
}

/** [K, D] Σ_i W_ij² */
function columnSquares(densities: Densities): Float64Array {
  const { form, nComponents, nFeatures: d, factors } = densities;
  if (form === 'diag') return factors.map(w => w * w);
  const columns = new Float64Array(nComponents * d);
  for (let k = 0; k < nComponents; k++) {
    const factor = factorOf(densities, k);
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) columns[k * d + j] += factor[at(i, j)] ** 2;
  }
  return columns;
}
