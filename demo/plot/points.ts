import type { Frame } from './frame.js';

/** Where the rows are, in the units of the axes, and what colour they have: one for all, or one each. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** [n, 3] or [1, 3] */
  readonly colours: Uint8ClampedArray;
}

/**
 * Blend a small disc for each row over what the frame shows (opaque already): by hand, since 40,000 arcs with colours of their own
 * take a canvas ten times as long.
 */
export function drawPoints(context: CanvasRenderingContext2D, frame: Frame, points: Points): void {
  const ratio = devicePixelRatio;
  const [left, top, width, height] = [frame.left, frame.top, frame.width, frame.height].map(length =>
    Math.round(length * ratio),
  );
  if (width <= 0 || height <= 0) return;
  const image = context.getImageData(left, top, width, height);
  const n = points.x.length;
  const stamp = disc(ratio * clamp(9.5 / n ** 0.2, 1.05, 4), clamp(2.5 / n ** 0.16, 0.42, 0.8));
  const colourStep = points.colours.length > 3 ? 3 : 0;
  for (let i = 0; i < n; i++) {
    const x = Math.round(ratio * frame.x(points.x[i]) - left);
    const y = Math.round(ratio * frame.y(points.y[i]) - top);
    blend(image, stamp, x, y, points.colours, colourStep * i);
  }
  context.putImageData(image, left, top);
}

interface Stamp {
  readonly radius: number;
  /** [(2 radius + 1)²] opacity from 0 to 1 */
  readonly opacity: Float32Array;
}

function disc(radius: number, opacity: number): Stamp {
  const reach = Math.ceil(radius);
  const side = 2 * reach + 1;
  const values = Float32Array.from({ length: side * side }, (_, i) => {
    const distance = Math.hypot((i % side) - reach, Math.floor(i / side) - reach);
    return opacity * clamp(radius - distance + 0.5, 0, 1);
  });
  return { radius: reach, opacity: values };
}

function blend(
  { data, width, height }: ImageData,
  { radius, opacity }: Stamp,
  x: number,
  y: number,
  colours: Uint8ClampedArray,
  colour: number,
): void {
  const side = 2 * radius + 1;
  const [left, right] = [Math.max(0, x - radius), Math.min(width - 1, x + radius)];
  const [top, bottom] = [Math.max(0, y - radius), Math.min(height - 1, y + radius)];
  for (let row = top; row <= bottom; row++) {
    let from = (row - y + radius) * side + left - x + radius;
    let to = 4 * (row * width + left);
    for (let column = left; column <= right; column++, from++, to += 4) {
      const share = opacity[from];
      if (share === 0) continue;
      for (let c = 0; c < 3; c++) data[to + c] += share * (colours[colour + c] - data[to + c]);
    }
  }
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
