import { NonFiniteError } from '../../../errors.js';
import { expNonPositive } from '../mixture/exp.js';
import { type ChainWindow, multiply, type Transitions } from './window.js';

/** Sums of products below this may have lost terms to underflow: they are taken anew, in logarithms. */
export const SMALLEST = 1e-200;

/**
 * log α_t(k) = log Σ_j α_{t−1}(j) Γ_jk + log p(x_t | k), row by row, each less its largest; the parts taken off add up to
 * log p(sequence). Messages stay logarithms, so that a state may be any number of nats behind and come back; only
 * inside of the sum over j are they exponentials.
 *
 * @returns the first row from which on no path is possible, or −1
 */
export function chainForward(window: ChainWindow, transitions: Transitions): number {
  const { nStates: k, logInitial, back } = transitions;
  const { count, first, last, logits, logForward, forward, predicted, norms } = window;
  let impossible = -1;
  for (let row = 0; row < count; row++) {
    const at = (row + 1) * k;
    if (!first[row]) multiply(back, k, forward, at - k, predicted, at);
    let largest = Number.NEGATIVE_INFINITY;
    for (let state = 0; state < k; state++) {
      const sum = predicted[at + state];
      const ahead = first[row]
        ? logInitial[state]
        : sum >= SMALLEST
          ? Math.log(sum)
          : logPredicted(transitions, logForward, at - k, state);
      const value = ahead + logits[row * k + state];
      logForward[at + state] = value;
      if (value > largest) largest = value;
    }
    if (largest === Number.NEGATIVE_INFINITY) {
      checkNumbers(logForward, at, k);
      forward.fill(0, at, at + k);
      norms[row] = largest;
      if (impossible < 0) impossible = row;
      continue;
    }
    let total = 0;
    for (let state = 0; state < k; state++) {
      const value = logForward[at + state] - largest;
      logForward[at + state] = value;
      const exponential = expNonPositive(value);
      forward[at + state] = exponential;
      total += exponential;
    }
    norms[row] = last[row] ? largest + Math.log(total) : largest;
  }
  return impossible;
}

/** log Σ_j α(j) Γ_jk of one state k, in logarithms. */
export function logPredicted(
  { nStates: k, logBack }: Transitions,
  logForward: Float64Array,
  from: number,
  state: number,
): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < k; j++) largest = Math.max(largest, logForward[from + j] + logBack[state * k + j]);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let j = 0; j < k; j++) sum += expNonPositive(logForward[from + j] + logBack[state * k + j] - largest);
  return largest + Math.log(sum);
}

function checkNumbers(values: Float64Array, from: number, count: number): void {
  if (!values.subarray(from, from + count).some(Number.isNaN)) return;
  throw new NonFiniteError(
    'The forward pass met a number that is not one: a density overflowed, or a parameter is not finite. Try a larger regCovar, or fewer states.',
  );
}
