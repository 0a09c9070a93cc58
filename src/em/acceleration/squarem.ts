import { needs } from '../../models/model.js';
import type { Accelerator } from './accelerator.js';

/** The longest step allowed grows by this where it was reached, and shrinks by it where a leap was refused. */
const GROWTH = 4;

interface Memory {
  /** θ_0, once there was a first step of two. */
  readonly zero?: Float64Array;
  /** The longest step allowed. */
  readonly longest: number;
  readonly isTooLarge?: boolean;
}

const AT_FIRST: Memory = { longest: GROWTH };

/**
 * SQUAREM (Varadhan & Roland 2008, scheme S3): from two M-steps θ_0 → θ_1 → θ_2 with r = θ_1 − θ_0 and
 * v = (θ_2 − θ_1) − r, the leap is θ_0 + 2sr + s²v with s = |r| / |v|, in the model's unbounded coordinates. s = 1 is
 * θ_2 itself.
 *
 * @param mostCoordinates larger models do not leap: the way to coordinates and back may cost as much as an E-step
 */
export const squaremUpTo = (mostCoordinates: number): Accelerator => ({
  kind: 'accelerator',
  name: 'squarem',
  begin(model) {
    const toVector = needs(model, 'toVector', 'SQUAREM');
    const fromVector = needs(model, 'fromVector', 'SQUAREM');
    return {
      leap(previous, maximised, memory) {
        const { zero, longest, isTooLarge } = (memory ?? AT_FIRST) as Memory;
        if (isTooLarge) return { memory };
        const one = toVector(previous);
        if (!zero) return { memory: { zero: one, longest, isTooLarge: one.length > mostCoordinates } };
        const two = toVector(maximised);
        const r = one.map((value, i) => value - zero[i]);
        const v = two.map((value, i) => value - one[i] - r[i]);
        const length = norm(r) / norm(v);
        if (!(length > 1)) return { memory: { longest } };
        const s = Math.min(length, longest);
        const kept: Memory = { longest: s === longest ? longest * GROWTH : longest };
        const vector = zero.map((value, i) => value + 2 * s * r[i] + s * s * v[i]);
        const isSound = vector.every(Number.isFinite);
        return { memory: kept, leap: isSound ? fromVector(vector, maximised) : undefined };
      },
      rejected(memory): Memory {
        const { longest } = memory as Memory;
        return { longest: Math.max(GROWTH, longest / GROWTH) };
      },
    };
  },
});

export const squarem = squaremUpTo(Number.POSITIVE_INFINITY);

const norm = (vector: Float64Array) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
