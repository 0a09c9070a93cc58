import { SingleBar } from 'cli-progress';
import { pauser } from '../numerics/pause.js';

/** How far a fit is; `value` is what it climbs, where it has been evaluated. */
export interface Step {
  restart?: number;
  iteration: number;
  value?: number;
}

export interface FitProgress {
  update(step: Step): unknown;
  stop(): void;
}

/** A bar on stderr while a fit runs, where stderr is a terminal. Its pauses let the bar draw and Ctrl-C arrive. */
export function fitProgress(restarts: number, maxIter: number, name: string): FitProgress {
  const pause = pauser();
  if (!process.stderr.isTTY) return { update: pause, stop() {} };
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {iteration}/${maxIter}${restarts > 1 ? ` · start {restart}/${restarts}` : ''} · ${name} {value} · {duration_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  // One start after the other: an early end of one leaps to the next.
  bar.start(restarts * maxIter, 0, { iteration: 0, restart: 1, value: '…' });
  return {
    update({ restart = 0, iteration, value }) {
      bar.update(restart * maxIter + iteration, {
        iteration,
        restart: restart + 1,
        ...(value !== undefined && { value: value.toFixed(2) }),
      });
      return pause();
    },
    stop: () => bar.stop(),
  };
}
