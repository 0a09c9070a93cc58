import type { Densities, DensityForm } from '../../../contract/densities.js';
import type { Moments, Statistics } from '../../../contract/statistics.js';
import type { Units } from '../rows/units.js';
import type { ComponentLayout, SumsLayout } from './layouts.js';

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
  /** [K] nats, and [K, D] of a linear form: what rounding takes from the other constants, and from the factors. */
  readonly lost: { readonly constants: Float64Array; readonly factors?: Float64Array };
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
  const constants = Float64Array.from(logConstants);
  for (let k = 0; k < nComponents; k++) {
    const component = k * layout.length;
    const mean = component + layout.mean;
    for (let j = 0; j < d; j++) {
      const at = k * d + j;
      target[mean + j] = (means[at] - center[j]) / scale[j];
      origin[at] = center[j] + scale[j] * target[mean + j];
      if (form === 'linear' && isPossible(factors[at])) {
        constants[k] += factors[at] * (origin[at] - means[at]);
      }
    }
    for (let t = 0; t < factorLength; t++) {
      target[component + layout.factor[t]] = units[t] * factors[k * factorLength + t];
    }
  }
  const constant = constants.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  constants.forEach((value, k) => {
    target[k * layout.length] = Math.max((value - constant) * Math.LOG2E, LOG_ZERO);
  });
  const seenFactor = (at: number, j: number) =>
    target[((at - j) / d) * layout.length + layout.factor[j]] / units[j];
  return {
    origin,
    constant,
    lost: {
      constants: constants.map((c, k) => missing(c - constant, target[k * layout.length] * Math.LN2)),
      factors: form === 'linear' ? factors.map((a, at) => missing(a, seenFactor(at, at % d))) : undefined,
    },
  };
}

/**
 * What rounding of θ took from the log-likelihood, nats, to first order: its derivative by a log constant is N_k, and by
 * a factor of a linear form Σ r u. Rows round by chance, θ rounds all of them alike.
 */
export function lostOfLikelihood({ lost }: Packed, { counts, sums }: Statistics): number {
  const ofConstants = lost.constants.reduce((sum, value, k) => sum + value * counts[k], 0);
  return (lost.factors?.reduce((sum, value, at) => sum + value * sums[at], 0) ?? 0) + ofConstants;
}

/** Factors of a linear form beyond this stand for events of probability 0: what they add is no matter of digits. */
const isPossible = (factor: number) => Math.abs(factor) < 600;

/** What rounding left of a number, unless that is as large as what stands for log 0. */
const missing = (value: number, seen: number) => (Math.abs(value) < 1e15 ? value - seen : 0);

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
