import { describe, expect, test } from 'vitest';
import {
  type Accelerator,
  anderson,
  cpu,
  em,
  gaussian,
  matrix,
  mixture,
  poisson,
  squarem,
  tied,
  webgpu,
} from '../src/index.js';
import { faithful } from './conformance/reference.js';

/** Deaths of women over 80 by day in The Times, London 1910–1912 (Hasselblad 1969): so many days of so many deaths. */
const DAYS = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];
const deaths = Float64Array.from(DAYS.flatMap((days, count) => new Array<number>(days).fill(count)));
const londonStart = { weights: Float64Array.of(0.3, 0.7), rates: Float64Array.of(1, 2.5) };

/** Within 1e-9 of the optimum after so many E-steps. */
async function eStepsTo<P>(
  optimum: number,
  run: (options: {
    accelerate?: Accelerator;
    onIteration: (p: { logLikelihood: number }) => void;
  }) => Promise<P>,
  accelerate?: Accelerator,
): Promise<{ within: number; total: number }> {
  let evaluated = 0;
  let within = Number.POSITIVE_INFINITY;
  await run({
    accelerate: accelerate && counting(accelerate, () => evaluated++),
    onIteration: ({ logLikelihood }) => {
      evaluated++;
      if (optimum - logLikelihood <= 1e-9) within = Math.min(within, evaluated);
    },
  });
  return { within, total: evaluated };
}

/** Refused leaps are E-steps that nobody is told of. */
const counting = (accelerator: Accelerator, refused: () => void): Accelerator => ({
  ...accelerator,
  begin(model) {
    const inner = accelerator.begin(model);
    return {
      leap: (previous, maximised, memory) => inner.leap(previous, maximised, memory),
      rejected(memory) {
        refused();
        return inner.rejected(memory);
      },
    };
  },
});

describe('London Times deaths, two Poissons: the classic slow case', async () => {
  const rows = await cpu().load(matrix(deaths, [deaths.length, 1]));
  const model = mixture(poisson(), { nComponents: 2 });
  const fit = await em(model, londonStart, rows, { tol: 0, maxIter: 5000 });
  const run = (options: object) => em(model, londonStart, rows, { tol: 0, maxIter: 2500, ...options });

  test('plain EM reaches the published optimum, slowly', async () => {
    expect(fit.logLikelihood).toBeCloseTo(-1989.94586, 6);
    expect(fit.parameters.weights[0]).toBeCloseTo(0.359885, 6);
    expect(fit.parameters.rates[0]).toBeCloseTo(1.256095, 6);
    expect(fit.parameters.rates[1]).toBeCloseTo(2.663404, 6);
    expect((await eStepsTo(fit.logLikelihood, run)).within).toBeGreaterThan(2000);
  });

  test('SQUAREM: a tenth of the E-steps, Anderson: a fiftieth, to the same likelihood within 1e-9', async () => {
    const plain = (await eStepsTo(fit.logLikelihood, run)).within;
    expect((await eStepsTo(fit.logLikelihood, run, squarem)).within).toBeLessThan(plain / 10);
    expect((await eStepsTo(fit.logLikelihood, run, anderson)).within).toBeLessThan(plain / 50);
  });

  test.each([squarem, anderson])(
    '$name on WebGPU: the same optimum to float32, never falling beyond rounding',
    async accelerate => {
      const backend = await webgpu();
      const resident = await backend.load(matrix(deaths, [deaths.length, 1]));
      const { history } = await em(model, londonStart, resident, { tol: 1e-9, maxIter: 400, accelerate });
      expect(Math.abs(history[history.length - 1] / fit.logLikelihood - 1)).toBeLessThan(1e-6);
      const rounding = 1e-6 * Math.abs(history[0]);
      expect(history.every((value, i) => i === 0 || value >= history[i - 1] - rounding)).toBe(true);
      backend.dispose();
    },
  );
});

test.each([squarem, anderson])(
  'Old Faithful, tied, K = 3: $name reaches the published optimum',
  async accelerate => {
    const rows = await cpu().load(faithful);
    const model = mixture(gaussian({ covariance: tied, regCovar: 0 }), { nComponents: 3 });
    const start = {
      weights: Float64Array.of(0.3, 0.3, 0.4),
      means: Float64Array.of(2, 54, 4, 75, 4.5, 85),
      covariances: Float64Array.of(0.2, 0.5, 0.5, 30),
    };
    const run = (options: object) => em(model, start, rows, { tol: 0, maxIter: 4000, ...options });
    const plain = await run({});
    expect(plain.logLikelihood).toBeCloseTo(-1126.315928, 5);
    const slow = (await eStepsTo(plain.logLikelihood, run)).within;
    const fast = (
      await eStepsTo(plain.logLikelihood, options => run({ ...options, maxIter: 600 }), accelerate)
    ).within;
    expect(fast).toBeLessThan(slow / 2);
  },
);
