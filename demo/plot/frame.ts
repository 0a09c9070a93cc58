import type { Size } from './surface.js';
import type { Theme } from './theme.js';
import { niceTicks, type Ticks } from './ticks.js';

export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** Default: as many as fit. None: an axis without numbers. */
  readonly ticks?: Ticks;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The inside of a plot, and where its data lie in it. */
export interface Frame extends Area {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

const FONT_SIZE = 12;
const GAP = 8;

/** Grid, numbers and names of two axes; returns the area that they leave. */
export function drawFrame(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  across: Axis,
  up: Axis,
  theme: Theme,
): Frame {
  context.font = `${FONT_SIZE}px ${theme.font}`;
  const xTicks = across.ticks ?? niceTicks(across.low, across.high, clamp(width / 70, 3, 8));
  const yTicks = up.ticks ?? niceTicks(up.low, up.high, clamp(height / 28, 2, 7));
  const yLabels = yTicks.values.map(yTicks.format);
  const labelWidth = Math.max(0, ...yLabels.map(text => context.measureText(text).width));

  const left = Math.ceil((up.label ? FONT_SIZE + GAP : 0) + (labelWidth > 0 ? labelWidth + GAP : 0)) + 1;
  const bottom = FONT_SIZE + GAP + (across.label ? FONT_SIZE + GAP : 0);
  const area: Area = { left, top: GAP, width: width - left - 14, height: height - GAP - bottom };
  const x = (value: number) => area.left + ((value - across.low) / (across.high - across.low)) * area.width;
  const y = (value: number) => area.top + (1 - (value - up.low) / (up.high - up.low)) * area.height;

  context.lineWidth = 1;
  context.strokeStyle = theme.grid;
  context.beginPath();
  for (const value of xTicks.values) line(context, x(value), area.top, x(value), area.top + area.height);
  for (const value of yTicks.values) line(context, area.left, y(value), area.left + area.width, y(value));
  context.stroke();

  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const value of xTicks.values) {
    const text = xTicks.format(value);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(x(value), width - half), area.top + area.height + GAP);
  }
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  yTicks.values.forEach((value, i) => {
    context.fillText(yLabels[i], area.left - GAP, y(value));
  });

  context.fillStyle = theme.ink;
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText(across.label, area.left + area.width / 2, height, area.width);
  context.save();
  context.translate(0, area.top + area.height / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'top';
  context.fillText(up.label, 0, 0, area.height);
  context.restore();
  return { ...area, x, y };
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** A line on the pixels' edges is blurred; half a pixel further it is sharp. */
function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  const sharp = (value: number) => Math.round(value - 0.5) + 0.5;
  context.moveTo(sharp(x0), sharp(y0));
  context.lineTo(sharp(x1), sharp(y1));
}
