import { describe, expect, test } from 'vitest';
import { readWorkgroup } from '../bench/work.js';
import { acquireDevice } from '../src/backends/webgpu/device/device.js';
import { expandShader, sections } from '../src/backends/webgpu/device/shader.js';
import { unroll } from '../src/backends/webgpu/device/unroll.js';
import { geometryOf } from '../src/backends/webgpu/mixture/geometry.js';
import { choosePlan, kernelsOf } from '../src/backends/webgpu/mixture/regimes.js';
import { shaderOf } from '../src/backends/webgpu/mixture/shaders.js';
import type { WorkspaceShape } from '../src/backends/webgpu/mixture/shape.js';
import { cutChunks, rounds } from '../src/backends/webgpu/rows/chunks.js';
import {
  chooseBackend,
  constrained,
  DeviceError,
  GaussianMixture,
  InvalidDataError,
  KMeans,
  LatentDirichletAllocation,
  Mixture,
  matrix,
  type Points,
  partial,
  webgpu,
} from '../src/index.js';
import { randomPoints } from './support/synthetic.js';

const DEFAULTS = { binding: 128 * 2 ** 20, workgroups: 65_535, workgroupMemory: 16_384 };

const shapes: WorkspaceShape[] = [1, 2, 3, 4, 16, 17, 32, 33, 64, 100, 128].flatMap(nFeatures =>
  [1, 8, 64, 1024].flatMap(nComponents =>
    (['full', 'diag'] as const).map(moments => ({ form: moments, nFeatures, nComponents, moments })),
  ),
);

describe.each([true, false])('every shape stays below the default limits, software adapter: %s', software => {
  test.each(shapes)('$nFeatures features, $nComponents components, $moments', shape => {
    for (const nRows of [1, 511, 1e5, 1e8]) {
      const plan = choosePlan(shape, nRows, software);
      const geometry = geometryOf(plan, shape, nRows);
      const { chunkRows, slabRows, groups, groupLength } = geometry;
      expect(chunkRows % slabRows).toBe(0);
      const numbers = {
        logits: chunkRows * shape.nComponents,
        lanes: (chunkRows / slabRows) * groupLength * geometry.lanes,
        partials: groups * groupLength,
      };
      for (const count of Object.values(numbers)) expect(4 * count).toBeLessThanOrEqual(DEFAULTS.binding);

      const chunk = {
        index: 0,
        segment: 0,
        block: 0,
        begin: 0,
        rowBegin: 0,
        count: Math.min(chunkRows, nRows),
        likelihoodBegin: 0,
      };
      for (const name of kernelsOf(plan.regime)) {
        const shader = shaderOf(name, { shape, plan, geometry, rule: 'exact' });
        for (const count of shader.workgroups(chunk)) expect(count).toBeLessThanOrEqual(DEFAULTS.workgroups);
        expect(readWorkgroup(shader.source).workgroupBytes).toBeLessThanOrEqual(DEFAULTS.workgroupMemory);
      }
    }
  });
});

describe('chunks', () => {
  test.each([1, 3, 40])('cover every row once, in order, within their segments and %i blocks', blocks => {
    const chunks = cutChunks(10_000, blocks, 4096, 1536, 256);
    let next = 0;
    let partial = 0;
    for (const { segment, begin, rowBegin, count, likelihoodBegin } of chunks) {
      expect([rowBegin, segment * 4096 + begin, likelihoodBegin]).toEqual([next, next, partial]);
      expect(begin + count).toBeLessThanOrEqual(4096);
      next += count;
      partial += Math.ceil(count / 256);
    }
    expect(next).toBe(10_000);
    expect(Array.from({ length: blocks }, (_, block) => rounds(chunks, block).flat()).flat()).toEqual(chunks);
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

  test('write out loops, nested, with bounds and names computed', () => {
    const loops = '#for i in 0..D\n#for j in i..D\na_${i}_${2 * (j + 1) / 2 - 1} ${D}\n#end\nb${i}\n#end\nc';
    expect(unroll(loops, { D: 2 })).toBe('a_0_0 2\na_0_1 2\nb0\na_1_1 2\nb1\nc');
    expect(unroll('#for i in 3..3\nnever\n#end\nx', {})).toBe('x');
    expect(() => unroll('#for i in 0..2\nx', {})).toThrow(/without #end/);
    expect(() => unroll('${N}', {})).toThrow(/Unknown name N/);
  });

  test('divide into sections', () => {
    expect(sections('// head\n#section one\na\nb\n#section two\nc\n')).toEqual({ one: 'a\nb\n', two: 'c\n' });
  });
});

/** A device, and how many buffers have been made on it. */
async function countingDevice() {
  const device = await acquireDevice();
  let made = 0;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = descriptor => {
    made++;
    return createBuffer(descriptor);
  };
  return { device, made: () => made };
}

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

  test('rows disposed of in the middle of work are freed after it, and nothing else suffers', async () => {
    const backend = await webgpu();
    const rows = await backend.load(points);
    const fit = GaussianMixture.fit(rows, {
      nComponents: 3,
      maxIter: 3,
      tol: 0,
      onIteration: () => rows.dispose(),
    });
    await expect(fit).rejects.toThrow(/disposed/);
    expect(backend.memory).toEqual({ buffers: 0, bytes: 0 });
    const again = await GaussianMixture.fit(points, { nComponents: 3, device: backend });
    expect(again.fitInfo.device).toBe('webgpu');
    backend.dispose();
  });

  test("fits say why 'auto' chose their device, and nothing of one that was asked for", async () => {
    const { backend, reason } = await chooseBackend('auto');
    expect(reason).toMatch(/WebGPU has (an|only a software) adapter/);
    const where = { device: backend.device, adapter: backend.adapter, deviceReason: reason };
    for (const device of [undefined, 'auto', backend] as const) {
      const { fitInfo } = await GaussianMixture.fit(points, { nComponents: 2, device });
      expect(fitInfo).toMatchObject(where);
      expect((await KMeans.fit(points, { nClusters: 2, device })).fitInfo).toMatchObject(where);
    }
    const words = [
      [2, 1],
      [0, 3],
    ];
    const topics = await LatentDirichletAllocation.fit(words, { nComponents: 2 });
    expect(topics.fitInfo).toMatchObject(where);
    const asked = await GaussianMixture.fit(points, { nComponents: 2, device: 'cpu' });
    expect(asked.fitInfo).toMatchObject({ device: 'cpu', deviceReason: undefined });
  });

  test('calls at the same time share one device', async () => {
    const chosen = await Promise.all(Array.from({ length: 4 }, () => chooseBackend('webgpu')));
    expect(new Set(chosen.map(({ backend }) => backend)).size).toBe(1);
  });

  test('a refused buffer is an error of that call alone', async () => {
    const device = await acquireDevice();
    const short = device.createBuffer({ size: 64, usage: 0x4 });
    const fit = (data: object) =>
      GaussianMixture.fit({ data, shape: [3000, 2] } as Points, { nComponents: 2, device, maxIter: 1 });
    await expect(fit(short)).rejects.toThrow(/must hold 24000 bytes and have COPY_SRC usage, got 64 bytes/);
    expect((await GaussianMixture.fit(points, { nComponents: 2, device })).nComponents).toBe(2);
  });

  test('resident rows and another device are refused', async () => {
    const backend = await webgpu();
    const rows = await backend.load(points);
    await expect(GaussianMixture.fit(rows, { nComponents: 2, device: 'cpu' })).rejects.toThrow(
      /resident on device 'webgpu'/,
    );
    backend.dispose();
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
    expect(large - small).toBeLessThan((450_000 * 2 * 4) / 32); // partial log-likelihoods: one float a 64 rows, and where it is read
    backend.dispose();
  }, 120_000);

  test('rules that look at blocks, at all rows and at labels in turn make their scratch once', async () => {
    const { device, made } = await countingDevice();
    const backend = await webgpu(device);
    const madeIn = async (maxIter: number, nComponents: number[]) => {
      const rows = await backend.load(points);
      const before = made();
      const fits = nComponents.map(k =>
        GaussianMixture.fit(rows, {
          nComponents: k,
          eStep: partial({ blocks: 4 }),
          init: 'random-from-data',
          maxIter,
          tol: 0,
          onIteration: ({ ledger }) => ledger(),
        }),
      );
      await Promise.all(fits);
      rows.dispose();
      return made() - before;
    };
    expect(await madeIn(20, [2])).toBe(await madeIn(4, [2]));
    expect(await madeIn(20, [2, 3])).toBe(await madeIn(4, [2, 3])); // at the same time
    device.destroy();
  });

  test('rows come from the caller where a model wants to see them: nothing is read back', async () => {
    const { device, made } = await countingDevice();
    const backend = await webgpu(device);
    const counts = matrix(
      Float64Array.from({ length: 6000 }, (_, i) => (i * 7919) % 13),
      [3000, 2],
    );
    const rows = await backend.load(counts);
    const options = { family: 'poisson', nComponents: 2, maxIter: 2, tol: 0 } as const;
    await Mixture.fit(rows, options);
    const before = made();
    expect(await rows.read(0, 3000)).toEqual(counts.data);
    expect(await rows.take([2999, 0])).toEqual(
      Float64Array.of(...counts.data.slice(-2), ...counts.data.slice(0, 2)),
    );
    await Mixture.fit(rows, options);
    expect(made()).toBe(before);
    device.destroy();
  });

  test('rows that a rule loads for itself are given back, fit after fit', async () => {
    const backend = await webgpu();
    const rows = await backend.load(points);
    const [n] = points.shape;
    const labels = Int32Array.from({ length: n }, (_, i) => (i < 100 ? i % 2 : -1));
    const most = Int32Array.from({ length: n }, (_, i) => (i % 10 ? i % 2 : -1));
    const bytes: number[] = [];
    for (let fit = 0; fit < 3; fit++) {
      for (const known of [labels, most]) {
        const eStep = constrained({ labels: known });
        await GaussianMixture.fit(rows, { nComponents: 2, eStep, maxIter: 2, tol: 0 });
      }
      bytes.push(backend.memory.bytes);
    }
    expect(bytes[1]).toBe(bytes[0]);
    expect(bytes[2]).toBe(bytes[0]);
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
    const device = await acquireDevice();
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
    const device = await acquireDevice();
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
    const device = await acquireDevice();
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
