import { nextFrame, nextTask } from './frames.js';
import { Throughput } from './throughput.js';

/** How long a step stays on screen when it is to be watched, and how often a fast fit is shown, in ms. */
const WATCHED_STEP = 60;
const BETWEEN_PICTURES = 100;

/** How a fit goes. */
export interface Progressed {
  /** Log-likelihoods of each start so far. */
  readonly histories: readonly (readonly number[])[];
  readonly rowsPerSecond: number | undefined;
}

/** Follows a fit: its likelihoods, its speed, and when to show it. */
export class Course {
  readonly #histories: number[][] = [];
  readonly #throughput: Throughput;
  #shownAt = Number.NEGATIVE_INFINITY;

  /** @param watch hold each iteration long enough to be seen */
  constructor(
    nRows: number,
    private readonly watch: boolean,
    private readonly signal: AbortSignal,
  ) {
    this.#throughput = new Throughput(nRows);
  }

  get progressed(): Progressed {
    return { histories: this.#histories, rowsPerSecond: this.#throughput.rowsPerSecond };
  }

  /** One more E-step is done; `show` is called if it is time for a picture. */
  async step(
    { restart, iteration, logLikelihood }: { restart: number; iteration: number; logLikelihood: number },
    show: () => unknown,
  ): Promise<void> {
    this.#throughput.stop(iteration);
    this.#histories[restart] = [...(this.#histories[restart] ?? []), logLikelihood];
    const sinceShown = performance.now() - this.#shownAt;
    if (this.watch || sinceShown > BETWEEN_PICTURES) {
      if (this.watch && sinceShown < WATCHED_STEP && !this.signal.aborted)
        await nextTask(WATCHED_STEP - sinceShown);
      await show();
      this.#shownAt = performance.now();
      await nextFrame();
    }
    this.#throughput.resume();
  }
}
