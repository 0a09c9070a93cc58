import { describe, expect, test } from 'vitest';
import { acquireDevice } from '../src/backends/webgpu/device/device.js';
import { EmError, GaussianMixture, webgpu } from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { FaultyDevice } from './reliability/faulty-device.js';
import { Trial } from './reliability/trial.js';
import { LONG_WORKS, SHORT_WORKS, type Work } from './reliability/works.js';
import { randomPoints } from './support/synthetic.js';

/** Fails each `stride`-th creation once. @returns how many */
async function refuseEach(work: Work, stride: number): Promise<number> {
  const real = await acquireDevice();
  let failures = 0;
  for (let at = 1; ; at += stride) {
    const trial = await Trial.begin(work, real); // which knows no kernels yet
    if (!(await trial.run(at, 'refused'))) break;
    failures++;
    await trial.run(0, 'refused');
  }
  real.destroy();
  return failures;
}

describe('what a device refuses is a DeviceError, keeps no memory, and the next attempt works', () => {
  test.each(SHORT_WORKS)('$name: every creation', async work => {
    expect(await refuseEach(work, 1)).toBeGreaterThan(2);
  });

  test.each(LONG_WORKS)('$name: one creation in nine', async work => {
    expect(await refuseEach(work, 9)).toBeGreaterThan(0);
  });
});

describe('a device that is lost is a DeviceError, keeps no memory, and leaves the last good model', () => {
  test.each([...SHORT_WORKS, ...LONG_WORKS])('$name', async work => {
    const healthy = await Trial.begin(work, await acquireDevice());
    await healthy.run(0, 'lost');
    const { moments } = healthy.device;
    healthy.backend.dispose();
    const rng = createRng(moments);
    for (const at of [1, 1 + Math.floor(moments * rng.uniform()), moments]) {
      const trial = await Trial.begin(work, await acquireDevice());
      const isReached = await trial.run(at, 'lost');
      if (!work.forgives) expect(isReached).toBe(true); // a tuner's moments are up to the clock
    }
  });
});

describe('rows that are disposed of in the middle of a fit', () => {
  test.each(['k-means', 'k-means++'] as const)('init %s: the error says so, at any moment', async init => {
    const device = new FaultyDevice(await acquireDevice());
    const backend = await webgpu(device.device);
    let failures = 0;
    for (let at = 1; ; at += 3) {
      const rows = await backend.load(randomPoints(3000, 3, 2));
      device.arm(at, () => rows.dispose());
      const fit = GaussianMixture.fit(rows, { nComponents: 3, init, maxIter: 3, tol: 0 });
      const error = await fit.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      rows.dispose();
      expect(backend.memory).toEqual({ buffers: 0, bytes: 0 });
      if (!error) break;
      failures++;
      expect(error).toBeInstanceOf(EmError);
      expect((error as EmError).message).toMatch(/disposed of; load them again/);
      const { lastGood } = error as EmError;
      if (lastGood !== undefined) expect(lastGood).toBeInstanceOf(GaussianMixture);
    }
    expect(failures).toBeGreaterThan(3);
    backend.dispose();
    device.device.destroy();
  });
});
