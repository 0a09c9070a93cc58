import { SingleBar } from 'cli-progress';
import { pauser } from '../numerics/pause.js';

export interface FitProgress {
  update(step: { restart: number; iteration: number; logLikelihood: number }): unknown;
  stop(): void;
}

/** A bar on stderr while a fit runs, where stderr is a terminal. Its pauses let the bar draw and Ctrl-C arrive. */
export function fitProgress(restarts: number, maxIter: number): FitProgress {
  const pause = pauser();
  if (!process.stderr.isTTY) return { update: pause, stop() {} };
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {iteration}/${maxIter}${restarts > 1 ? ` · start {restart}/${restarts}` : ''} · log-likelihood {logLikelihood} · {duration_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  // One start after the other: an early end of one leaps to the next.
  bar.start(restarts * maxIter, 0, { iteration: 0, restart: 1, logLikelihood: '…' });
  return {
    update({ restart, iteration, logLikelihood }) {
      bar.update(restart * maxIter + iteration, {
        iteration,
        restart: restart + 1,
        logLikelihood: logLikelihood.toFixed(2),
      });
      return pause();
    },
    stop: () => bar.stop(),
  };
}
