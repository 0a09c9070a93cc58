import type { Series } from '../data/series.js';
import { type Band, bandsOf, drawBands } from './bands.js';
import { type Axis, drawFrame, type Frame } from './frame.js';
import { componentColour, css } from './palette.js';
import { lengthOf, type Span } from './span.js';
import { type Size, Surface } from './surface.js';
import { type Theme, theme } from './theme.js';
import { drawExtremes, drawLine, extremesOf } from './trace.js';

/** What the plot of a series shows. */
export interface SeriesPicture {
  readonly series: Series;
  readonly span: Span;
  /** [n] */
  readonly states?: Uint32Array;
  /** [K] mean of each state */
  readonly levels?: ArrayLike<number>;
}

/** A series over time; behind it the states as bands, and each state's mean as a line. */
export class SeriesPlot {
  readonly #surface: Surface;
  #picture: SeriesPicture | undefined;
  #frame: Frame | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#surface = new Surface(canvas, (context, size) => this.#draw(context, size));
  }

  show(picture: SeriesPicture): void {
    this.#picture = picture;
    this.redraw();
  }

  redraw(): void {
    this.#surface.redraw();
  }

  /** The inside of the plot, in pixels from the canvas' corner; absent before the first picture. */
  get frame(): Frame | undefined {
    return this.#frame;
  }

  #draw(context: CanvasRenderingContext2D, size: Size): void {
    if (!this.#picture) return;
    const { series, span, states, levels } = this.#picture;
    const { values, time } = series;
    const look = theme();
    const before = (row: number) => time.first + row - 0.5;
    const middle = (row: number) => time.first + row;
    const columns = Math.max(1, Math.min(lengthOf(span), Math.round(size.width * devicePixelRatio)));
    const extremes = extremesOf(values, span, columns);
    const across = { label: time.unit, low: before(span.from), high: before(span.to) };
    const frame = drawFrame(context, size, across, upwards(series.label, extremes), look);
    this.#frame = frame;
    const bands = states ? bandsOf(states, span, columns) : [];
    drawBands(context, frame, bands, before, look);
    if (levels && lengthOf(span) <= columns) drawLevels(context, frame, bands, levels, before, look);
    if (lengthOf(span) <= frame.width) drawLine(context, frame, values, span, middle, look);
    else drawExtremes(context, frame, extremesOf(values, span, Math.floor(frame.width * devicePixelRatio)), look);
    this.canvas.setAttribute('aria-label', describe(this.#picture, bands.length));
  }
}

/** From the smallest to the largest value, and room above for the bands' numbers. */
function upwards(label: string, { low, high }: { low: Float64Array; high: Float64Array }): Axis {
  const lowest = low.reduce((a, b) => Math.min(a, b));
  const highest = high.reduce((a, b) => Math.max(a, b));
  const room = 0.06 * (highest - lowest) || 0.5 * Math.abs(lowest) || 1;
  return { label, low: lowest - room, high: highest + 2 * room };
}

function drawLevels(
  context: CanvasRenderingContext2D,
  frame: Frame,
  bands: readonly Band[],
  levels: ArrayLike<number>,
  at: (row: number) => number,
  { dark }: Theme,
): void {
  context.lineWidth = 2.5;
  for (const { from, to, state } of bands) {
    const y = frame.y(levels[state]);
    if (!(y >= frame.top && y <= frame.top + frame.height)) continue;
    context.strokeStyle = css(componentColour(state, dark));
    context.beginPath();
    context.moveTo(frame.x(at(from)), y);
    context.lineTo(frame.x(at(to)), y);
    context.stroke();
  }
}

function describe({ series: { name, label, time }, span, states }: SeriesPicture, nBands: number): string {
  const [first, last] = [time.first + span.from, time.first + span.to - 1];
  const what = `${name}: ${label}, ${time.unit}s ${first} to ${last}`;
  return states ? `${what}, in ${nBands} coloured bands of states` : what;
}
