import type { GaussianMixture, Matrix } from '../../src/index.js';
import { drawDensityCurves } from './density-curves.js';
import { drawEllipses } from './ellipses.js';
import { type Axis, drawFrame } from './frame.js';
import { componentColour, mixColours } from './palette.js';
import { drawPoints } from './points.js';
import { type Size, Surface } from './surface.js';
import { theme } from './theme.js';

/** What the scatter plot shows. */
export interface Picture {
  /** The drawn rows, [n, D]. */
  readonly drawn: Matrix;
  readonly columns: readonly string[];
  /** The columns drawn across and up. */
  readonly axes: readonly [number, number];
  readonly model?: GaussianMixture;
  /** [n, K] */
  readonly responsibilities?: Float64Array;
}

/** Rows coloured by component, with the components' ellipses; for one column, with their densities. */
export class Scatter {
  readonly #surface: Surface;
  #picture: Picture | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#surface = new Surface(canvas, (context, size) => this.#draw(context, size));
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.canvas.setAttribute('aria-label', describe(picture));
    this.redraw();
  }

  redraw(): void {
    this.#surface.redraw();
  }

  #draw(context: CanvasRenderingContext2D, size: Size): void {
    if (!this.#picture) return;
    const { drawn, columns, axes, model, responsibilities } = this.#picture;
    const look = theme();
    const [a, b] = axes;
    const single = drawn.shape[1] === 1;
    const x = column(drawn, a);
    const y = single ? scattered(drawn.shape[0]) : column(drawn, b);
    const across = axis(columns[a], x);
    const up: Axis = single
      ? {
          label: 'density (rows at random heights)',
          low: 0,
          high: 1,
          ticks: { values: [0], format: () => '' },
        }
      : axis(columns[b], y);

    context.fillStyle = look.surface;
    context.fillRect(0, 0, size.width, size.height);
    const frame = drawFrame(context, size, across, up, look);
    const colours =
      model && responsibilities
        ? mixColours(responsibilities, componentColours(model.nComponents, look.dark))
        : Uint8ClampedArray.from(look.plain);
    drawPoints(context, frame, { x, y, colours });
    if (!model) return;
    if (single) drawDensityCurves(context, frame, model, [across.low, across.high], look);
    else drawEllipses(context, frame, model, axes, look);
  }
}

const componentColours = (k: number, dark: boolean) =>
  Array.from({ length: k }, (_, component) => componentColour(component, dark));

const column = ({ data, shape: [n, d] }: Matrix, j: number) =>
  Float64Array.from({ length: n }, (_, i) => data[i * d + j]);

/** Heights that fill the range evenly, in no visible order: multiples of the golden ratio. */
const scattered = (n: number) =>
  Float64Array.from({ length: n }, (_, i) => 0.03 + 0.94 * ((i * 0.618034) % 1));

/** From the smallest to the largest value, and a little room. */
function axis(label: string, values: Float64Array): Axis {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = 0.05 * (high - low) || 0.5 * Math.abs(low) || 1;
  return { label, low: low - room, high: high + room };
}

function describe({ drawn, columns, axes: [a, b], model }: Picture): string {
  const n = drawn.shape[0].toLocaleString('en');
  const what = drawn.shape[1] === 1 ? columns[a] : `${columns[b]} against ${columns[a]}`;
  const fit = model ? `, coloured by ${model.nComponents} components` : '';
  return `Scatter plot of ${what}: ${n} rows${fit}`;
}
