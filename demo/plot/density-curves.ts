import type { GaussianMixture } from '../../src/index.js';
import type { Frame } from './frame.js';
import { covarianceAt, meanAt } from './marginal.js';
import { componentColour, css } from './palette.js';
import type { Theme } from './theme.js';

const STEPS = 240;

/** For rows of one column: each component's weighted density π_k N(x | μ_k, σ²_k), all on one scale. */
export function drawDensityCurves(
  context: CanvasRenderingContext2D,
  frame: Frame,
  model: GaussianMixture,
  [low, high]: readonly [number, number],
  theme: Theme,
): void {
  const peaks = Array.from(model.weights, (weight, k) => weight / Math.sqrt(covarianceAt(model, k, 0, 0)));
  const highest = Math.max(...peaks);
  const floor = frame.top + frame.height;
  for (let k = 0; k < model.nComponents; k++) {
    const height = (x: number) => {
      const squares = (x - meanAt(model, k, 0)) ** 2 / covarianceAt(model, k, 0, 0);
      return (0.92 * frame.height * peaks[k] * Math.exp(-squares / 2)) / highest;
    };
    const curve = new Path2D();
    for (let i = 0; i <= STEPS; i++) {
      const x = low + ((high - low) * i) / STEPS;
      curve.lineTo(frame.x(x), floor - height(x));
    }
    const colour = componentColour(k, theme.dark);
    context.strokeStyle = css(colour);
    context.lineWidth = 2.5;
    context.stroke(curve);
    curve.lineTo(frame.x(high), floor);
    curve.lineTo(frame.x(low), floor);
    context.fillStyle = css(colour, 0.16);
    context.fill(curve);
  }
}
