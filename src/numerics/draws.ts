import type { Rng } from './rng.js';

/** Draws of counts. Their cost does not grow with the rate or the number of trials. */

/** Means from here on are drawn by transformed rejection; below it, by walking along the distribution from 0. */
const LARGE_MEAN = 10;

/** A Poisson count of mean `rate` ≥ 0: inversion, and from 10 on PTRS (Hörmann 1993). */
export function drawPoisson(rate: number, rng: Rng): number {
  if (rate < LARGE_MEAN) {
    const first = Math.exp(-rate);
    return walk(rng, first, Number.POSITIVE_INFINITY, k => rate / k);
  }
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  return rejection(rng, {
    a,
    b,
    c: rate + 0.43,
    squeeze: 0.9277 - 3.6224 / (b - 2),
    logHeight: -Math.log(1.1239 + 1.1328 / (b - 3.4)),
    most: Number.POSITIVE_INFINITY,
    logDensity: k => logPoisson(k, rate),
  });
}

/** Successes in `trials` trials of probability p: inversion, and where more than 10 are expected BTRS (Hörmann 1993). */
export function drawBinomial(trials: number, p: number, rng: Rng): number {
  if (p > 0.5) return trials - drawBinomial(trials, 1 - p, rng);
  if (!(p > 0)) return 0;
  const mean = trials * p;
  if (mean < LARGE_MEAN) {
    const odds = p / (1 - p);
    return walk(rng, Math.exp(trials * Math.log1p(-p)), trials, k => ((trials - k + 1) / k) * odds);
  }
  const deviation = Math.sqrt(mean * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const mode = Math.floor((trials + 1) * p);
  const peak = logBinomial(mode, trials, p);
  return rejection(rng, {
    a: -0.0873 + 0.0248 * b + 0.01 * p,
    b,
    c: mean + 0.5,
    squeeze: 0.92 - 4.2 / b,
    logHeight: -Math.log((2.83 + 5.1 / b) * deviation),
    most: trials,
    logDensity: k => logBinomial(k, trials, p) - peak,
  });
}

/**
 * How often each of the categories comes in `trials` trials, added to `target` from `offset` on: binomials of what is left,
 * one category after the other.
 */
export function drawMultinomial(
  trials: number,
  probabilities: Float64Array,
  rng: Rng,
  target: Float64Array,
  offset: number,
): void {
  let left = probabilities.reduce((sum, p) => sum + p, 0);
  let last = probabilities.length - 1;
  while (last > 0 && probabilities[last] === 0) last--;
  for (let j = 0; j < last && trials > 0; j++) {
    const count = drawBinomial(trials, Math.min(1, probabilities[j] / left), rng);
    target[offset + j] += count;
    trials -= count;
    left -= probabilities[j];
  }
  target[offset + last] += trials;
}

/** The index at which the running sum of probabilities passes u; never one of probability 0. */
export function drawIndex(probabilities: Float64Array, u: number): number {
  let sum = 0;
  let index = 0;
  for (let k = 0; k < probabilities.length; k++) {
    if (probabilities[k] === 0) continue;
    index = k;
    sum += probabilities[k];
    if (u < sum) break;
  }
  return index;
}

/** The k at which the distribution passes a uniform number, of p(0) = `first` and p(k) = p(k − 1) · ratio(k). */
function walk(rng: Rng, first: number, most: number, ratio: (k: number) => number): number {
  let left = rng.uniform() - first;
  let p = first;
  let k = 0;
  // What rounding leaves of the last uniform numbers is less than any probability: the tail ends there.
  while (left >= 0 && k < most && p > 0) {
    k++;
    p *= ratio(k);
    left -= p;
  }
  return k;
}

/** Constants of Hörmann's transformed rejection with squeeze: its table mountain, and log density + a constant. */
interface Mountain {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly squeeze: number;
  readonly logHeight: number;
  readonly most: number;
  logDensity(k: number): number;
}

function rejection(rng: Rng, { a, b, c, squeeze, logHeight, most, logDensity }: Mountain): number {
  for (;;) {
    const u = rng.uniform() - 0.5;
    const v = rng.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= squeeze) return k;
    if (!(k >= 0 && k <= most) || (us < 0.013 && v > us)) continue;
    if (Math.log(v) - logHeight - Math.log(a / (us * us) + b) <= logDensity(k)) return k;
  }
}

/**
 * log p(k), without the loss of digits that k log λ − λ − log k! has where these are large (Loader, Fast and accurate
 * computation of binomial probabilities, 2000).
 */
function logPoisson(k: number, rate: number): number {
  if (k === 0) return -rate;
  return -stirlingRest(k) - deviance(k, rate) - 0.5 * Math.log(2 * Math.PI * k);
}

function logBinomial(k: number, n: number, p: number): number {
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  const rest = stirlingRest(n) - stirlingRest(k) - stirlingRest(n - k);
  const spread = 0.5 * Math.log(n / (2 * Math.PI * k * (n - k)));
  return rest - deviance(k, n * p) - deviance(n - k, n * (1 - p)) + spread;
}

/** k log(k / m) + m − k, by its series where k is near m. */
function deviance(k: number, m: number): number {
  const difference = k - m;
  if (Math.abs(difference) >= 0.1 * (k + m)) return k * Math.log(k / m) - difference;
  const v = difference / (k + m);
  let sum = difference * v;
  let term = 2 * k * v;
  for (let j = 1; ; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/** log k! − (½ log 2πk + k log k − k) for k ≥ 1, by Stirling's series; its first values by log k! itself. */
function stirlingRest(k: number): number {
  if (k < EXACT.length) return EXACT[k];
  const s = 1 / (k * k);
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / k;
}

const EXACT = Array.from({ length: 16 }, (_, k) => {
  let factorial = 1;
  for (let i = 2; i <= k; i++) factorial *= i;
  return k === 0 ? 0 : Math.log(factorial) - (0.5 * Math.log(2 * Math.PI * k) + k * Math.log(k) - k);
});
