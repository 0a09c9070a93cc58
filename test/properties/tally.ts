import type { CaseResult } from './cases.js';

/** How cases ended. */
export class Tally {
  #cases = 0;
  #seconds = 0;
  #slowest = { index: -1, seconds: 0 };
  #passed = 0;
  #excused = 0;
  failed = 0;
  readonly #refused: Record<string, number> = {};
  readonly #kinds: Record<'failed' | 'excused' | 'seen', Record<string, number>> = {
    failed: {},
    excused: {},
    seen: {},
  };

  add(result: CaseResult): void {
    const { failures, excuses, seen, refused, seconds } = result;
    this.#cases++;
    this.#seconds += seconds;
    if (seconds > this.#slowest.seconds) this.#slowest = result;
    count(this.#kinds.failed, Object.keys(failures));
    count(this.#kinds.excused, Object.keys(excuses));
    count(this.#kinds.seen, seen);
    if (Object.keys(failures).length > 0) this.failed++;
    else if (refused) count(this.#refused, [refused]);
    else if (Object.keys(excuses).length > 0) this.#excused++;
    else this.#passed++;
  }

  summary(): string {
    const { failed, excused, seen } = this.#kinds;
    const share = (number: number) => `${number} (${((100 * number) / this.#cases).toFixed(1)} %)`;
    const listed = (counts: Record<string, number>) => {
      const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
      return entries.map(([kind, number]) => `\n    ${kind}: ${share(number)}`).join('');
    };
    const { index, seconds } = this.#slowest;
    const refused = Object.values(this.#refused).reduce((a, b) => a + b, 0);
    return [
      `${this.#cases} cases, ${(this.#seconds / this.#cases).toFixed(3)} s each, slowest ${seconds.toFixed(1)} s (case ${index})`,
      `passed ${share(this.#passed)}`,
      `refused by all ${share(refused)}${listed(this.#refused)}`,
      `excused by a note ${share(this.#excused)}${listed(excused)}`,
      `carried, passed or not:${listed(seen)}`,
      `failed ${share(this.failed)}${listed(failed)}`,
    ].join('\n  ');
  }
}

function count(counts: Record<string, number>, kinds: readonly string[]): void {
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
}
