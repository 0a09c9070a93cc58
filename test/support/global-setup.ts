/** Runs once, before the test files: without both WebGPU adapters the tests fail here and say why. */
import { launchBrowser } from './browser.js';
import { provideVulkan } from './vulkan.js';

export default async function setup(): Promise<void> {
  console.log(`WebGPU in Node: ${provideVulkan()}`);
  const browser = await launchBrowser();
  console.log(`WebGPU in the browser: ${await browser.version()}, ${browser.process()?.spawnfile}`);
  await browser.close();
}
