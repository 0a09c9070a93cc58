import { SingleBar } from 'cli-progress';
import { pauser } from '../numerics/pause.js';
import { formatNumber } from './table.js';

/** How far a fit is; `value` is what it climbs, where it has been evaluated. */
export interface Step {
  restart?: number;
  iteration: number;
  value?: number;
}

/** What one iteration goes through. */
export interface Size {
  readonly count: number;
  /** rows, documents */
  readonly of: string;
}

/** The fit that is to be shown. */
export interface Shown {
  readonly restarts: number;
  readonly maxIter: number;
  /** What it climbs, or descends, by name. */
  readonly objective: string;
  readonly size: Size;
}

export interface FitProgress {
  update(step: Step): unknown;
  stop(): void;
}

/** A bar on stderr while a fit runs, where stderr is a terminal. Its pauses let the bar draw and Ctrl-C arrive. */
export function fitProgress(shown: Shown): FitProgress {
  const pause = pauser();
  if (!process.stderr.isTTY) return { update: pause, stop() {} };
  const line = progressLine(shown);
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {line}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  // One start after the other: an early end of one leaps to the next.
  bar.start(shown.restarts * shown.maxIter, 0, { line: '' });
  return {
    update(step) {
      const { restart = 0, iteration } = step;
      bar.update(restart * shown.maxIter + iteration, { line: line(step, performance.now()) });
      return pause();
    },
    stop: () => bar.stop(),
  };
}

/** What the bar says of each step: where the fit is, how fast it goes, and how long it may still take. */
export function progressLine({ restarts, maxIter, objective, size }: Shown) {
  let begun: number | undefined;
  let steps = 0;
  let value: number | undefined;
  return (step: Step, now: number): string => {
    const { restart = 0, iteration } = step;
    value = step.value ?? value;
    const words = [`${iteration}/${maxIter}`];
    if (restarts > 1) words.push(`start ${restart + 1}/${restarts}`);
    words.push(`${objective} ${value === undefined ? '…' : Number(value.toPrecision(9))}`);
    if (begun === undefined) begun = now;
    else {
      const seconds = (now - begun) / 1000 / ++steps;
      const left = (restarts - restart) * maxIter - iteration;
      words.push(`${shortNumber(size.count / seconds)} ${size.of}/s`, `≤ ${duration(left * seconds)} left`);
    }
    return words.join(' · ');
  };
}

const UNITS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** 1234567 → 1.23M */
function shortNumber(value: number): string {
  const [unit, letter] = UNITS.find(([unit]) => value >= unit) ?? [1, ''];
  return `${formatNumber(value / unit, 3)}${letter}`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
