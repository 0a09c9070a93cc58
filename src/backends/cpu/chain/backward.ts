import { expNonPositive } from '../mixture/exp.js';
import { logPredicted, SMALLEST } from './forward.js';
import { type ChainWindow, multiply, type Transitions } from './window.js';

/** Sums of ξ over t: all but few of them as Σ_t forward_t(j) w_{t+1}(k), which lack the factor Γ_jk. */
export interface TransitionSums {
  readonly products: Float64Array;
  /** those whose products would underflow, Γ_jk included */
  readonly rest: Float64Array;
}

export const transitionSums = (nStates: number): TransitionSums => ({
  products: new Float64Array(nStates * nStates),
  rest: new Float64Array(nStates * nStates),
});

/**
 * γ_t(j) = Σ_k ξ_t(j, k) from the end, with ξ_t(j, k) = γ_{t+1}(k) p(z_t = j | z_{t+1} = k, x_1 … x_t): of probabilities
 * alone, none of which can overflow. The posterior of the window's last row is there already unless its sequence
 * ends with it; that of the row before the window is left in row 0 if its sequence comes from there.
 *
 * @param rest where sums go that underflow, weighted
 */
export function chainBackward(window: ChainWindow, transitions: Transitions, rest: Float64Array): void {
  const { nStates: k, forth } = transitions;
  const { count, first, last, forward, predicted, posterior, weight } = window;
  const sums = new Float64Array(k);
  const extra = new Float64Array(k);
  for (let row = count - 1; row >= 0; row--) {
    const at = (row + 1) * k;
    if (last[row]) {
      posterior.set(forward.subarray(at, at + k), at);
      normalise(posterior, at, k);
    }
    if (first[row]) {
      predicted.fill(0, at, at + k);
      continue;
    }
    let underflow = false;
    for (let state = at; state < at + k; state++) {
      const sum = predicted[state];
      if (sum >= SMALLEST) predicted[state] = posterior[state] / sum;
      else {
        predicted[state] = 0;
        if (posterior[state] > 0) {
          addExactly(window, transitions, at, state - at, weight[row], extra, rest);
          underflow = true;
        }
      }
    }
    multiply(forth, k, predicted, at, sums, 0);
    for (let j = 0; j < k; j++) posterior[at - k + j] = forward[at - k + j] * sums[j];
    if (underflow) {
      for (let j = 0; j < k; j++) posterior[at - k + j] += extra[j];
      extra.fill(0);
    }
    normalise(posterior, at - k, k);
  }
}

/** ξ_t(j, k) of one k and all j, in logarithms. */
function addExactly(
  { logForward, posterior }: ChainWindow,
  transitions: Transitions,
  at: number,
  state: number,
  weight: number,
  extra: Float64Array,
  rest: Float64Array,
): void {
  const { nStates: k, logBack } = transitions;
  const total = logPredicted(transitions, logForward, at - k, state);
  for (let j = 0; j < k; j++) {
    const share = Math.min(0, logForward[at - k + j] + logBack[state * k + j] - total);
    const joint = posterior[at + state] * expNonPositive(share);
    extra[j] += joint;
    rest[j * k + state] += weight * joint;
  }
}

/** Rounding must not grow from row to row. */
function normalise(values: Float64Array, from: number, count: number): void {
  let total = 0;
  for (let at = from; at < from + count; at++) total += values[at];
  const scale = 1 / total;
  for (let at = from; at < from + count; at++) values[at] *= scale;
}

/** Each row's posterior and ratio, as many times as its sequence counts. */
export function weighRows({ count, weight, posterior, predicted }: ChainWindow, k: number): void {
  for (let row = 0; row < count; row++) {
    const w = weight[row];
    for (let at = (row + 1) * k; at < (row + 2) * k; at++) {
      posterior[at] *= w;
      predicted[at] *= w;
    }
  }
}

/** Add Σ_t forward_t(j) w_{t+1}(k) to `products` [K, K], four rows at a time. */
export function addProducts(
  { count, forward, predicted }: ChainWindow,
  k: number,
  products: Float64Array,
): void {
  for (let row = 0; row < count; row += 4) {
    const rows = Math.min(4, count - row);
    const from = row * k;
    const step1 = rows > 1 ? k : 0;
    const step2 = rows > 2 ? 2 * k : 0;
    const step3 = rows > 3 ? 3 * k : 0;
    for (let j = 0; j < k; j++) {
      const f0 = forward[from + j];
      const f1 = rows > 1 ? forward[from + k + j] : 0;
      const f2 = rows > 2 ? forward[from + 2 * k + j] : 0;
      const f3 = rows > 3 ? forward[from + 3 * k + j] : 0;
      if (f0 === 0 && f1 === 0 && f2 === 0 && f3 === 0) continue;
      for (let state = 0, w = from + k; state < k; state++, w++) {
        products[j * k + state] +=
          f0 * predicted[w] +
          f1 * predicted[w + step1] +
          (f2 * predicted[w + step2] + f3 * predicted[w + step3]);
      }
    }
  }
}
