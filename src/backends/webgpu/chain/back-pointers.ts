import { NO_JOINT, PIECE_WORDS } from './pieces.js';
import type { Scales } from './scales.js';

/**
 * Follow the pointers back through a chunk, writing its states.
 *
 * @param pointers [⌈K / 4⌉, stride, 4] the best state of the row before
 * @param end the state of the chunk's last row, unless a sequence ends there
 * @returns the state of the row before the chunk, if the first row's sequence comes from there
 */
export function traceBack(
  scales: Scales,
  pointers: Uint8Array,
  stride: number,
  end: number,
  states: Uint32Array,
): number {
  const { pieces, places, chunk } = scales.chunk;
  let state = end;
  for (let i = places.length - 1; i >= 0; i--) {
    const [begin, count, before, after] = pieces.subarray(places[i] * PIECE_WORDS);
    if (after === NO_JOINT) state = scales.state(places[i]);
    for (let row = begin + count - 1; row >= begin; row--) {
      states[chunk.rowBegin + row] = state;
      const isFirst = row === begin && before === NO_JOINT;
      if (!isFirst) state = pointers[4 * ((state >> 2) * stride + row) + (state & 3)];
    }
  }
  return state;
}
