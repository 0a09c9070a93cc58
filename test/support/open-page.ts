/** Opens a page of this repository in a headless browser that has WebGPU. */
import type { Page } from 'puppeteer';
import { launchBrowser } from './browser.js';
import { serve } from './serve.js';

export interface OpenPage {
  page: Page;
  /** What went wrong so far: console errors, uncaught exceptions, failed requests. */
  messages: string[];
  /** Calls the function `window[name]`. What it throws keeps its message, with the stack of the sources. */
  call(name: string, ...args: unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * @param path from the root of the repository, such as `test/conformance/page.html`
 * @param ready a JavaScript expression that is true once the page can be used
 */
export async function openPage(path: string, ready = 'true'): Promise<OpenPage> {
  const server = await serve();
  const browser = await launchBrowser();
  const page = await browser.newPage();
  const messages = collectMessages(page);
  const close = async () => {
    await browser.close();
    await server.close();
  };

  const failed = new Promise<never>((_, reject) => page.once('pageerror', reject));
  const load = async () => {
    const response = await page.goto(new URL(path, server.url).href);
    if (!response?.ok()) throw new Error(`HTTP status ${response?.status()}`);
    await page.waitForFunction(ready);
  };
  try {
    await Promise.race([load(), failed]);
  } catch (cause) {
    await close();
    throw new Error(`${path} did not get ready. ${messages.join('; ')}`, { cause });
  }

  return {
    page,
    messages,
    close,
    async call(name, ...args) {
      const { value, error } = await page.evaluate(callInPage, name, args);
      if (error)
        throw Object.assign(new Error(error.message), error, { stack: server.sourceStack(error.stack) });
      return value;
    },
  };
}

/** Runs in the page. An error crosses over as a value: puppeteer would cut and reorder its stack. */
async function callInPage(name: string, args: unknown[]) {
  try {
    return { value: await Reflect.get(window, name)(...args) };
  } catch (thrown) {
    const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { error: { name, message, stack: stack ?? '' } };
  }
}

function collectMessages(page: Page): string[] {
  const messages: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error') messages.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', error => messages.push(`uncaught: ${error instanceof Error ? error.message : error}`));
  page.on('requestfailed', request =>
    messages.push(`failed: ${request.url()} ${request.failure()?.errorText}`),
  );
  return messages;
}
