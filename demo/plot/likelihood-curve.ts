import { drawFrame } from './frame.js';
import { type Size, Surface } from './surface.js';
import { theme } from './theme.js';

/** The log-likelihood per row by iteration, one line a start; the latest stands out. */
export class LikelihoodCurve {
  readonly #surface: Surface;
  #histories: readonly (readonly number[])[] = [];

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#surface = new Surface(canvas, (context, size) => this.#draw(context, size));
  }

  /** @param histories total log-likelihoods, divided here by `nRows` */
  show(histories: readonly (readonly number[])[], nRows: number): void {
    this.#histories = histories.map(history => history.map(total => total / nRows));
    const points = this.#histories.at(-1)?.length ?? 0;
    this.canvas.setAttribute('aria-label', `Log-likelihood by iteration, ${points} points`);
    this.redraw();
  }

  redraw(): void {
    this.#surface.redraw();
  }

  #draw(context: CanvasRenderingContext2D, size: Size): void {
    const look = theme();
    const values = this.#histories.flat();
    if (values.length === 0) {
      context.font = `12px ${look.font}`;
      context.fillStyle = look.muted;
      context.textAlign = 'center';
      context.fillText('No fit yet', size.width / 2, size.height / 2);
      return;
    }
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = 0.08 * (high - low) || 0.01 * Math.abs(low) || 1;
    const longest = Math.max(5, ...this.#histories.map(history => history.length - 1));
    const across = { label: 'iteration', low: 0, high: longest };
    const up = { label: '', low: low - room, high: high + room };
    const frame = drawFrame(context, size, across, up, look);

    this.#histories.forEach((history, start) => {
      const latest = start === this.#histories.length - 1;
      const line = new Path2D();
      history.forEach((value, i) => {
        line.lineTo(frame.x(i), frame.y(value));
      });
      context.strokeStyle = latest ? look.accent : look.muted;
      context.globalAlpha = latest ? 1 : 0.4;
      context.lineWidth = latest ? 2 : 1;
      context.lineJoin = 'round';
      context.stroke(line);
      context.globalAlpha = 1;
      if (!latest) return;
      context.beginPath();
      context.arc(frame.x(history.length - 1), frame.y(history.at(-1)!), 3.5, 0, 2 * Math.PI);
      context.fillStyle = look.accent;
      context.fill();
    });
  }
}
