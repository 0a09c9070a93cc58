import type { Sequences } from '../../../contract/chains.js';

/**
 * What is walked at a time: whole sequences that fit into one window together, or a single longer one, whose windows
 * follow each other.
 */
export interface Span {
  /** its rows are [begin, end) */
  readonly begin: number;
  readonly end: number;
  readonly firstSequence: number;
  readonly nWindows: number;
}

/** Numbers in each of a window's arrays, if no sequence is so long that its square root asks for more rows. */
const WINDOW_NUMBERS = 2 ** 17;

/**
 * Rows of a window. A sequence of T rows that is longer leaves one checkpoint a window, so that windows of √T rows
 * bound messages and checkpoints alike.
 */
export function windowRows({ lengths }: Sequences, nStates: number): number {
  let total = 0;
  let longest = 0;
  for (const length of lengths) {
    total += length;
    longest = Math.max(longest, length);
  }
  return Math.min(total, Math.max(Math.ceil(WINDOW_NUMBERS / nStates), Math.ceil(Math.sqrt(longest))));
}

export function* spans({ lengths }: Sequences, capacity: number): Generator<Span> {
  for (let first = 0, begin = 0; first < lengths.length; ) {
    let next = first + 1;
    let rows = lengths[first];
    while (next < lengths.length && rows + lengths[next] <= capacity) rows += lengths[next++];
    yield { begin, end: begin + rows, firstSequence: first, nWindows: Math.ceil(rows / capacity) };
    first = next;
    begin += rows;
  }
}
