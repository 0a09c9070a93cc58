import { describe, expect, test } from 'vitest';
import {
  cpu,
  em,
  GaussianMixture,
  gaussian,
  InvalidArgumentError,
  InvalidDataError,
  matrix,
  mixture,
  OnlineEm,
  OnlineGaussianMixture,
  sampled,
} from '../src/index.js';
import { randomPoints } from './support/synthetic.js';

const N = 20_000;
const points = randomPoints(N, 3, 2, { seed: 12, spread: 5 });
const chunk = (index: number, size: number) => ({
  data: points.data.subarray(2 * index * size, 2 * (index + 1) * size),
  shape: [size, 2] as const,
});

describe('online EM', () => {
  test.each(['cpu', 'webgpu'] as const)(
    '%s: chunks of a stream end within 1 %% of batch EM',
    async device => {
      const batch = await GaussianMixture.fit(points, { nComponents: 3, tol: 1e-6, device });
      const online = new OnlineGaussianMixture({ nComponents: 3, device });
      expect(online.model).toBeUndefined();
      for (let i = 0; i < 20; i++) {
        const { chunks, nRows } = await online.partialFit(chunk(i, 1000));
        expect([chunks, nRows]).toEqual([i + 1, 1000 * (i + 1)]);
      }
      const model = online.model as GaussianMixture;
      const score = await model.score(points);
      expect(Math.abs(score / (await batch.score(points)) - 1)).toBeLessThan(0.01);
    },
  );

  test('one chunk is one iteration of EM', async () => {
    const rows = await cpu().load(points);
    const model = mixture(gaussian(), { nComponents: 2 });
    const start = {
      weights: Float64Array.of(0.5, 0.5),
      means: Float64Array.of(-1, 0, 1, 0),
      covariances: Float64Array.of(9, 0, 0, 9, 9, 0, 0, 9),
    };
    const { parameters } = await em(model, start, rows, { maxIter: 1 });
    const online = new OnlineEm(model, start);
    const progress = await online.partialFit(rows);
    progress.parameters.means.forEach((mean, i) => {
      expect(mean).toBeCloseTo(parameters.means[i], 10);
    });
  });

  test('chunks that cannot be learned from change nothing', async () => {
    const online = new OnlineGaussianMixture({ nComponents: 3, device: 'cpu' });
    await expect(online.partialFit(chunk(0, 2))).rejects.toThrow(
      /first chunk must have at least nComponents = 3 rows/,
    );
    await online.partialFit(chunk(0, 1000));
    const before = online.model?.means;
    await expect(online.partialFit(matrix(new Float64Array(3), [1, 3]))).rejects.toThrow(
      /2 features, this one has 3/,
    );
    await expect(online.partialFit([[Number.NaN, 1]])).rejects.toBeInstanceOf(InvalidDataError);
    expect(online.model?.means).toEqual(before);
    await online.partialFit(chunk(1, 1000));
    expect(online.model?.means).not.toEqual(before);
  });

  test.each([
    [{ nComponents: 3, exponent: 0.5 }, /exponent must be in \(0.5, 1\]/],
    [{ nComponents: 3, delay: -1 }, /delay/],
    [{ nComponents: 0 }, /nComponents/],
    [{ nComponents: 3, init: 'best' }, /init must be one of/],
    [{ nComponents: 3, decay: 1 }, /Unknown option decay/],
  ])('bad options %o', (options, message) => {
    expect(() => new OnlineGaussianMixture(options as never)).toThrow(InvalidArgumentError);
    expect(() => new OnlineGaussianMixture(options as never)).toThrow(message);
  });
});

test('Monte Carlo EM approaches exact EM like 1/√draws, and a seed repeats bit for bit', async () => {
  const n = 2000;
  const rows = await cpu().load({ data: points.data.slice(0, 2 * n), shape: [n, 2] });
  const model = mixture(gaussian(), { nComponents: 3 });
  const start = {
    weights: Float64Array.of(0.3, 0.3, 0.4),
    means: Float64Array.of(-3, 0, 3, 0, 0, 3),
    covariances: Float64Array.from({ length: 12 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 16 : 0)),
  };
  const one = await model.mStep(await model.on(rows).eStep(start), start).parameters;
  const error = async (draws: number) => {
    let squares = 0;
    for (let seed = 0; seed < 16; seed++) {
      const statistics = await model.on(rows).eStep(start, { assignment: { draws, seed, iteration: 0 } });
      const { means } = model.mStep(statistics, start).parameters;
      squares += means.reduce((sum, value, i) => sum + (value - one.means[i]) ** 2, 0);
    }
    return Math.sqrt(squares);
  };
  const slope = Math.log((await error(64)) / (await error(1))) / Math.log(64);
  expect(slope).toBeGreaterThan(-0.6);
  expect(slope).toBeLessThan(-0.4);

  const run = () => em(model, start, rows, { eStep: sampled({ draws: 2, seed: 5 }), tol: 0, maxIter: 6 });
  expect((await run()).parameters).toEqual((await run()).parameters);
});
