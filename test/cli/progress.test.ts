import { afterEach, describe, expect, test, vi } from 'vitest';
import { fitProgress, progressLine } from '../../src/cli/progress.js';

/** What the bar says while a fit runs. */

const shown = {
  restarts: 3,
  maxIter: 100,
  objective: 'log-likelihood',
  size: { count: 500_000, of: 'rows' },
};

describe('the line', () => {
  test('has the iteration, the start, the objective; from the second step on the speed and the time left', () => {
    const line = progressLine(shown);
    expect(line({ iteration: 0, value: -2500.5 }, 1000)).toBe('0/100 · start 1/3 · log-likelihood -2500.5');
    // Half a second an iteration: 500,000 rows in it, and 299 iterations to go.
    expect(line({ iteration: 1, value: -2400.25 }, 1500)).toBe(
      '1/100 · start 1/3 · log-likelihood -2400.25 · 1M rows/s · ≤ 2 min 30 s left',
    );
    expect(line({ restart: 2, iteration: 98, value: -1 }, 2000)).toBe(
      '98/100 · start 3/3 · log-likelihood -1 · 1M rows/s · ≤ 1 s left',
    );
  });

  test('keeps the last objective where none was evaluated, and says nothing of starts where there is one', () => {
    const line = progressLine({ ...shown, restarts: 1, objective: 'bound' });
    expect(line({ iteration: 0 }, 0)).toBe('0/100 · bound …');
    expect(line({ iteration: 1, value: -7.125 }, 10)).toMatch(/^1\/100 · bound -7.125 · 50M rows\/s/);
    expect(line({ iteration: 2 }, 20)).toMatch(/^2\/100 · bound -7.125 /);
  });
});

describe('the bar', () => {
  afterEach(() => vi.restoreAllMocks());

  test('shows the objective, not the number that the bar itself counts', async () => {
    const { isTTY } = process.stderr;
    let drawn = '';
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      drawn += text;
      return true;
    });
    process.stderr.isTTY = true;
    try {
      const progress = fitProgress({ ...shown, restarts: 1 });
      for (let iteration = 0; iteration < 4; iteration++) {
        await progress.update({ iteration, value: -987.625 });
        await new Promise(resolve => setTimeout(resolve, 120)); // the bar draws ten times a second
      }
      progress.stop();
    } finally {
      process.stderr.isTTY = isTTY;
    }
    expect(drawn).toContain('log-likelihood -987.625 · ');
    expect(drawn).toMatch(/rows\/s · ≤ \d+ (s|min \d+ s) left/);
    expect(drawn).toContain('█');
  });
});
