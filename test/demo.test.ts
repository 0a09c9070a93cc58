/** The demo page's view of mixtures, in a real browser. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GaussianMixture } from '../src/index.js';
import { type DemoPage, openDemo } from './support/demo-page.js';

/** The published fit of two components with full covariances: its log-likelihood. */
const OLD_FAITHFUL = -1130.264;

let demo: DemoPage;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo?.close());
beforeEach(() => demo.reload('mixtures'));

async function fit(): Promise<void> {
  await demo.page.click('#fit');
  await demo.ended();
}

describe('the demo page', () => {
  test('loads, draws the points, and has nothing to complain about', async () => {
    expect(await demo.text('#data-summary')).toBe('Old Faithful: 272 rows × 2 columns.');
    expect(await demo.text('#device-here')).toMatch(/^WebGPU: \w/);
    expect(await demo.colours()).toEqual({ blue: 0, red: 0 });
    expect(demo.complaints()).toEqual([]);
  });

  test.each(['webgpu', 'cpu'])('fits Old Faithful on %s and colours the points', async device => {
    await demo.set({ device });
    await fit();

    expect(await demo.text('#status')).toMatch(/^Converged after \d+ iterations\.$/);
    expect(await demo.figure('log-likelihood')).toBeCloseTo(OLD_FAITHFUL, 2);
    expect(await demo.text('#log-likelihood')).toBe('−1,130.26');
    expect(await demo.figure('rows-per-second')).toBeGreaterThan(0);
    expect(await demo.text('#device')).toMatch(device === 'cpu' ? /^CPU: float64/ : /^WebGPU: \w/);
    const { blue, red } = await demo.colours();
    expect(Math.min(blue, red)).toBeGreaterThan(500);
    const points = (await demo.figure('iterations')) + 1;
    expect(await demo.page.$eval('#curve', curve => curve.ariaLabel)).toContain(`${points} points`);
    expect(demo.complaints()).toEqual([]);
  });

  test('hands over the model that it shows', async () => {
    await demo.set({ device: 'cpu', covarianceType: 'diag', nComponents: 3 });
    await fit();

    const json = await demo.downloadedModel();
    const model = GaussianMixture.fromJSON(json);
    expect([model.covarianceType, model.nComponents, model.nFeatures]).toEqual(['diag', 3, 2]);
    expect(json.fit.logLikelihood).toBe(await demo.figure('log-likelihood'));
    expect(await demo.page.$$('#components tbody tr')).toHaveLength(3);
  });

  test.each(['webgpu', 'cpu'])('cancels a long fit on %s at once and keeps the model', async device => {
    await demo.page.click('[name=source][value=synthetic]');
    await demo.set({ nRows: 10000, nClusters: 4 });
    await demo.page.waitForFunction(
      `document.querySelector('#data-summary').textContent.includes('10,000 rows')`,
    );
    await demo.set({ device, tol: 0, maxIter: 1_000_000, watch: false });
    await demo.page.click('#fit');
    await demo.page.waitForFunction(`Number(document.querySelector('#iterations').value) >= 3`);

    const asked = performance.now();
    await demo.page.click('#cancel');
    await demo.ended();
    expect(performance.now() - asked).toBeLessThan(3000);
    const iterations = (await demo.figure('iterations')).toLocaleString('en');
    expect(await demo.text('#status')).toBe(
      `Aborted after ${iterations} iterations. The last good model is kept.`,
    );
    const { nComponents, fit: how } = await demo.downloadedModel();
    expect(nComponents).toBe(4);
    expect(how).toMatchObject({
      stopReason: 'aborted',
      converged: false,
      nIter: await demo.figure('iterations'),
    });
    expect(await demo.page.$eval('#fit', button => (button as HTMLButtonElement).disabled)).toBe(false);
  });

  test('fits the columns of numbers of a dropped CSV and says what it leaves out', async () => {
    const flowers = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 11},${(i * i) % 13},iris ${i}`);
    await demo.drop('flowers.csv', ['a,b,c,kind', ...flowers].join('\n'));
    await demo.page.waitForFunction(
      `document.querySelector('#data-summary').textContent.includes('flowers')`,
    );
    await demo.page.waitForFunction(`!document.querySelector('#fit').disabled`);

    expect(await demo.text('#data-summary')).toBe(
      'flowers.csv: 60 rows × 3 columns. Column "kind" holds text and is left out.',
    );
    await demo.set({ yAxis: 2, nComponents: 2 });
    expect(await demo.page.$eval('#scatter', canvas => canvas.ariaLabel)).toContain('c against a');
    await fit();
    expect((await demo.downloadedModel()).nFeatures).toBe(3);
  });

  test('reads numbers as people write them', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i % 7},5;1.${100 + (i % 11)},25;text`);
    await demo.drop('comma.csv', ['a;b;kind', ...rows].join('\r\n'));
    await demo.page.waitForFunction(
      `document.querySelector('#data-summary').textContent.includes('comma.csv:')`,
    );
    expect(await demo.text('#data-summary')).toBe(
      'comma.csv: 30 rows × 2 columns. Numbers are read with decimal commas: 1,5 is one and a half. ' +
        'Column "kind" holds text and is left out.',
    );
    await demo.set({ nComponents: 1 });
    await fit();
    const [means] = (await demo.downloadedModel()).means;
    const mean = (modulus: number) => rows.reduce((sum, _, i) => sum + (i % modulus), 0) / rows.length;
    expect(means).toEqual([expect.closeTo(mean(7) + 0.5, 5), expect.closeTo(mean(11) + 1100.25, 3)]);
  });

  test('offers the two readings of 81,654', async () => {
    const summary = async (includes: string) => {
      await demo.page.waitForFunction(
        `document.querySelector('#data-summary').textContent.includes('${includes}')`,
      );
      await demo.set({ nComponents: 1 });
      await fit();
      return (await demo.downloadedModel()).means[0][0];
    };
    for (const [label, mean] of [
      ['Read with a decimal point', 58181],
      ['Read with a decimal comma', 58.181],
    ] as const) {
      await demo.reload('mixtures');
      await demo.drop('homes.csv', 'price,rooms\n"81,654",1\n"1,234",2\n"91,655",3\n');
      await demo.page.waitForSelector('.notice.error .action');
      expect(await demo.text('.notice.error p')).toBe(
        'homes.csv: Line 2, column "price": expected a finite number, got "81,654". Try “Read with a decimal point” ' +
          'if that is 81654, or “Read with a decimal comma” if that is 81.654.',
      );
      await demo.page.evaluate(wanted => {
        const buttons = [...document.querySelectorAll<HTMLButtonElement>('.notice.error .action')];
        buttons.find(button => button.textContent === wanted)?.click();
      }, label);
      expect(await summary('homes.csv: 3 rows')).toBeCloseTo(mean, 2);
      expect(await demo.page.$('.notice.error')).toBeNull();
    }
  });

  test('says what is wrong with a bad CSV, and keeps the rows it had', async () => {
    await demo.drop('bad.csv', 'a,b,name\n1,2,x\n3,oops,y\n4,5,z\n');
    await demo.page.waitForSelector('.notice.error');

    expect(await demo.text('.notice.error p')).toBe(
      'bad.csv: Line 3, column "b": expected a finite number, got "oops". Try to mend or to drop the line.',
    );
    expect(await demo.text('#data-summary')).toContain('Old Faithful');
    await fit();
    expect(await demo.figure('log-likelihood')).toBeCloseTo(OLD_FAITHFUL, 2);
    expect(await demo.page.$('.notice.error')).toBeNull();
  });

  test('says what is wrong with a setting, and keeps the fit it had', async () => {
    await fit();
    await demo.set({ nComponents: 0 });
    await fit();

    expect(await demo.text('.notice.error p')).toBe('nComponents must be an integer from 1 to 1024, got 0.');
    expect(await demo.text('#status')).toBe('Failed. The last good model is kept.');
    expect((await demo.downloadedModel()).nComponents).toBe(2);
  });

  test('without WebGPU it fits on the CPU and says so', async () => {
    const script = await demo.page.evaluateOnNewDocument(() => {
      Reflect.deleteProperty(Navigator.prototype, 'gpu');
    });
    await demo.reload('mixtures');
    await demo.page.waitForSelector('.notice.note');
    expect(await demo.text('#device-here')).toBe('No WebGPU: fits run on the CPU');

    for (const device of ['auto', 'webgpu']) {
      await demo.set({ device });
      await fit();
      expect(await demo.figure('log-likelihood')).toBeCloseTo(OLD_FAITHFUL, 2);
      expect(await demo.text('#device')).toMatch(/^CPU: .*This browser offers no WebGPU/);
      expect(await demo.text('.notice.note p')).toMatch(/on the CPU\. This browser offers no WebGPU/);
    }
    await demo.page.removeScriptToEvaluateOnNewDocument(script.identifier);
  });
});
