import { describe, expect, test } from 'vitest';
import { faithful, run } from './harness.js';

/** Where `--device auto` fits, what it says of it, and that nobody else says anything. */

const url = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Node with another module, or none, where it looks for the package `webgpu`. */
function withWebGpu(module: string | undefined): string[] {
  const found = module
    ? `return { url: ${JSON.stringify(url(module))}, shortCircuit: true };`
    : `throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });`;
  const hook = `export async function resolve(name, context, next) {
    if (name === 'webgpu') ${found.startsWith('return') ? found : `{ ${found} }`}
    return next(name, context);
  }`;
  return ['--import', url(`import { register } from 'node:module'; register(${JSON.stringify(url(hook))});`)];
}

/** A library that writes past Node, as Dawn does. */
const noisy = (then: string) => `
  import { writeSync } from 'node:fs';
  export const create = () => ({ async requestAdapter() { writeSync(2, 'Warning: of Vulkan\\n'); ${then} } });`;

const MISSING: readonly (readonly [string, string[], RegExp])[] = [
  [
    'the package is not installed',
    withWebGpu(undefined),
    /WebGPU in Node needs the npm package 'webgpu', .*npm install webgpu/,
  ],
  ['there is no adapter', withWebGpu(noisy('return null;')), /WebGPU is here but found no adapter\./],
  [
    'the driver crashes',
    withWebGpu(noisy(`process.kill(process.pid, 'SIGSEGV');`)),
    /Looking for a WebGPU adapter ended with SIGSEGV\./,
  ],
];

const two = ['fit', faithful, '--components', '2'];

describe.each(MISSING)('%s', (_, node, why) => {
  test('auto fits on the CPU, and the summary and one note say why', async () => {
    const { code, stdout, stderr } = await run(two, { node });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(new RegExp(`^note: device cpu \\(float64 on the CPU\\): ${why.source}.*\n$`));
    expect(stdout).toMatch(new RegExp(`^device +cpu \\(float64 on the CPU\\): ${why.source}`, 'm'));
  });

  test('so does --json', async () => {
    const { fit, deviceReason } = JSON.parse((await run([...two, '--json'], { node })).stdout);
    expect(fit.device).toBe('cpu');
    expect(deviceReason).toMatch(why);
  });
});

test('--device webgpu fails where the package is not installed, and info says so', async () => {
  const node = withWebGpu(undefined);
  const { code, stdout, stderr } = await run([...two, '--device', 'webgpu'], { node });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: .*npm install webgpu\n$/);
  const { devices } = JSON.parse((await run(['info', '--json'], { node })).stdout);
  expect(devices.webgpu).toEqual({
    available: false,
    reason: expect.stringContaining('npm install webgpu'),
  });
  expect(devices.cpu).toMatchObject({ available: true });
});

test.each([['cpu'], ['webgpu']])('--device %s was asked for: nothing says why', async device => {
  const { stdout } = await run([...two, '--device', device]);
  expect(stdout).toMatch(new RegExp(`^device +${device} \\(.+\\)$`, 'm'));
  const asked = JSON.parse((await run([...two, '--device', device, '--json'])).stdout);
  expect(asked.fit.device).toBe(device);
  expect(asked).not.toHaveProperty('deviceReason');
});

/** The adapter that is here, under the name of a card. */
const CARD = `
  import { create as real } from ${JSON.stringify(import.meta.resolve('webgpu'))};
  const adapterInfo = { vendor: 'acme', architecture: 'card', device: '', description: '' };
  export function create(flags) {
    const gpu = real(flags);
    return {
      gpu,
      async requestAdapter(options) {
        const adapter = await gpu.requestAdapter(options);
        const requestDevice = async wanted =>
          Object.defineProperty(await adapter.requestDevice(wanted), 'adapterInfo', { value: adapterInfo });
        return { features: adapter.features, requestDevice };
      },
    };
  }`;

test('auto takes a card where there is one', async () => {
  const { code, stdout, stderr } = await run(two, { node: withWebGpu(CARD) });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^note: device webgpu \(acme card\): WebGPU has an adapter$/m);
  expect(stdout).toMatch(/^device +webgpu \(acme card\): WebGPU has an adapter$/m);
  expect(stdout).toMatch(/^log-likelihood +-1130\.26/m);
});

test('auto takes what info finds, and writes nothing but one note', async ({ skip }) => {
  const { webgpu } = JSON.parse((await run(['info', '--json'])).stdout).devices;
  const { stdout, stderr } = await run(two);
  const device = webgpu.isFallback ? 'cpu' : 'webgpu';
  expect(stdout).toMatch(
    new RegExp(`^device +${device} \\(.+\\): WebGPU has (only a software|an) adapter`, 'm'),
  );
  if (!webgpu.isFallback) skip('Dawn writes to stderr itself where it is used');
  expect(stderr).toMatch(/^note: device cpu .*\n$/);
});
