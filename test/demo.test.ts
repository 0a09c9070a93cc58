/** The demo page, in a real browser. */
import type { ConsoleMessage, Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GaussianMixture } from '../src/index.js';
import { type OpenPage, openPage } from './support/open-page.js';

/** The published fit of two components with full covariances: its log-likelihood. */
const OLD_FAITHFUL = -1130.264;

let demo: OpenPage;
let page: Page;
const said: string[] = [];

beforeAll(async () => {
  demo = await openPage('demo/index.html', isReady);
  page = demo.page;
  page.on('console', (message: ConsoleMessage) => {
    if (['error', 'warn'].includes(message.type())) said.push(message.text());
  });
  await page.setViewport({ width: 1280, height: 800 });
});
afterAll(() => demo?.close());
beforeEach(reload);

/** Rows are there, and the page knows whether WebGPU is. */
const isReady = `!document.querySelector('#fit').disabled &&
  /^(No )?WebGPU:/.test(document.querySelector('#device-here').textContent)`;

async function reload(): Promise<void> {
  await page.reload();
  await page.waitForFunction(isReady);
}

const text = (selector: string) => page.$eval(selector, found => found.textContent.trim());
const figure = (id: string) => page.$eval(`data#${id}`, found => Number((found as HTMLDataElement).value));

/** Set fields as a person would: with the event that follows. */
const set = (values: Record<string, string | number | boolean>) =>
  page.evaluate(entries => {
    const form = document.querySelector('form')!;
    for (const [name, value] of Object.entries(entries)) {
      const field = form.elements.namedItem(name) as HTMLInputElement;
      if (typeof value === 'boolean') field.checked = value;
      else field.value = String(value);
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }
  }, values);

const ended = () =>
  page.waitForFunction(
    `['done', 'aborted', 'failed'].includes(document.querySelector('#run').dataset.state)`,
    { polling: 20 },
  );

async function fit(): Promise<void> {
  await page.click('#fit');
  await ended();
}

/** Drop a file on the page. */
const drop = (name: string, content: string) =>
  page.evaluate(
    (fileName, body) => {
      const files = new DataTransfer();
      files.items.add(new File([body], fileName));
      document.body.dispatchEvent(
        new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }),
      );
    },
    name,
    content,
  );

/** How many of the plot's pixels are bluish and reddish: components 0 and 1. */
const colours = () =>
  page.$eval('canvas#scatter', found => {
    const canvas = found as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const count = { blue: 0, red: 0 };
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 2] > data[at] + 70) count.blue++;
      if (data[at] > data[at + 2] + 70) count.red++;
    }
    return count;
  });

/** The model file that the download button hands over. */
const downloadedModel = () =>
  page.evaluate(async () => {
    const create = URL.createObjectURL;
    const blob = await new Promise<Blob>(resolve => {
      URL.createObjectURL = made => {
        resolve(made as Blob);
        return create(made);
      };
      document.querySelector<HTMLButtonElement>('#download')!.click();
    });
    URL.createObjectURL = create;
    return JSON.parse(await blob.text());
  });

describe('the demo page', () => {
  test('loads, draws the points, and has nothing to complain about', async () => {
    expect(await text('#data-summary')).toBe('Old Faithful: 272 rows × 2 columns.');
    expect(await text('#device-here')).toMatch(/^WebGPU: \w/);
    expect(await colours()).toEqual({ blue: 0, red: 0 });
    expect([...demo.messages, ...said]).toEqual([]);
  });

  test.each(['webgpu', 'cpu'])('fits Old Faithful on %s and colours the points', async device => {
    await set({ device });
    await fit();

    expect(await text('#status')).toMatch(/^Converged after \d+ iterations\.$/);
    expect(await figure('log-likelihood')).toBeCloseTo(OLD_FAITHFUL, 2);
    expect(await text('#log-likelihood')).toBe('−1,130.26');
    expect(await figure('rows-per-second')).toBeGreaterThan(0);
    expect(await text('#device')).toMatch(device === 'cpu' ? /^CPU: float64/ : /^WebGPU: \w/);
    const { blue, red } = await colours();
    expect(Math.min(blue, red)).toBeGreaterThan(500);
    const points = (await figure('iterations')) + 1;
    expect(await page.$eval('#curve', curve => curve.ariaLabel)).toContain(`${points} points`);
    expect([...demo.messages, ...said]).toEqual([]);
  });

  test('hands over the model that it shows', async () => {
    await set({ device: 'cpu', covarianceType: 'diag', nComponents: 3 });
    await fit();

    const json = await downloadedModel();
    const model = GaussianMixture.fromJSON(json);
    expect([model.covarianceType, model.nComponents, model.nFeatures]).toEqual(['diag', 3, 2]);
    expect(json.fit.logLikelihood).toBe(await figure('log-likelihood'));
    expect(await page.$$('#components tbody tr')).toHaveLength(3);
  });

  test.each(['webgpu', 'cpu'])('cancels a long fit on %s at once and keeps the model', async device => {
    await page.click('[name=source][value=synthetic]');
    await set({ nRows: 10000, nClusters: 4 });
    await page.waitForFunction(`document.querySelector('#data-summary').textContent.includes('10,000 rows')`);
    await set({ device, tol: 0, maxIter: 1_000_000, watch: false });
    await page.click('#fit');
    await page.waitForFunction(`Number(document.querySelector('#iterations').value) >= 3`);

    const asked = performance.now();
    await page.click('#cancel');
    await ended();
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(await text('#status')).toMatch(/^Aborted after \d+ iterations\. The last good model is kept\.$/);
    const { nComponents, fit: how } = await downloadedModel();
    expect(nComponents).toBe(4);
    expect(how).toMatchObject({ stopReason: 'aborted', converged: false, nIter: await figure('iterations') });
    expect(await page.$eval('#fit', button => (button as HTMLButtonElement).disabled)).toBe(false);
  });

  test('fits the columns of numbers of a dropped CSV and says what it leaves out', async () => {
    const flowers = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 11},${(i * i) % 13},iris ${i}`);
    await drop('flowers.csv', ['a,b,c,kind', ...flowers].join('\n'));
    await page.waitForFunction(`document.querySelector('#data-summary').textContent.includes('flowers')`);
    await page.waitForFunction(`!document.querySelector('#fit').disabled`);

    expect(await text('#data-summary')).toBe(
      'flowers.csv: 60 rows × 3 columns. Column “kind” holds text and is left out.',
    );
    await set({ yAxis: 2, nComponents: 2 });
    expect(await page.$eval('#scatter', canvas => canvas.ariaLabel)).toContain('c against a');
    await fit();
    expect((await downloadedModel()).nFeatures).toBe(3);
  });

  test('says what is wrong with a bad CSV, and keeps the rows it had', async () => {
    await drop('bad.csv', 'a,b,name\n1,2,x\n3,oops,y\n4,5,z\n');
    await page.waitForSelector('.notice.error');

    expect(await text('.notice.error p')).toBe(
      'bad.csv: Line 3, column "b": expected a finite number, got "oops". Try to mend or to drop the line.',
    );
    expect(await text('#data-summary')).toContain('Old Faithful');
    await fit();
    expect(await figure('log-likelihood')).toBeCloseTo(OLD_FAITHFUL, 2);
    expect(await page.$('.notice.error')).toBeNull();
  });

  test('says what is wrong with a setting, and keeps the fit it had', async () => {
    await fit();
    await set({ nComponents: 0 });
    await fit();

    expect(await text('.notice.error p')).toBe('nComponents must be an integer from 1 to 1024, got 0.');
    expect(await text('#status')).toBe('Failed. The last good model is kept.');
    expect((await downloadedModel()).nComponents).toBe(2);
  });

  test('without WebGPU it fits on the CPU and says so', async () => {
    const script = await page.evaluateOnNewDocument(() => {
      Reflect.deleteProperty(Navigator.prototype, 'gpu');
    });
    await reload();
    await page.waitForSelector('.notice.note');
    expect(await text('#device-here')).toBe('No WebGPU: fits run on the CPU');

    for (const device of ['auto', 'webgpu']) {
      await set({ device });
      await fit();
      expect(await figure('log-likelihood')).toBeCloseTo(OLD_FAITHFUL, 2);
      expect(await text('#device')).toMatch(/^CPU: .*This browser offers no WebGPU/);
      expect(await text('.notice.note p')).toMatch(/on the CPU\. This browser offers no WebGPU/);
    }
    await page.removeScriptToEvaluateOnNewDocument(script.identifier);
  });
});
