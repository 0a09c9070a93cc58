import type { Series } from '../data/series.js';
import { type Band, bandsOf, drawBands } from './bands.js';
import { type Axis, drawFrame, type Frame } from './frame.js';
import { componentColour, css } from './palette.js';
import { lengthOf, type Span } from './span.js';
import { type Size, Surface } from './surface.js';
import { type Theme, theme } from './theme.js';
import { niceTicks } from './ticks.js';
import { drawLine, drawSummary, type Summary, summaryOf } from './trace.js';

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
    const n = lengthOf(span);
    const columns = Math.max(1, Math.min(n, Math.round(size.width * devicePixelRatio)));
    const summary = summaryOf(values, span, columns);
    const across = timeAxis(time.unit, before(span.from), before(span.to), size.width);
    const frame = drawFrame(context, size, across, upwards(series.label, summary), look);
    this.#frame = frame;
    const bands = states ? bandsOf(states, span, columns) : [];
    drawBands(context, frame, bands, before, look);
    if (n > frame.width) {
      drawSummary(context, frame, summary, columnColours(bands, columns, n, span, look), look);
    } else {
      if (levels) drawLevels(context, frame, bands, levels, before, look);
      drawLine(context, frame, values, span, middle, look);
    }
    this.canvas.setAttribute('aria-label', describe(this.#picture, bands.length));
  }
}

/** Times are written out: there is room for a million. */
function timeAxis(label: string, low: number, high: number, width: number): Axis {
  const { values, format } = niceTicks(low, high, Math.min(8, Math.max(3, width / 90)));
  const whole = values.filter(Number.isInteger);
  return {
    label,
    low,
    high,
    ticks: { values: whole, format: high < 1e4 ? format : value => value.toLocaleString('en') },
  };
}

/** Each column's colour: that of its band, or of rows without a state. */
function columnColours(
  bands: readonly Band[],
  columns: number,
  n: number,
  { from }: Span,
  { dark, plain }: Theme,
): (column: number) => string {
  if (bands.length === 0) return () => css(plain, 0.75);
  let at = 0;
  return column => {
    const row = from + Math.floor((column * n) / columns);
    while (bands[at].to <= row) at++;
    return css(componentColour(bands[at].state, dark), 0.6);
  };
}

/** From the smallest to the largest value, and room above for the bands' numbers. */
function upwards(label: string, { low, high }: Summary): Axis {
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
