import { describe, expect, test } from 'vitest';
import { acquireDevice } from '../src/backends/webgpu/device.js';
import { createRng } from '../src/numerics/rng.js';
import { Trial } from './reliability/trial.js';
import { BACKEND_WORKS, FITS, type Work } from './reliability/works.js';

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
  test.each(BACKEND_WORKS)('$name: every creation', async work => {
    expect(await refuseEach(work, 1)).toBeGreaterThan(2);
  });

  test.each(FITS)('$name: one creation in nine', async work => {
    expect(await refuseEach(work, 9)).toBeGreaterThan(0);
  });
});

describe('a device that is lost is a DeviceError, keeps no memory, and leaves the last good model', () => {
  test.each([...BACKEND_WORKS, ...FITS])('$name', async work => {
    const healthy = await Trial.begin(work, await acquireDevice());
    await healthy.run(0, 'lost');
    const { moments } = healthy.device;
    healthy.backend.dispose();
    const rng = createRng(moments);
    for (const at of [1, 1 + Math.floor(moments * rng.uniform()), moments]) {
      const trial = await Trial.begin(work, await acquireDevice());
      expect(await trial.run(at, 'lost')).toBe(true);
    }
  });
});
