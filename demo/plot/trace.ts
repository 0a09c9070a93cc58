import type { Frame } from './frame.js';
import type { Span } from './span.js';
import type { Theme } from './theme.js';

/** Points further apart than this, in pixels, are dots on the line. */
const DOTS = 4;

/** What each column of pixels has to show of its rows. */
export interface Summary {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly mean: Float64Array;
}

/** @param columns at most as many as there are rows in the span */
export function summaryOf(values: ArrayLike<number>, { from, to }: Span, columns: number): Summary {
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const mean = new Float64Array(columns);
  for (let column = 0, row = from; column < columns; column++) {
    const begin = row;
    const end = from + Math.floor(((column + 1) * (to - from)) / columns);
    for (; row < end; row++) {
      low[column] = Math.min(low[column], values[row]);
      high[column] = Math.max(high[column], values[row]);
      mean[column] += values[row];
    }
    mean[column] /= end - begin;
  }
  return { low, high, mean };
}

/** A line through each row, with dots where there is room for them. */
export function drawLine(
  context: CanvasRenderingContext2D,
  frame: Frame,
  values: ArrayLike<number>,
  { from, to }: Span,
  at: (row: number) => number,
  theme: Theme,
): void {
  const line = new Path2D();
  const dots = new Path2D();
  const radius = frame.width / (to - from) > DOTS ? 2.2 : 0;
  for (let row = from; row < to; row++) {
    const [x, y] = [frame.x(at(row)), frame.y(values[row])];
    line.lineTo(x, y);
    if (radius === 0) continue;
    dots.moveTo(x + radius, y);
    dots.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.strokeStyle = theme.ink;
  context.fillStyle = theme.ink;
  context.lineJoin = 'round';
  context.lineWidth = 1.1;
  context.globalAlpha = radius > 0 ? 0.55 : 0.8;
  context.stroke(line);
  context.globalAlpha = 1;
  context.fill(dots);
}

/**
 * Each column of pixels from its smallest to its largest value, and a line through the means.
 *
 * @param colourOf how columns are coloured
 */
export function drawSummary(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { low, high, mean }: Summary,
  colourOf: (column: number) => string,
  { ink }: Theme,
): void {
  const width = frame.width / low.length;
  const line = new Path2D();
  for (let column = 0; column < low.length; column++) {
    // Neighbours that do not overlap are joined.
    const top = Math.max(high[column], low[column + 1] ?? Number.NEGATIVE_INFINITY);
    const bottom = Math.min(low[column], high[column + 1] ?? Number.POSITIVE_INFINITY);
    const [left, y] = [frame.left + column * width, frame.y(top)];
    context.fillStyle = colourOf(column);
    context.fillRect(left, y, width, Math.max(1, frame.y(bottom) - y));
    line.lineTo(left + width / 2, frame.y(mean[column]));
  }
  context.strokeStyle = ink;
  context.lineWidth = 1.2;
  context.lineJoin = 'round';
  context.stroke(line);
}
