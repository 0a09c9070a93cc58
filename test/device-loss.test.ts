/** Devices that are lost: rows of the library's own device follow it to another, and no result changes. */
import { describe, expect, test } from 'vitest';
import { acquireDevice } from '../src/backends/webgpu/device/device.js';
import { WebGpuBackend } from '../src/backends/webgpu/index.js';
import {
  type Backend,
  DeviceError,
  GaussianMixture,
  HiddenMarkovModel,
  KMeans,
  matrix,
  partial,
  type Rows,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { randomPoints } from './support/synthetic.js';

const points = randomPoints(3000, 3, 2, { spread: 2 });
const weights = Float64Array.from({ length: 3000 }, (_, i) => 1 + (i % 3));

/** A backend of the library's own device, which `lose` destroys, and the devices after it. */
async function losing() {
  const device = await acquireDevice();
  const backend = new WebGpuBackend(device, true);
  const lose = async () => {
    device.destroy();
    await device.lost;
  };
  return { backend, lose };
}

type Fit = (rows: Rows, device: Backend, options: object) => Promise<{ fitInfo: object; toJSON(): object }>;
const FITS: Record<string, Fit> = {
  'a Gaussian mixture': (rows, device, options) =>
    GaussianMixture.fit(rows, { nComponents: 3, maxIter: 12, device, ...options }),
  'the partial rule': (rows, device, options) =>
    GaussianMixture.fit(rows, {
      nComponents: 3,
      maxIter: 12,
      eStep: partial({ blocks: 4 }),
      device,
      ...options,
    }),
  'k-means': (rows, device, options) => KMeans.fit(rows, { nClusters: 4, maxIter: 12, device, ...options }),
  'a hidden Markov model': (rows, device, options) =>
    HiddenMarkovModel.fit(rows, { nStates: 2, maxIter: 8, device, ...options } as never),
};

const bare = (model: { toJSON(): object }) => JSON.stringify(model.toJSON());

describe.each(Object.entries(FITS))('%s', (name, fit) => {
  const options = name === 'a hidden Markov model' ? {} : { weights };
  test('is the same fit when its device is lost at any moment, and says so', async () => {
    const calm = new WebGpuBackend(await acquireDevice(), true);
    const right = bare(await fit(await calm.load(points, options), calm, {}));
    const rng = createRng(5);
    for (let trial = 0; trial < 3; trial++) {
      const { backend, lose } = await losing();
      const rows = await backend.load(points, options);
      const at = rng.integer(4);
      let n = 0;
      const onIteration = () => (n++ === at ? lose() : undefined);
      const model = await fit(rows, backend, { onIteration });
      expect(bare(model)).toBe(right);
      const { notes = [] } = model.fitInfo as { notes?: { kind: string; message: string }[] };
      expect(notes.filter(({ kind }) => kind === 'device-lost')).toHaveLength(1);
      rows.dispose();
      expect(backend.memory).toEqual({ buffers: 0, bytes: 0 });
      backend.dispose();
    }
    calm.dispose();
  });
});

test('rows that nobody used meanwhile are there again, and one new device serves all', async () => {
  const { backend, lose } = await losing();
  const [a, b] = [await backend.load(points), await backend.load(points)];
  const model = await GaussianMixture.fit(a, { nComponents: 2, maxIter: 3, device: backend });
  const right = await model.predict(a, { device: backend });
  await lose();
  expect(backend.isLost).toBe(true);
  const [one, other] = await Promise.all([
    model.predict(a, { device: backend }),
    model.predict(b, { device: backend }),
  ]);
  expect(one).toEqual(right);
  expect(other).toEqual(right);
  expect(backend.isLost).toBe(false);
  expect([a.losses, b.losses]).toEqual([1, 1]);
  backend.dispose();
});

test("a caller's device is the caller's affair", async () => {
  const device = await acquireDevice();
  const backend = new WebGpuBackend(device, false);
  const rows = await backend.load(matrix(points.data, points.shape));
  device.destroy();
  await device.lost;
  const fit = GaussianMixture.fit(rows, { nComponents: 2, device: backend });
  await expect(fit).rejects.toThrow(DeviceError);
});

test('a backend that was disposed of stays so', async () => {
  const { backend } = await losing();
  const rows = await backend.load(points);
  backend.dispose();
  await expect(rows.read(0, 1)).rejects.toThrow(/disposed of/);
});
