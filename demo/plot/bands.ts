import type { Frame } from './frame.js';
import { componentColour, css } from './palette.js';
import type { Span } from './span.js';
import type { Theme } from './theme.js';

/** Rows [from, to) in one state. */
export interface Band extends Span {
  readonly state: number;
}

/** Bands as wide as this, in pixels, carry their state's number: colours alone tell not everybody. */
const NUMBERED = 20;
const MOST_NUMBERED = 60;

/**
 * The bands of a span in at most `columns` pieces: where rows are more than pixels, each pixel has the state that most of its rows
 * have; ties go to the smaller state.
 */
export function bandsOf(states: Uint32Array, { from, to }: Span, columns: number): Band[] {
  const bands: Band[] = [];
  const pieces = Math.min(to - from, columns);
  const edge = (piece: number) => from + Math.floor((piece * (to - from)) / pieces);
  const mostOf = majority(states, from, to);
  for (let piece = 0; piece < pieces; piece++) {
    const [begin, end] = [edge(piece), edge(piece + 1)];
    const state = end - begin === 1 ? states[begin] : mostOf(begin, end);
    const last = bands.at(-1);
    if (last?.state === state) bands[bands.length - 1] = { ...last, to: end };
    else bands.push({ from: begin, to: end, state });
  }
  return bands;
}

/** A function that finds the most frequent state of some rows. */
function majority(states: Uint32Array, from: number, to: number) {
  let largest = 0;
  for (let row = from; row < to; row++) largest = Math.max(largest, states[row]);
  const counts = new Uint32Array(largest + 1);
  return (begin: number, end: number) => {
    counts.fill(0);
    for (let row = begin; row < end; row++) counts[states[row]]++;
    return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  };
}

/** @param at the place on the axis of the edge before a row */
export function drawBands(
  context: CanvasRenderingContext2D,
  frame: Frame,
  bands: readonly Band[],
  at: (row: number) => number,
  theme: Theme,
): void {
  context.font = `600 11px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  let numbered = 0;
  for (const { from, to, state } of bands) {
    const [left, right] = [frame.x(at(from)), frame.x(at(to))];
    const colour = componentColour(state, theme.dark);
    context.fillStyle = css(colour, theme.dark ? 0.34 : 0.22);
    context.fillRect(left, frame.top, right - left, frame.height);
    if (right - left < NUMBERED || numbered++ >= MOST_NUMBERED) continue;
    context.fillStyle = theme.ink;
    context.fillText(String(state), (left + right) / 2, frame.top + 5);
  }
}
