import { describe, expect, test } from 'vitest';
import { chunkRows, cutChunks, rounds } from '../src/backends/webgpu/chunks.js';
import { acquireDevice } from '../src/backends/webgpu/device.js';
import { partialLength } from '../src/backends/webgpu/pack.js';
import { expandShader } from '../src/backends/webgpu/shader.js';
import { posteriorShader, statisticsShader } from '../src/backends/webgpu/shaders.js';
import { DeviceError, GaussianMixture, InvalidDataError, webgpu } from '../src/index.js';
import { randomPoints } from './support/synthetic.js';

const DEFAULTS = { binding: 128 * 2 ** 20, workgroups: 65_535, workgroupMemory: 16_384 };

describe('chunks', () => {
  const shapes = [1, 2, 16, 128].flatMap(nFeatures =>
    [1, 8, 64, 1024].flatMap(nComponents =>
      (['full', 'diag'] as const).flatMap(moments =>
        [1, 511, 1e5, 1e8].map(nRows => ({ nRows, nFeatures, nComponents, moments })),
      ),
    ),
  );

  test.each(shapes)('$nRows × $nFeatures, K = $nComponents, $moments: below every default limit', shape => {
    const length = partialLength(shape.moments, shape.nFeatures);
    const rows = chunkRows(shape, length);
    const slabs = rows / 512;
    expect(slabs % 1).toBe(0);
    expect(4 * rows * shape.nComponents).toBeLessThanOrEqual(DEFAULTS.binding);
    expect(4 * slabs * shape.nComponents * length).toBeLessThanOrEqual(DEFAULTS.binding);
    expect(slabs).toBeLessThanOrEqual(DEFAULTS.workgroups);
    expect(Math.ceil(rows / 256)).toBeLessThanOrEqual(DEFAULTS.workgroups);
  });

  test('cover every row once, in order, within their segments', () => {
    const chunks = cutChunks(10_000, 4096, 1536);
    let next = 0;
    let partial = 0;
    for (const { segment, begin, rowBegin, count, likelihoodBegin } of chunks) {
      expect([rowBegin, segment * 4096 + begin, likelihoodBegin]).toEqual([next, next, partial]);
      expect(begin + count).toBeLessThanOrEqual(4096);
      next += count;
      partial += Math.ceil(count / 256);
    }
    expect(next).toBe(10_000);
    expect(rounds(chunks).flat()).toEqual(chunks);
  });
});

describe('shaders', () => {
  test('expand includes, branches and constants', () => {
    const source = '#include head\n#if FAST\nfast();\n#elif SLOW\nslow();\n#else\nplain();\n#endif\n';
    const expand = (FAST: boolean, SLOW: boolean) =>
      expandShader(source, { includes: { head: 'head();' }, flags: { FAST, SLOW }, constants: { D: 3 } });
    expect(expand(true, false)).toMatch(/^const D = 3u;\nhead\(\);\s+fast\(\);\s+$/);
    expect(expand(false, true)).toMatch(/slow\(\)/);
    expect(expand(false, false)).toMatch(/plain\(\)/);
    expect(() => expandShader('#include nothing\n', { includes: {} })).toThrow(/nothing/);
    expect(() => expandShader('#if UNKNOWN\n#endif\n', { includes: {} })).toThrow(/UNKNOWN/);
  });

  test.each([1, 3, 4, 16, 33, 64, 100, 128])('D = %i: workgroup memory fits the default limit', nFeatures => {
    for (const moments of ['full', 'diag'] as const) {
      for (const shader of [posteriorShader, statisticsShader]) {
        const { source } = shader({ moments, nFeatures, rule: 'exact' });
        const constants = Object.fromEntries(
          [...source.matchAll(/const (\w+) = (\d+)u;/g)].map(([, k, v]) => [k, Number(v)]),
        );
        const bytes = [...source.matchAll(/var<workgroup> \w+: array<(\w+), (\w+)>/g)].map(
          ([, type, length]) =>
            ({ f32: 4, vec3f: 16, vec4f: 16 })[type]! * (constants[length] ?? Number(length)),
        );
        expect(bytes.length).toBeGreaterThan(0);
        expect(bytes.reduce((a, b) => a + b)).toBeLessThanOrEqual(DEFAULTS.workgroupMemory);
      }
    }
  });
});

describe('the WebGPU backend', () => {
  const points = randomPoints(3000, 3, 2);

  test('gives all memory back with the rows, and with itself', async () => {
    const backend = await webgpu();
    const rows = await backend.load(points);
    expect(backend.memory).toEqual({ buffers: 1, bytes: 4 * 2 * 3000 });
    await GaussianMixture.fit(rows, { nComponents: 3, init: 'k-means' });
    expect(backend.memory.buffers).toBeGreaterThan(1);
    rows.dispose();
    expect(backend.memory).toEqual({ buffers: 0, bytes: 0 });

    await backend.load(points);
    backend.dispose();
    expect(backend.memory).toEqual({ buffers: 0, bytes: 0 });
  });

  test('scratch does not grow with N', async () => {
    const backend = await webgpu();
    const scratch = async (n: number) => {
      const rows = await backend.load(randomPoints(n, 1, 2));
      await GaussianMixture.fit(rows, { nComponents: 64, maxIter: 0 });
      const bytes = backend.memory.bytes - 8 * n;
      rows.dispose();
      return bytes;
    };
    const [small, large] = [await scratch(150_000), await scratch(600_000)];
    expect(large - small).toBeLessThan((450_000 * 2 * 4) / 64); // partial log-likelihoods: one float a 256 rows
    backend.dispose();
  });

  test('concurrent fits on the same rows do not disturb each other', async () => {
    const backend = await webgpu();
    const rows = await backend.load(points);
    const fitSeed = (seed: number) =>
      GaussianMixture.fit(rows, { nComponents: 3, init: 'random-from-data', seed, maxIter: 6, tol: 0 });
    const alone = [await fitSeed(1), await fitSeed(2)];
    const together = await Promise.all([fitSeed(1), fitSeed(2)]);
    together.forEach((gmm, i) => {
      expect(gmm.means).toEqual(alone[i].means);
      expect(gmm.fitInfo.logLikelihood).toBe(alone[i].fitInfo.logLikelihood);
    });
    backend.dispose();
  });

  test('works on the caller’s device and on a buffer of it, and leaves both alone', async () => {
    const { device } = await acquireDevice();
    const data = Float32Array.from(points.data);
    const usage = 0x4 | 0x8; // COPY_SRC | COPY_DST
    const buffer = device.createBuffer({ size: data.byteLength, usage });
    device.queue.writeBuffer(buffer, 0, data);
    const options = { nComponents: 3, maxIter: 5, tol: 0, device } as const;
    const fromBuffer = await GaussianMixture.fit({ data: buffer, shape: [3000, 2] }, options);
    const fromArray = await GaussianMixture.fit({ data, shape: [3000, 2] }, options);
    expect(fromBuffer.means).toEqual(fromArray.means);
    device.queue.writeBuffer(buffer, 0, data);
    await device.queue.onSubmittedWorkDone();
    await expect(
      GaussianMixture.fit({ data: buffer, shape: [3000, 2] }, { ...options, device: 'cpu' }),
    ).rejects.toBeInstanceOf(InvalidDataError);
  });

  test('a lost device is an error that keeps the last good model', async () => {
    const { device } = await acquireDevice();
    const failure = await GaussianMixture.fit(points, {
      nComponents: 3,
      tol: 0,
      device,
      onIteration: ({ iteration }) => {
        if (iteration === 2) device.destroy();
      },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeviceError);
    expect((failure as DeviceError).message).toMatch(/lost|destroyed/i);
    const kept = (failure as DeviceError).lastGood as GaussianMixture;
    expect(kept.nComponents).toBe(3);
    expect((await kept.predict(points, { device: 'cpu' })).length).toBe(3000);
  });

  test('rows in several segments give what one segment gives', async () => {
    const { device } = await acquireDevice();
    const small = new Proxy(device, {
      get(target, key) {
        if (key === 'limits') return { maxBufferSize: 8192, maxStorageBufferBindingSize: 8192 };
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const segmented = await webgpu(small);
    const whole = await webgpu(device);
    const rows = await segmented.load(points);
    expect(segmented.memory.buffers).toBe(3);
    const options = { nComponents: 3, maxIter: 5, tol: 0 } as const;
    const a = await GaussianMixture.fit(rows, options);
    const b = await GaussianMixture.fit(points, { ...options, device: whole });
    expect(a.fitInfo.logLikelihood).toBeCloseTo(b.fitInfo.logLikelihood, 2);
    expect(await a.predict(rows)).toEqual(await b.predict(points));
  });
});
