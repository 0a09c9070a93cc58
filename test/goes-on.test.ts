/** A fit that stopped, and goes on, is the fit that never stopped: to the last bit, whatever its rules. */
import { describe, expect, test } from 'vitest';
import type { Loaded } from '../src/contract/table.js';
import {
  type Accelerator,
  anderson,
  constrained,
  cpu,
  type EmOptions,
  em,
  exact,
  type Fit,
  factorised,
  gaussian,
  gradient,
  HiddenMarkov,
  hard,
  LatentDirichlet,
  type Model,
  matrix,
  maximumAPosteriori,
  mixture,
  partial,
  poisson,
  sampled,
  squarem,
  stepwise,
  tempered,
  webgpu,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { randomPoints } from './support/synthetic.js';

const backends = [cpu(), await webgpu()];
const N = 240;
const points = randomPoints(N, 3, 2, { spread: 2 });
const rng = createRng(3);
const counts = matrix(
  Float64Array.from({ length: N }, (_, i) => Math.floor((i % 3) * 4 + 6 * rng.uniform())),
  [N, 1],
);
const words = {
  data: Float64Array.from({ length: 600 }, () => Math.floor(4 * rng.uniform())),
  shape: [30, 20],
} as const;

interface Case {
  readonly name: string;
  readonly model: Model<never, never>;
  readonly start: unknown;
  readonly load: (backend: (typeof backends)[number]) => Promise<Loaded>;
  readonly options: EmOptions<never>;
}

const gaussians = mixture(gaussian(), { nComponents: 3 });
const start = {
  weights: new Float64Array(3).fill(1 / 3),
  means: points.data.slice(0, 6),
  covariances: Float64Array.from({ length: 12 }, (_, i) => (i % 4 === 1 || i % 4 === 2 ? 0 : 4)),
};
const labels = Array.from({ length: N }, (_, i) => (i % 12 === 0 ? i % 3 : -1));
const rules = {
  exact,
  hard,
  tempered: tempered([0.4, 0.7, 1]),
  'sampled, averaged': sampled({ draws: 2, seed: 4, average: 4 }),
  partial: partial({ blocks: 4 }),
  stepwise: stepwise({ blocks: 4 }),
  constrained: constrained({ labels, mass: { min: 0.3 } }),
};
const ofGaussians = (name: string, options: EmOptions<never>): Case => ({
  name,
  model: gaussians as never,
  start,
  load: backend => backend.load(points),
  options,
});
const accelerated = (accelerate: Accelerator) => ofGaussians(accelerate.name, { accelerate, tol: 0 });

const poissons = mixture(poisson(), { nComponents: 3 });
const chain = new HiddenMarkov(gaussian(), { nStates: 2 });
const cases: Case[] = [
  ...Object.entries(rules).map(([name, eStep]) => ofGaussians(name, { eStep, tol: 0 })),
  accelerated(squarem),
  accelerated(anderson),
  ofGaussians('maximum a posteriori', { mStep: maximumAPosteriori({}), accelerate: squarem, tol: 0 }),
  {
    name: 'gradient, of counts',
    model: poissons as never,
    start: { weights: new Float64Array(3).fill(1 / 3), rates: Float64Array.of(2, 6, 12) },
    load: backend => backend.load(counts),
    options: { mStep: gradient(), tol: 0 },
  },
  {
    name: 'a hidden Markov model',
    model: chain as never,
    start: {
      initialProbs: Float64Array.of(0.5, 0.5),
      transitionMatrix: Float64Array.of(0.7, 0.3, 0.2, 0.8),
      emission: { means: points.data.slice(0, 4), covariances: start.covariances.slice(0, 8) },
    },
    load: async backend => (await backend.load(points)).divide({ lengths: Uint32Array.of(100, 140) }),
    options: { accelerate: squarem, tol: 0 },
  },
  {
    name: 'topics',
    model: new LatentDirichlet({ nComponents: 3 }) as never,
    start: { components: Float64Array.from({ length: 60 }, () => 0.5 + rng.uniform()) },
    load: backend => backend.loadCounts(words as never),
    options: { eStep: factorised({ maxDocUpdateIter: 3 }), tol: 0 },
  },
];

/** What a fit found, without what going on takes. */
const found = ({ standing, ...rest }: Fit<unknown>) => rest;

describe.each(backends)('$device', backend => {
  test.each(cases)('$name', async ({ model, start, load, options }) => {
    const table = (await load(backend)) as never;
    const run = (from: unknown, maxIter: number) =>
      em(model as Model<unknown, never>, from, table, { ...options, maxIter } as EmOptions<unknown>);
    const whole = await run(start, 9);
    for (const first of [0, 1, 4, 8]) {
      const stopped = await run(start, first);
      const other = await run(stopped, 9 - first);
      expect(other.parameters).toEqual(whole.parameters);
      expect(other.history).toEqual(whole.history);
      expect(other).toMatchObject({ nIter: 9, stopReason: 'maxIter', notes: whole.notes });
      const plain = structuredClone(stopped); // plain data, which a file or a worker can hold
      expect(found(await run(plain, 9 - first))).toEqual(found(other));
    }
    (table as Loaded).dispose();
  });
});

test('a fit that converged goes on by an M-step, and converges again', async () => {
  const rows = await cpu().load(points);
  const fit = await em(gaussians, start as never, rows, { tol: 1e-6, maxIter: 1000 });
  const again = await em(gaussians, fit, rows, { tol: 1e-6, maxIter: 1000 });
  expect(fit.converged).toBe(true);
  expect(again).toMatchObject({ converged: true, nIter: fit.nIter + 1 });
});

test('a fit without its standing begins at its parameters', async () => {
  const rows = await cpu().load(points);
  const { standing, ...fit } = await em(gaussians, start as never, rows, { tol: 0, maxIter: 3 });
  const on = await em(gaussians, fit, rows, { tol: 0, maxIter: 3 });
  const whole = await em(gaussians, start as never, rows, { tol: 0, maxIter: 6 });
  expect(on.history).toEqual(whole.history);
});
