/** Finds a Chromium with a WebGPU adapter: an explicit one, puppeteer's, the system's, or the bundled one. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';
import { bundledChromium, bundledEnvironment, hasBundledChromium } from './bundled-chromium.js';

interface Candidate {
  origin: string;
  executable: string;
  environment?: Record<string, string>;
}

/** The browser only ever opens pages of this repository; its sandbox fails as root and in containers. */
const commonFlags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

interface Attempt {
  flags: string[];
  /** Whether an adapter in software will do. */
  software: boolean;
}

/** On Linux, Chromium wants these flags to run WebGPU on a GPU; they only get in the way without one. */
const hardware = ['--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface'];
const attempts: Attempt[] = [
  ...(process.platform === 'linux' ? [{ flags: hardware, software: false }] : []),
  { flags: [], software: true },
];

/** A headless browser whose pages have a WebGPU adapter. The caller closes it. Throws if there is none. */
export async function launchBrowser(): Promise<Browser> {
  const tried: string[] = [];
  for (const candidate of candidates())
    for (const attempt of attempts) {
      try {
        return await launch(candidate, attempt);
      } catch (error) {
        const said = (error as Error).message.replace(/\s+/g, ' ');
        tried.push(`${[candidate.origin, ...attempt.flags].join(' ')}: ${said}`);
      }
    }
  throw new Error(
    `No Chromium with a WebGPU adapter. Tried ${tried.join('; ') || 'none, for none was found'}. ` +
      'Install Chrome or Chromium, run `npx puppeteer browsers install chrome`, or name one in CHROME_PATH; ' +
      'on Linux x64 the npm package @sparticuz/chromium holds one.',
  );
}

/** Lazy, so that nothing is unpacked while an earlier candidate will do. */
function* candidates(): Generator<Candidate> {
  for (const variable of ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH']) {
    const executable = process.env[variable];
    if (!executable) continue;
    yield { origin: `${variable}=${executable}`, executable };
    return;
  }
  for (const [origin, executable] of installed()) if (existsSync(executable)) yield { origin, executable };
  if (hasBundledChromium()) {
    const folder = bundledChromium();
    const environment = bundledEnvironment(folder);
    yield { origin: '@sparticuz/chromium', executable: join(folder, 'chromium'), environment };
  }
}

function* installed(): Generator<[origin: string, executable: string]> {
  yield ["puppeteer's own", puppeteer.executablePath()];
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
  for (const folder of process.env.PATH?.split(delimiter) ?? [])
    for (const name of names) yield ["the system's", join(folder, name)];
  try {
    yield ["the system's", puppeteer.executablePath('chrome')];
  } catch {
    // Chrome is not where its installer for this system would put it.
  }
}

async function launch({ executable, environment }: Candidate, attempt: Attempt): Promise<Browser> {
  const browser = await puppeteer.launch({
    executablePath: executable,
    args: [...commonFlags, ...attempt.flags],
    env: { ...process.env, ...environment },
    protocolTimeout: 600_000, // how long a test may take is for the test runner to say
  });
  try {
    const adapter = await adapterKind(browser);
    if (adapter === 'hardware' || (adapter === 'software' && attempt.software)) return browser;
    throw new Error(`${adapter} adapter`);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function adapterKind(browser: Browser): Promise<'no' | 'software' | 'hardware'> {
  const page = await browser.newPage();
  await page.goto(import.meta.url); // any file: about:blank is no secure context and has no navigator.gpu
  const kind = await page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter) return 'no';
    return adapter.info.isFallbackAdapter ? 'software' : 'hardware';
  });
  await page.close();
  return kind;
}
