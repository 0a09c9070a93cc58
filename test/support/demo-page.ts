/** The demo page in a real browser, and what a person does with it. */
import type { ConsoleMessage } from 'puppeteer';
import { openPage } from './open-page.js';

export type DemoPage = Awaited<ReturnType<typeof openDemo>>;

/** Rows are there, and the page knows whether WebGPU is. */
const ready = (fitButton: string) => `!document.querySelector('${fitButton}').disabled &&
  /^(No )?WebGPU:/.test(document.querySelector('#device-here').textContent)`;

/** When each view can be used. */
export const READY = { mixtures: ready('#fit'), sequences: ready('#sequence-fit') };

export async function openDemo() {
  const { page, messages, close } = await openPage('demo/index.html', READY.mixtures);
  const said: string[] = [];
  page.on('console', (message: ConsoleMessage) => {
    if (['error', 'warn'].includes(message.type())) said.push(message.text());
  });
  await page.setViewport({ width: 1280, height: 800 });

  /** Open the page afresh on a view. */
  const reload = async (view: keyof typeof READY) => {
    await page.evaluate(name => history.replaceState(null, '', `#${name}`), view);
    await page.reload();
    await page.waitForFunction(READY[view]);
  };

  const text = (selector: string) => page.$eval(selector, found => found.textContent.trim());
  const figure = (id: string) => page.$eval(`data#${id}`, found => Number((found as HTMLDataElement).value));

  /** Set fields as a person would: with the event that follows. */
  const set = (values: Record<string, string | number | boolean>, controls = '#controls') =>
    page.evaluate(
      (entries, selector) => {
        const form = document.querySelector<HTMLFormElement>(selector)!;
        for (const [name, value] of Object.entries(entries)) {
          const field = form.elements.namedItem(name) as HTMLInputElement;
          if (typeof value === 'boolean') field.checked = value;
          else field.value = String(value);
          field.dispatchEvent(new Event('change', { bubbles: true }));
        }
      },
      values,
      controls,
    );

  const ended = (run = '#run') =>
    page.waitForFunction(
      `['done', 'aborted', 'failed'].includes(document.querySelector('${run}').dataset.state)`,
      { polling: 20 },
    );

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
  const colours = (plot = '#scatter', contrast = 70) =>
    page.$eval(
      `canvas${plot}`,
      (found, least) => {
        const canvas = found as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const count = { blue: 0, red: 0 };
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 2] > data[at] + least) count.blue++;
          if (data[at] > data[at + 2] + least) count.red++;
        }
        return count;
      },
      contrast,
    );

  /** The model file that the download button hands over. */
  const downloadedModel = (button = '#download') =>
    page.evaluate(async selector => {
      const create = URL.createObjectURL;
      const blob = await new Promise<Blob>(resolve => {
        URL.createObjectURL = made => {
          resolve(made as Blob);
          return create(made);
        };
        document.querySelector<HTMLButtonElement>(selector)!.click();
      });
      URL.createObjectURL = create;
      return JSON.parse(await blob.text());
    }, button);

  /** What the page or the browser has complained about so far. */
  const complaints = () => [...messages, ...said];

  return { page, close, reload, text, figure, set, ended, drop, colours, downloadedModel, complaints };
}
