import { type Chain, LOG_IMPOSSIBLE, type Sequences } from '../../../contract/chains.js';
import { BLOCK_ROWS } from '../mixture/accumulate.js';
import { mixtureLogits } from '../mixture/logits.js';
import type { Span } from './spans.js';

/** A chain's matrices in the forms that the loops read. */
export interface Transitions {
  readonly nStates: number;
  /** [K] log δ_k */
  readonly logInitial: Float64Array;
  /** [K, K] Γ_jk, by row j, and by row k */
  readonly forth: Float64Array;
  readonly back: Float64Array;
  /** [K, K] log Γ_jk by row k */
  readonly logBack: Float64Array;
}

export function transitionsOf({ logInitial, logTransition }: Chain): Transitions {
  const nStates = logInitial.length;
  const logBack = logTransition.map(
    (_, at) => logTransition[(at % nStates) * nStates + Math.floor(at / nStates)],
  );
  return {
    nStates,
    logInitial,
    forth: logTransition.map(Math.exp),
    back: logBack.map(Math.exp),
    logBack,
  };
}

/** A run of consecutive rows and what is known of each. Row 0 of the messages is the row before the run. */
export interface ChainWindow {
  /** the first of its rows, of all rows; how many they are; the sequence of the first */
  begin: number;
  count: number;
  firstSequence: number;
  /** [rows] 1 where a sequence begins, and where one ends */
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** [rows] the sequence's weight */
  readonly weight: Float64Array;
  /** [rows, K] log p(x_t | z_t = k) */
  readonly logits: Float64Array;
  /** [1 + rows, K] log α_t(k), less the largest of the row */
  readonly logForward: Float64Array;
  /** [1 + rows, K] its exponential */
  readonly forward: Float64Array;
  /** [1 + rows, K] Σ_j forward_{t−1}(j) Γ_jk; on the way back γ_t(k) over this */
  readonly predicted: Float64Array;
  /** [1 + rows, K] γ_t(k) */
  readonly posterior: Float64Array;
  /** [rows] what each row adds to log p(sequence) */
  readonly norms: Float64Array;
}

export function chainWindow(rows: number, nStates: number): ChainWindow {
  const messages = () => new Float64Array((1 + rows) * nStates);
  return {
    begin: 0,
    count: 0,
    firstSequence: 0,
    first: new Uint8Array(rows),
    last: new Uint8Array(rows),
    weight: new Float64Array(rows),
    logits: new Float64Array(rows * nStates),
    logForward: messages(),
    forward: messages(),
    predicted: messages(),
    posterior: messages(),
    norms: new Float64Array(rows),
  };
}

/** Move to window `index` of a span: where its sequences begin and end, and the emissions' log densities. */
export function fillWindow(
  window: ChainWindow,
  x: Float64Array,
  { begin, end, firstSequence }: Span,
  index: number,
  { lengths, weights }: Sequences,
  { emission }: Chain,
): void {
  const capacity = window.first.length;
  window.begin = begin + index * capacity;
  window.count = Math.min(capacity, end - window.begin);
  window.firstSequence = firstSequence;
  window.first.fill(0);
  window.last.fill(0);
  for (let sequence = firstSequence, row = begin - window.begin; row < window.count; sequence++) {
    const next = row + lengths[sequence];
    if (row >= 0) window.first[row] = 1;
    if (next <= window.count) window.last[next - 1] = 1;
    window.weight.fill(weights?.[sequence] ?? 1, Math.max(0, row), Math.min(next, window.count));
    row = next;
  }
  const { nComponents } = emission;
  for (let row = 0; row < window.count; row += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, window.count - row);
    const logits = window.logits.subarray(row * nComponents, (row + rows) * nComponents);
    mixtureLogits(x, window.begin + row, rows, emission, logits);
  }
  if (emission.form === 'linear') exactZeros(window.logits, window.count * nComponents);
}

function exactZeros(logits: Float64Array, length: number): void {
  for (let at = 0; at < length; at++) if (logits[at] < LOG_IMPOSSIBLE) logits[at] = Number.NEGATIVE_INFINITY;
}

/** The sequence, and the row in it, that a row of the window is. */
export function placeOf({ lengths }: Sequences, { begin }: Span, window: ChainWindow, row: number) {
  let sequence = window.firstSequence;
  let place = window.begin + row - begin;
  while (place >= lengths[sequence]) place -= lengths[sequence++];
  return { sequence, row: place };
}

/** out_i = Σ_j M_ij v_j for a [K, K] matrix, four rows of it at a time. */
export function multiply(
  matrix: Float64Array,
  k: number,
  vector: Float64Array,
  from: number,
  out: Float64Array,
  to: number,
): void {
  let i = 0;
  for (; i + 4 <= k; i += 4) {
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    let row0 = i * k;
    let row1 = row0 + k;
    let row2 = row1 + k;
    let row3 = row2 + k;
    for (let j = from; j < from + k; j++) {
      const v = vector[j];
      sum0 += matrix[row0++] * v;
      sum1 += matrix[row1++] * v;
      sum2 += matrix[row2++] * v;
      sum3 += matrix[row3++] * v;
    }
    out[to + i] = sum0;
    out[to + i + 1] = sum1;
    out[to + i + 2] = sum2;
    out[to + i + 3] = sum3;
  }
  for (; i < k; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += matrix[i * k + j] * vector[from + j];
    out[to + i] = sum;
  }
}
