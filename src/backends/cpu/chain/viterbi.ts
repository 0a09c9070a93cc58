import type { ChainWindow, Transitions } from './window.js';

/**
 * The most probable paths to each state: v_t(k) = max_j (v_{t−1}(j) + log Γ_jk) + log p(x_t | k), less the row's largest,
 * in place of `logForward`; ties go to the smaller j.
 *
 * @param pointers [rows, K] where the best j are written, if anywhere
 * @returns the first row from which on no path is possible, or −1
 */
export function viterbiForward(
  window: ChainWindow,
  { nStates: k, logInitial, logBack }: Transitions,
  pointers?: Uint16Array,
): number {
  const { count, first, logits, logForward: best, norms } = window;
  for (let row = 0; row < count; row++) {
    const at = (row + 1) * k;
    let largest = Number.NEGATIVE_INFINITY;
    for (let state = 0; state < k; state++) {
      let from = 0;
      let highest = Number.NEGATIVE_INFINITY;
      if (first[row]) highest = logInitial[state];
      else {
        const column = state * k;
        for (let j = 0; j < k; j++) {
          const value = best[at - k + j] + logBack[column + j];
          if (value > highest) {
            highest = value;
            from = j;
          }
        }
      }
      if (pointers) pointers[row * k + state] = from;
      const value = highest + logits[row * k + state];
      best[at + state] = value;
      if (value > largest) largest = value;
    }
    if (largest === Number.NEGATIVE_INFINITY) return row;
    for (let state = at; state < at + k; state++) best[state] -= largest;
    norms[row] = largest;
  }
  return -1;
}

/**
 * Follow the pointers back through a window, writing its states.
 *
 * @param end the state of its last row, unless a sequence ends there
 * @returns the state of the row before the window, if the first row's sequence comes from there
 */
export function viterbiBack(
  { begin, count, first, last, logForward: best }: ChainWindow,
  k: number,
  pointers: Uint16Array,
  end: number,
  states: Uint32Array,
): number {
  let state = end;
  for (let row = count - 1; row >= 0; row--) {
    if (last[row]) state = argmax(best, (row + 1) * k, k);
    states[begin + row] = state;
    if (!first[row]) state = pointers[row * k + state];
  }
  return state;
}

function argmax(values: Float64Array, from: number, count: number): number {
  let at = 0;
  for (let i = 1; i < count; i++) if (values[from + i] > values[from + at]) at = i;
  return at;
}
