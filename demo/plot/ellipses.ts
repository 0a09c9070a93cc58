import type { GaussianMixture } from '../../src/index.js';
import type { Frame } from './frame.js';
import { covarianceAt, meanAt } from './marginal.js';
import { componentColour, css } from './palette.js';
import type { Theme } from './theme.js';

const CORNERS = 72;
/** Past this many, numbers hide more than they tell. */
const MOST_NUMBERED = 30;

/** Each component's ellipses of 1 and 2 standard deviations in two of the columns, and its number at its mean. */
export function drawEllipses(
  context: CanvasRenderingContext2D,
  frame: Frame,
  model: GaussianMixture,
  [a, b]: readonly [number, number],
  theme: Theme,
): void {
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  for (let k = 0; k < model.nComponents; k++) {
    if (model.weights[k] === 0) continue;
    for (const deviations of [2, 1]) {
      const outline = ellipse(frame, model, k, [a, b], deviations);
      context.strokeStyle = theme.surface;
      context.lineWidth = 3.5;
      context.globalAlpha = 0.5;
      context.stroke(outline);
      context.globalAlpha = 1;
      context.strokeStyle = css(lineColour(k, theme));
      context.lineWidth = deviations === 1 ? 2.2 : 1.4;
      context.stroke(outline);
    }
  }
  for (let k = 0; k < model.nComponents; k++) {
    if (model.weights[k] === 0) continue;
    drawCentre(context, frame.x(meanAt(model, k, a)), frame.y(meanAt(model, k, b)), k, model, theme);
  }
  context.restore();
}

/** The image of the unit circle under the Cholesky factor of the 2 × 2 covariance. */
function ellipse(
  frame: Frame,
  model: GaussianMixture,
  k: number,
  [a, b]: readonly [number, number],
  deviations: number,
): Path2D {
  const xx = Math.sqrt(covarianceAt(model, k, a, a));
  const xy = covarianceAt(model, k, a, b) / xx;
  const yy = Math.sqrt(Math.max(0, covarianceAt(model, k, b, b) - xy * xy));
  const path = new Path2D();
  for (let i = 0; i < CORNERS; i++) {
    const angle = (2 * Math.PI * i) / CORNERS;
    const [u, v] = [deviations * Math.cos(angle), deviations * Math.sin(angle)];
    path.lineTo(frame.x(meanAt(model, k, a) + xx * u), frame.y(meanAt(model, k, b) + xy * u + yy * v));
  }
  path.closePath();
  return path;
}

function drawCentre(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  k: number,
  model: GaussianMixture,
  theme: Theme,
): void {
  const numbered = model.nComponents <= MOST_NUMBERED;
  context.beginPath();
  context.arc(x, y, numbered ? 9 : 3.5, 0, 2 * Math.PI);
  context.fillStyle = theme.surface;
  context.fill();
  context.strokeStyle = css(lineColour(k, theme));
  context.lineWidth = 2;
  context.stroke();
  if (!numbered) return;
  context.fillStyle = theme.ink;
  context.font = `600 11px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(String(k), x, y + 0.5);
}

/** A shade off the points', so that lines stand out among them. */
function lineColour(k: number, { dark }: Theme) {
  const [red, green, blue] = componentColour(k, dark);
  const shift = (c: number) => Math.round(dark ? c + 0.3 * (255 - c) : 0.72 * c);
  return [shift(red), shift(green), shift(blue)] as const;
}
