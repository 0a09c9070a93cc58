import type { DensityForm } from '../../families/family.js';
import type { Densities } from '../../models/densities.js';
import type { Moments, Statistics } from '../../statistics.js';
import type { ComponentLayout, SumsLayout } from './layouts.js';

/** Columns as they are resident: (x − center) / scale. */
export interface Units {
  readonly center: Float64Array;
  readonly scale: Float64Array;
}

/** Finite stand-in for log 0, as in shaders/include/components.wgsl. */
const LOG_ZERO = -1e30;

/** What the device does not see of θ. */
export interface Packed {
  /** [K, D] the means as the device sees them (float32), in the caller's units: the statistics are about these. */
  readonly origin: Float64Array;
  /**
   * What the device leaves out of every log density, nats: the largest log constant. Components share it, so that only
   * their differences have to survive float32.
   */
  readonly constant: number;
}

/** θ in resident units and float32, one component after the other. Logits are in base 2, and √(½ log₂ e) goes into W. */
export function packComponents(
  { form, nComponents, nFeatures: d, logConstants, means, factors }: Densities,
  { center, scale }: Units,
  layout: ComponentLayout,
  target: Float32Array,
): Packed {
  const origin = new Float64Array(means.length);
  const units = factorUnits(form, scale);
  const factorLength = units.length;
  const constant = logConstants.reduce(
    (largest, value) => Math.max(largest, value),
    Number.NEGATIVE_INFINITY,
  );
  for (let k = 0; k < nComponents; k++) {
    const component = k * layout.length;
    target[component] = Math.max((logConstants[k] - constant) * Math.LOG2E, LOG_ZERO);
    const mean = component + layout.mean;
    for (let j = 0; j < d; j++) {
      target[mean + j] = (means[k * d + j] - center[j]) / scale[j];
      origin[k * d + j] = center[j] + scale[j] * target[mean + j];
    }
    for (let t = 0; t < factorLength; t++) {
      target[component + layout.factor[t]] = units[t] * factors[k * factorLength + t];
    }
  }
  return { origin, constant };
}

/** [T] what each factor is multiplied by: its column's scale, and √(½ log₂ e), or log₂ e where it is linear. */
function factorUnits(form: DensityForm, scale: Float64Array): Float64Array {
  if (form === 'linear') return scale.map(s => Math.LOG2E * s);
  const root = Math.sqrt(0.5 * Math.LOG2E);
  if (form === 'diag') return scale.map(s => root * s);
  return Float64Array.from(
    Array.from(scale, (_, i) => Array.from(scale.subarray(0, i + 1), s => root * s)).flat(),
  );
}

/** [T] what brings each statistic back to the caller's units. */
export function statisticUnits(moments: Moments, scale: Float64Array): Float64Array {
  if (moments === 'first') return Float64Array.from(scale);
  const second =
    moments === 'diag'
      ? Array.from(scale, s => s * s)
      : Array.from(scale, (s, i) => Array.from(scale.subarray(0, i + 1), r => r * s)).flat();
  return Float64Array.from([...scale, ...second]);
}

/** Add one group of partial sums, [K, layout.length] float32, to the statistics, in float64. */
export function mergePartials(
  partials: Float32Array,
  layout: SumsLayout,
  units: Float64Array,
  { counts, sums }: Statistics,
): void {
  const length = units.length;
  for (let k = 0, at = 0; k < counts.length; k++, at += layout.length) {
    counts[k] += partials[at + layout.count];
    for (let t = 0; t < length; t++) sums[k * length + t] += units[t] * partials[at + layout.sums[t]];
  }
}
