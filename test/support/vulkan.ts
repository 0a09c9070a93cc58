/** Sees to it that `webgpu` (Dawn) finds an adapter in Node: the machine's, else SwiftShader. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer';
import { bundledChromium, hasBundledChromium } from './bundled-chromium.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const icd = 'vk_swiftshader_icd.json';

/**
 * Sets VK_ICD_FILENAMES and LD_LIBRARY_PATH if Dawn has no adapter without them, and returns the name of
 * the adapter that processes started from now on will find. Throws if there is none.
 */
export function provideVulkan(): string {
  const tried: string[] = [];
  for (const [origin, environment] of candidates()) {
    const found = probe(environment);
    if (found.adapter) {
      Object.assign(process.env, environment);
      return `${found.adapter} (${origin})`;
    }
    tried.push(`${origin}: ${found.reason}`);
  }
  throw new Error(
    `Dawn finds no WebGPU adapter in Node. Tried ${tried.join('; ')}. Install a Vulkan driver and loader ` +
      '(Debian: mesa-vulkan-drivers and libvulkan1), or a Chrome or Chromium that brings SwiftShader; ' +
      'on Linux x64 the npm package @sparticuz/chromium does.',
  );
}

/** Lazy, so that nothing is unpacked while an earlier candidate will do. */
function* candidates(): Generator<[origin: string, environment: Record<string, string>]> {
  yield ['as the environment says', {}];
  if (process.platform !== 'linux') return;
  for (const folder of ['/usr/lib/chromium', '/opt/google/chrome', dirname(puppeteer.executablePath())])
    if (existsSync(join(folder, icd))) yield [`SwiftShader from ${folder}`, swiftShader(folder)];
  if (hasBundledChromium()) yield ['SwiftShader from @sparticuz/chromium', swiftShader(bundledChromium())];
}

/** The folder comes last on the library path, for its Vulkan loader where the system has none. */
function swiftShader(folder: string): Record<string, string> {
  const path = [process.env.LD_LIBRARY_PATH, folder].filter(Boolean).join(':');
  return { VK_ICD_FILENAMES: join(folder, icd), LD_LIBRARY_PATH: path };
}

/** In a child: the loader reads LD_LIBRARY_PATH once, at the start, and a bad driver may crash. */
function probe(environment: Record<string, string>): { adapter?: string; reason: string } {
  const code = `
    import { create } from 'webgpu';
    globalThis.gpu = create([]); // must outlive the adapter and the device
    const adapter = await gpu.requestAdapter();
    if (!adapter) throw new Error('no adapter');
    await adapter.requestDevice();
    console.log([adapter.info.vendor, adapter.info.architecture, adapter.info.description].join(' '));`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (child.status === 0) return { adapter: child.stdout.trim(), reason: '' };
  const said = child.stderr.match(/^(?:Warning|\w*Error): .*$/gm)?.join(', ');
  return { reason: said ?? `the probe ended with ${child.signal ?? `exit code ${child.status}`}` };
}
