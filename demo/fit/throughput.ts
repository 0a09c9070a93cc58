/** Rows per second of a fit: rows × E-steps ÷ the time from one E-step's end to the next, without drawing. */
export class Throughput {
  #since = 0;
  #milliseconds = 0;
  #steps = 0;

  constructor(private readonly nRows: number) {}

  /** An E-step is done. The first of a start is not counted: choosing the start came before it. */
  stop(iteration: number): void {
    if (iteration === 0) return;
    this.#milliseconds += performance.now() - this.#since;
    this.#steps++;
  }

  /** Computing goes on. */
  resume(): void {
    this.#since = performance.now();
  }

  get rowsPerSecond(): number | undefined {
    return this.#milliseconds > 0 ? (1000 * this.nRows * this.#steps) / this.#milliseconds : undefined;
  }
}
