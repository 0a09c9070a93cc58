import type { Frame } from '../plot/frame.js';
import { lengthOf, moved, SHORTEST, type Span, scaled, within } from '../plot/span.js';
import { byId, element } from './elements.js';

/** A drag shorter than this, in pixels, is a click. */
const SHORTEST_DRAG = 6;

/** Which rows of a series are seen: chosen by dragging over the plot or by buttons; a double click shows all. */
export class SpanPanel {
  readonly #canvas = element('series', HTMLCanvasElement);
  readonly #selection = byId('series-selection');
  readonly #buttons = byId('series-window');
  #n = 0;
  #span: Span = { from: 0, to: 0 };
  #dragFrom: number | undefined;

  constructor(
    private readonly frame: () => Frame | undefined,
    private readonly onChange: () => void,
  ) {
    const changes: Record<string, () => Span> = {
      'series-all': () => ({ from: 0, to: this.#n }),
      'series-in': () => scaled(this.#span, 0.5),
      'series-out': () => scaled(this.#span, 2),
      'series-earlier': () => moved(this.#span, -0.5),
      'series-later': () => moved(this.#span, 0.5),
    };
    for (const [id, change] of Object.entries(changes)) byId(id).onclick = () => this.#set(change());
    this.#canvas.ondblclick = () => this.#set({ from: 0, to: this.#n });
    this.#canvas.onpointerdown = event => this.#begin(event);
    this.#canvas.onpointermove = event => this.#drag(event);
    this.#canvas.onpointerup = event => this.#end(event);
    this.#canvas.onpointercancel = () => this.#stop();
  }

  get span(): Span {
    return this.#span;
  }

  /** A series of n rows: all are seen. */
  reset(n: number): void {
    this.#n = n;
    this.#span = { from: 0, to: n };
    this.#enable();
  }

  #set(span: Span): void {
    this.#span = within(this.#n, span);
    this.#enable();
    this.onChange();
  }

  #enable(): void {
    const { from, to } = this.#span;
    const disable = (id: string, disabled: boolean) => {
      element(id, HTMLButtonElement).disabled = disabled;
    };
    const length = lengthOf(this.#span);
    disable('series-all', length === this.#n);
    disable('series-out', length === this.#n);
    disable('series-in', length <= SHORTEST);
    disable('series-earlier', from === 0);
    disable('series-later', to === this.#n);
    this.#buttons.hidden = this.#n <= SHORTEST;
  }

  /** Where a pointer is over the plot, in pixels from the canvas' left edge. */
  #at({ offsetX }: PointerEvent): number {
    const { left, width } = this.frame()!;
    return Math.min(left + width, Math.max(left, offsetX));
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0 || !this.frame()) return;
    this.#dragFrom = this.#at(event);
    this.#canvas.setPointerCapture(event.pointerId);
  }

  #drag(event: PointerEvent): void {
    if (this.#dragFrom === undefined) return;
    const to = this.#at(event);
    const { top, height } = this.frame()!;
    const { style } = this.#selection;
    style.top = `${this.#canvas.offsetTop + top}px`;
    style.height = `${height}px`;
    style.left = `${this.#canvas.offsetLeft + Math.min(this.#dragFrom, to)}px`;
    style.width = `${Math.abs(to - this.#dragFrom)}px`;
    this.#selection.hidden = Math.abs(to - this.#dragFrom) < SHORTEST_DRAG;
  }

  #end(event: PointerEvent): void {
    const from = this.#dragFrom;
    this.#stop();
    const frame = this.frame();
    if (from === undefined || !frame || Math.abs(this.#at(event) - from) < SHORTEST_DRAG) return;
    const rowAt = (x: number) => this.#span.from + ((x - frame.left) / frame.width) * lengthOf(this.#span);
    const ends = [rowAt(from), rowAt(this.#at(event))].sort((a, b) => a - b);
    this.#set({ from: Math.floor(ends[0]), to: Math.ceil(ends[1]) });
  }

  #stop(): void {
    this.#dragFrom = undefined;
    this.#selection.hidden = true;
  }
}
