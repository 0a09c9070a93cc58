/**
 * Data that float32 handles badly unless it is handled well. There the backend stays within 1e-4 nats a row of
 * float64, from the same start and after the same number of M-steps.
 */
import { cpu, GaussianMixture, type GaussianMixtureOptions, type Matrix } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { near } from '../support/assert.js';
import { randomPoints } from '../support/synthetic.js';
import type { Case } from './case.js';

async function staysClose(points: Matrix, options: GaussianMixtureOptions): Promise<void> {
  const n = points.shape[0];
  const fit = await GaussianMixture.fit(points, { tol: 0, maxIter: 10, ...options });
  const definition = await GaussianMixture.fit(points, { tol: 0, maxIter: 10, ...options, device: cpu() });
  near(fit.fitInfo.logLikelihood / n, definition.fitInfo.logLikelihood / n, { abs: 1e-4 }, 'nats a row');
}

/** n rows of d features whose covariance has condition number 1e6 after scaling: one shared factor and noise. */
function correlated(n: number, d: number): Matrix {
  const rng = createRng(17);
  const data = new Float64Array(n * d);
  const noise = Math.sqrt(d / 1e6);
  for (let i = 0; i < n; i++) {
    const cluster = i % 2;
    const shared = rng.normal();
    for (let j = 0; j < d; j++) data[i * d + j] = 6 * cluster * (j % 2) + shared + noise * rng.normal();
  }
  return { data, shape: [n, d] };
}

function labelsBy(n: number, label: (i: number) => number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => label(i));
}

export const hardCases: Case[] = [
  {
    name: 'rows at an offset of 1e6 standard deviations, given as float64',
    async run(backend) {
      const points = randomPoints(4000, 3, 3, { seed: 61, shift: 1e6 });
      await staysClose(points, { nComponents: 3, init: points.labels, device: backend });
    },
  },
  {
    name: 'features whose scales differ by 1e6',
    async run(backend) {
      const points = randomPoints(4000, 3, 4, { seed: 62, scale: j => [1e-3, 1, 1e3, 1][j] });
      await staysClose(points, { nComponents: 3, init: points.labels, regCovar: 1e-12, device: backend });
    },
  },
  {
    name: '30 strongly correlated features: condition number 1e6',
    async run(backend) {
      const points = correlated(6000, 30);
      await staysClose(points, {
        nComponents: 2,
        init: labelsBy(6000, i => i % 2),
        regCovar: 0,
        device: backend,
      });
    },
  },
  {
    name: 'components 1,000 standard deviations apart',
    async run(backend) {
      const points = randomPoints(6000, 6, 3, { seed: 63, spread: 1000 });
      await staysClose(points, { nComponents: 6, init: points.labels, device: backend });
    },
  },
  {
    name: 'features in tiny and huge units',
    async run(backend) {
      const points = randomPoints(2000, 2, 20, { seed: 65, scale: j => (j % 2 ? 1e9 : 1e-9) });
      await staysClose(points, { nComponents: 2, init: points.labels, regCovar: 0, device: backend });
    },
  },
  {
    name: 'unregularised, nearly singular covariances: rounding is not taken for a falling likelihood',
    async run(backend) {
      const noise = backend.device === 'cpu' ? 1e-5 : 1e-3;
      const rng = createRng(18);
      const data = new Float64Array(2000 * 3);
      for (let i = 0; i < 2000; i++) {
        const shared = rng.normal() + 4 * (i % 2);
        for (let j = 0; j < 3; j++) data[3 * i + j] = shared + noise * rng.normal();
      }
      const points = { data, shape: [2000, 3] as const };
      const gmm = await GaussianMixture.fit(points, {
        nComponents: 2,
        regCovar: 0,
        tol: 0,
        maxIter: 60,
        device: backend,
      });
      near(gmm.fitInfo.nIter, 60, {}, 'nIter');
    },
  },
  {
    name: 'a component with 1e-5 of the mass',
    async run(backend) {
      const n = 200_000;
      const rare = (i: number) => i % 100_000 === 7;
      const points = randomPoints(n, 1, 2, { seed: 64 });
      const data = points.data.map((value, at) => (rare(Math.floor(at / 2)) ? 8 + 0.5 * value : value));
      const init = {
        weights: [1 - 1e-5, 1e-5],
        means: [
          [0, 0],
          [8, 8],
        ],
        covariances: [
          [
            [1, 0],
            [0, 1],
          ],
          [
            [1, 0],
            [0, 1],
          ],
        ],
      };
      await staysClose({ data, shape: [n, 2] }, { nComponents: 2, init, maxIter: 5, device: backend });
    },
  },
];
