import { afterAll, describe, expect, test } from 'vitest';
import { create, globals } from 'webgpu';
import { launchBrowser } from './support/browser.js';

/** Held for the life of the process: once Dawn's GPU object is collected, its devices crash Node. */
const gpu = create([]);
Object.assign(globalThis, globals); // GPUBufferUsage and the like

const browser = await launchBrowser();
afterAll(() => browser.close());

describe('the test environment computes by WebGPU', () => {
  test('in Node', async () => {
    const { adapter, doubled } = await double(gpu);
    console.log(`Dawn: ${adapter}`);
    expect(doubled).toEqual([2, 4, 6, 8]);
  });

  test('in the browser', async () => {
    const page = await browser.newPage();
    await page.goto(import.meta.url); // navigator.gpu needs a secure context, such as any file
    const { adapter, doubled } = await page.evaluate(double);
    console.log(`${await browser.version()}: ${adapter}`);
    expect(doubled).toEqual([2, 4, 6, 8]);
  });
});

/** Self-contained, because it also runs in the page. */
async function double(gpu: GPU = navigator.gpu): Promise<{ adapter: string; doubled: number[] }> {
  const adapter = (await gpu.requestAdapter())!;
  const device = await adapter.requestDevice();
  const { vendor, architecture, description } = adapter.info;

  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: 16, usage });
  const readback = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 2, 3, 4));

  const code = `
    @group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { x[i] *= 2; }`;
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const layout = pipeline.getBindGroupLayout(0);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readback, 0, 16);
  device.queue.submit([encoder.finish()]);

  await readback.mapAsync(GPUMapMode.READ);
  const doubled = [...new Float32Array(readback.getMappedRange())];
  device.destroy();
  return { adapter: `${vendor} ${architecture} ${description}`.trim(), doubled };
}
