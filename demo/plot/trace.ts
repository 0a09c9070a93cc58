import type { Frame } from './frame.js';
import type { Span } from './span.js';
import type { Theme } from './theme.js';

/** Points further apart than this, in pixels, are dots on the line. */
const DOTS = 5;

/** The smallest and the largest value of each column of pixels. */
export interface Extremes {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** @param columns at most as many as there are rows in the span */
export function extremesOf(values: ArrayLike<number>, { from, to }: Span, columns: number): Extremes {
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (let column = 0, row = from; column < columns; column++) {
    const end = from + Math.floor(((column + 1) * (to - from)) / columns);
    for (; row < end; row++) {
      low[column] = Math.min(low[column], values[row]);
      high[column] = Math.max(high[column], values[row]);
    }
  }
  return { low, high };
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

/** A stroke from the smallest to the largest value in each column of pixels, and on to the next. */
export function drawExtremes(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { low, high }: Extremes,
  theme: Theme,
): void {
  const width = frame.width / low.length;
  context.fillStyle = theme.ink;
  context.globalAlpha = 0.72;
  for (let column = 0; column < low.length; column++) {
    // Neighbours that do not overlap are joined.
    const top = Math.max(high[column], low[column + 1] ?? Number.NEGATIVE_INFINITY);
    const bottom = Math.min(low[column], high[column + 1] ?? Number.POSITIVE_INFINITY);
    const y = frame.y(top);
    context.fillRect(frame.left + column * width, y, width, Math.max(1, frame.y(bottom) - y));
  }
  context.globalAlpha = 1;
}
