import { describe, expect, test } from 'vitest';
import { Load, Pace } from '../src/backends/webgpu/device/pace.js';
import { cutGrid, type Grid, workOf } from '../src/backends/webgpu/device/parts.js';
import { covarianceType } from '../src/families/covariance/index.js';
import {
  type CovarianceName,
  em,
  factorised,
  gaussian,
  LatentDirichlet,
  matrix,
  mixture,
  type WebGpuOptions,
  webgpu,
} from '../src/index.js';
import { randomChain, SHORT_PIECES, walked } from './kernels/random-chain.js';
import { identical } from './support/assert.js';
import { corpus } from './support/lda-corpus.js';
import { randomPoints } from './support/synthetic.js';

describe('a grid in parts', () => {
  const grids: Grid[] = [
    [1, 1, 1],
    [7, 1, 1],
    [5, 3, 1],
    [4, 6, 3],
    [100, 2, 2],
  ];
  test.each(grids)('%i × %i × %i: every workgroup once, in order, none longer than allowed', (x, y, z) => {
    for (const [allowed, least] of [
      [0, 1],
      [2.5, 1],
      [7, 2],
      [29, 4],
      [1e9, 2],
    ]) {
      const seen: number[] = [];
      for (const { origin, size } of cutGrid(
        [x, y, z],
        i => i,
        least,
        () => allowed,
      )) {
        const [i, j, k] = origin;
        for (let c = k; c < k + size[2]; c++)
          for (let b = j; b < j + size[1]; b++)
            for (let a = i; a < i + size[0]; a++) seen.push((c * y + b) * x + a);
        expect(workOf(size, each => each)).toBeLessThanOrEqual(Math.max(allowed, least));
      }
      expect(seen).toEqual(Array.from({ length: x * y * z }, (_, at) => at));
    }
  });

  test('follow the work where workgroups differ', () => {
    const work = (x: number) => x * x;
    const ends = [...cutGrid([10, 1, 1], work, 1, () => 30)].map(({ origin, size }) => origin[0] + size[0]);
    expect(ends).toEqual([5, 7, 8, 9, 10]); // 25, 24, 15, 17, 19
  });
});

/** A device of some speed, whose clock only work moves; the first run of a kernel takes `compile` ms more. */
function fakeDevice(speed: number, compile = 0) {
  const kernel = {} as GPUComputePipeline;
  const times: number[] = [];
  let [time, end, work, isNew] = [0, 0, 0, true];
  const queue = {
    submit() {
      const took = work / speed + (isNew ? compile : 0.2);
      isNew = false;
      end = Math.max(time, end) + took;
      times.push(took);
      return undefined;
    },
    async onSubmittedWorkDone() {
      const mine = end;
      await new Promise(resolve => setImmediate(resolve));
      time = Math.max(time, mine);
      return undefined;
    },
  };
  const pace = new Pace(queue, 80, () => time);
  /** All of `total`, in parts. */
  const run = async (total: number) => {
    times.length = 0;
    for (let left = total; left > 0; left -= work) {
      work = Math.min(left, pace.allowance(kernel));
      const load = new Load();
      load.add(kernel, work);
      await pace.submit({} as GPUCommandBuffer, load, true);
    }
    await pace.settle();
    return [...times];
  };
  return { run };
}

describe('the pace', () => {
  test.each([1e4, 1e5, 3e5, 1e7, 1e9, 1e12])(
    'finds %i units a millisecond, and stays near 80 ms',
    async speed => {
      const { run } = fakeDevice(speed);
      const first = await run(100 * 80 * speed);
      expect(Math.max(...first)).toBeLessThan(80 * Math.max(1, 3e5 / speed) + 1); // no slower than it was thought to be
      const second = await run(100 * 80 * speed);
      expect(Math.max(...second)).toBeLessThan(90);
      expect(second.length).toBeLessThan(200);
    },
  );

  test('is not slowed down by a driver that compiles in the first run', async () => {
    const { run } = fakeDevice(1e9, 20_000);
    expect((await run(1e12)).length).toBeLessThan(60);
  });
});

describe('results are the same bits, however they are submitted', () => {
  /** One with parts of single workgroups, or nearly. */
  const both = async (
    options: WebGpuOptions,
    run: (backend: Awaited<ReturnType<typeof webgpu>>) => Promise<number[]>,
  ) => {
    const found: number[][] = [];
    for (const submission of [undefined, 1e-4]) {
      const backend = await webgpu(undefined, { ...options, submission });
      found.push(await run(backend));
      backend.dispose();
    }
    identical(found[0], found[1]);
  };

  test.each([
    ['strip', 20_000, 2, 3, 'full'],
    ['streamed', 9000, 16, 16, 'diag'],
    ['tiled', 3000, 33, 5, 'full'],
  ] as const)('%s', async (regime, n, d, k, covariance) => {
    const points = randomPoints(n, 3, d);
    const model = mixture(gaussian({ covariance: covarianceType(covariance as CovarianceName) }), {
      nComponents: k,
    });
    await both({ regime }, async backend => {
      const rows = await backend.load(points);
      const covariances = Float64Array.from({ length: k * d * (covariance === 'full' ? d : 1) }, (_, i) =>
        covariance === 'diag' || (i % (d * d)) % (d + 1) === 0 ? 9 : 0,
      );
      const start = {
        weights: new Float64Array(k).fill(1 / k),
        means: await rows.read(0, k),
        covariances,
      };
      const fit = await em(model, start, rows, { tol: 0, maxIter: 2 });
      rows.dispose();
      return [...fit.history, ...fit.parameters.means];
    });
  });

  test.each(['lane', 'group'] as const)('chains, walk %s', async walk => {
    const { chain, sequences, points } = randomChain({ nStates: 5, lengths: [1200, 1, 700, 300] });
    await both({ chains: { ...SHORT_PIECES, walk } }, async backend => {
      const rows = walked(await backend.load(matrix(points.data, points.shape)), sequences);
      const { logLikelihood, sums, chain: found } = await rows.walks.forwardBackward(chain);
      const { states } = await rows.walks.viterbi(chain);
      rows.dispose();
      return [logLikelihood, ...sums, ...found.transitions, ...states];
    });
  });

  test('topics of documents', async () => {
    const { counts } = corpus({ n: 200, vocabulary: 90, nComponents: 5, length: 60 });
    const model = new LatentDirichlet({ nComponents: 5 });
    const components = Float64Array.from({ length: 5 * 90 }, (_, i) => 1 + ((i * 7) % 5));
    await both({}, async backend => {
      const rows = await backend.loadCounts(counts);
      const fit = await em(model, { components }, rows, { tol: 0, maxIter: 2, eStep: factorised() });
      rows.dispose();
      return [...fit.history, ...fit.parameters.components];
    });
  });
});
