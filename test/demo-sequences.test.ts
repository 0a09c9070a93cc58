/** The demo page's tabs and its view of hidden Markov models, in a real browser. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DemoPage, openDemo, READY } from './support/demo-page.js';

let demo: DemoPage;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo?.close());
beforeEach(() => demo.reload('sequences'));

describe('sequences', () => {
  const choose = (values: Record<string, string | number | boolean>) =>
    demo.set(values, '#sequence-controls');
  const fitSequence = async () => {
    await demo.page.click('#sequence-fit');
    await demo.ended('#sequence-run');
  };
  const cells = (selector: string) =>
    demo.page.$$eval(`${selector} tbody tr`, rows =>
      rows.map(row => Array.from(row.querySelectorAll('td'), cell => cell.textContent)),
    );
  const label = () => demo.page.$eval('#series', canvas => canvas.ariaLabel);

  test('a tab opens by click, by keyboard and by address, and a reload keeps it', async () => {
    const shown = () =>
      demo.page.$$eval('[role=tabpanel]', views =>
        views.filter(view => !view.hasAttribute('hidden')).map(({ id }) => id),
      );
    const tabs = () =>
      demo.page.$$eval('[role=tab]', found =>
        found.map(tab => [tab.ariaSelected, (tab as HTMLElement).tabIndex]),
      );
    await demo.reload('mixtures');
    expect(await shown()).toEqual(['mixtures-view']);
    await demo.page.click('#sequences-tab');
    await demo.page.waitForFunction(READY.sequences);
    expect(await shown()).toEqual(['sequences-view']);
    expect(await tabs()).toEqual([
      ['false', -1],
      ['true', 0],
    ]);
    await demo.page.reload();
    await demo.page.waitForFunction(READY.sequences);
    expect(await shown()).toEqual(['sequences-view']);
    expect(await demo.text('#sequence-data-summary')).toMatch(/^Earthquakes: 107 rows × 1 column\./);

    await demo.page.focus('#sequences-tab');
    await demo.page.keyboard.press('ArrowRight');
    await demo.page.waitForFunction(READY.mixtures);
    expect(await shown()).toEqual(['mixtures-view']);
    expect(await demo.page.evaluate(() => [location.hash, document.activeElement?.id])).toEqual([
      '#mixtures',
      'mixtures-tab',
    ]);
    expect(demo.complaints()).toEqual([]);
  });

  test('finds the two states of the earthquakes, and draws them as bands', async () => {
    await choose({ device: 'cpu', nStates: 2, watch: false });
    expect(await label()).toBe('Earthquakes: earthquakes, years 1900 to 2006');
    await fitSequence();

    expect(await demo.text('#sequence-status')).toMatch(/^Converged after \d+ iterations\.$/);
    expect(await demo.text('#sequence-log-likelihood')).toBe('−341.88'); // Zucchini & MacDonald
    const { emission, transitionMatrix } = await demo.downloadedModel('#sequence-download');
    const states = await cells('#states-table');
    const transitions = await cells('#transitions');
    const quiet = emission.parameters.rates[0][0] < emission.parameters.rates[1][0] ? 0 : 1;
    for (const [k, rate, gamma] of [
      [quiet, 15.4, 0.928],
      [1 - quiet, 26.0, 0.881],
    ]) {
      expect(Number(states[k][1])).toBeCloseTo(rate, 1);
      expect(Math.abs(Number(transitions[k][k]) - gamma)).toBeLessThan(0.002);
      expect(Number(states[k][2])).toBeCloseTo(1 / (1 - transitionMatrix[k][k]), 1);
    }
    const share = states.map(([text]) => Number.parseFloat(text));
    expect(share[0] + share[1]).toBeCloseTo(100, 0);
    expect(await label()).toMatch(/, in \d+ coloured bands of states$/);
    const { blue, red } = await demo.colours('#series', 20);
    expect(Math.min(blue, red)).toBeGreaterThan(10_000);
    expect(await demo.figure('forecast')).toBeGreaterThan(15.4);
    const points = (await demo.figure('sequence-iterations')) + 1;
    expect(await demo.page.$eval('#sequence-curve', curve => curve.ariaLabel)).toContain(`${points} points`);
    expect(demo.complaints()).toEqual([]);
  });

  test('zooms into a part by dragging over the plot, and shows all again', async () => {
    const { x, y, width } = (await (await demo.page.$('#series'))!.boundingBox())!;
    await demo.page.mouse.move(x + width / 2, y + 100);
    await demo.page.mouse.down();
    await demo.page.mouse.move(x + width / 2 + 100, y + 120, { steps: 3 });
    await demo.page.mouse.up();
    const [from, to] = (await demo.text('#series-span')).match(/\d+/g)!.map(Number);
    expect(from).toBeGreaterThan(1940);
    expect(to - from).toBeGreaterThanOrEqual(12);
    expect(to - from).toBeLessThan(40);
    await demo.page.click('#series-all');
    expect(await demo.text('#series-span')).toBe('years 1900–2006');
  });

  test('cancels a fit of a million steps at once, and decodes with the model it has', async () => {
    await demo.page.click('#sequences-view [name=source][value=synthetic]');
    await demo.page.waitForFunction(
      `document.querySelector('#sequence-data-summary').textContent.includes('1,000,000 rows')`,
    );
    await choose({ device: 'cpu', tol: 0, maxIter: 1_000_000, watch: false });
    expect(await demo.page.$eval('[name=emission]', field => (field as HTMLSelectElement).value)).toBe(
      'gaussian',
    );
    await demo.page.click('#sequence-fit');
    await demo.page.waitForFunction(`Number(document.querySelector('#sequence-iterations').value) >= 2`);

    const asked = performance.now();
    await demo.page.click('#sequence-cancel');
    await demo.ended('#sequence-run');
    expect(performance.now() - asked).toBeLessThan(10_000);
    const iterations = (await demo.figure('sequence-iterations')).toLocaleString('en');
    expect(await demo.text('#sequence-status')).toBe(
      `Aborted after ${iterations} iterations. The last good model is kept.`,
    );
    expect((await demo.downloadedModel('#sequence-download')).fit.stopReason).toBe('aborted');
    expect(await label()).toMatch(/steps 1 to 1000000, in \d+ coloured bands of states$/);
    expect(await cells('#transitions')).toHaveLength(3);
  });

  test('fits a column of a dropped CSV; counts are Poisson, others Gaussian', async () => {
    const lines = Array.from({ length: 90 }, (_, i) => `day ${i},${i % 30 < 15 ? 2 : 9},${(i * 0.37) % 1}`);
    await demo.drop('calls.csv', ['day,calls,load', ...lines].join('\n'));
    await demo.page.waitForFunction(
      `document.querySelector('#sequence-data-summary').textContent.includes('calls.csv: 90 rows')`,
    );
    const emission = () =>
      demo.page.$eval('#sequence-controls [name=emission]', field => (field as HTMLSelectElement).value);
    expect([await label(), await emission()]).toEqual(['calls.csv: calls, steps 1 to 90', 'poisson']);
    await choose({ device: 'cpu', nStates: 2, watch: false });
    await fitSequence();
    const [low, high] = (await cells('#states-table')).map(([, rate]) => Number(rate)).sort();
    expect(low).toBeCloseTo(2, 1);
    expect(high).toBeCloseTo(9, 1);
    await choose({ column: 1 });
    expect([await label(), await emission()]).toEqual(['calls.csv: load, steps 1 to 90', 'gaussian']);
    expect(await demo.text('#sequence-status')).toBe('Press Fit.');
  });

  test('says what is wrong with a file or a setting, in the words of the library', async () => {
    await demo.drop('bad.csv', 'count\n3\n1\noops\n4\n');
    await demo.page.waitForSelector('.notice.error');
    expect(await demo.text('.notice.error p')).toBe(
      'bad.csv: Line 4, column "count": expected a finite number, got "oops". Try to mend or to drop the line.',
    );
    expect(await demo.text('#sequence-data-summary')).toContain('Earthquakes');

    await choose({ nStates: 0, device: 'cpu' });
    await fitSequence();
    expect(await demo.text('.notice.error p')).toMatch(/nStates must be an integer from 1 to 1024, got 0\./);
    expect(await demo.text('#sequence-status')).toBe('Failed.');

    await demo.page.click('#sequences-view [name=source][value=synthetic]');
    await choose({ nSteps: 10000 });
    await demo.page.waitForFunction(
      `document.querySelector('#sequence-data-summary').textContent.includes('10,000 rows')`,
    );
    await choose({ emission: 'poisson' });
    await fitSequence();
    expect(await demo.text('.notice.error p')).toMatch(/counts 0, 1, 2, …/);
  });
});
