/** A canvas as sharp as the screen, redrawn whenever its size changes. Lengths are in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export class Surface {
  readonly #context: CanvasRenderingContext2D;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly draw: (context: CanvasRenderingContext2D, size: Size) => void,
  ) {
    // Points are blended on the CPU: without this, each picture would be copied from and to the GPU.
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  redraw(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    const [deviceWidth, deviceHeight] = [width, height].map(length => Math.round(length * devicePixelRatio));
    if (this.canvas.width !== deviceWidth) this.canvas.width = deviceWidth;
    if (this.canvas.height !== deviceHeight) this.canvas.height = deviceHeight;
    this.#context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    this.draw(this.#context, { width, height });
  }
}
