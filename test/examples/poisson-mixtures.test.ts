import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cpu, em, exact, matrix, mixture, poisson, squarem } from '../../src/index.js';

/** Deaths of women over 80 by day in The Times, London 1910–1912 (Hasselblad 1969): so many days of so many deaths. */
const DAYS = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];
const times = Float64Array.from(DAYS.flatMap((days, deaths) => new Array<number>(days).fill(deaths)));

describe('London Times deaths, two Poissons: the classic slow case', async () => {
  const rows = await cpu().load(matrix(times, [times.length, 1]));
  const model = mixture(poisson(), { nComponents: 2 });
  const start = { weights: Float64Array.of(0.3, 0.7), rates: Float64Array.of(1, 2.5) };
  const stopping = { tol: 1e-13, maxIter: 10_000 };

  test('plain EM: the published optimum, after thousands of iterations', async () => {
    const fit = await em(model, start, rows, { ...stopping, eStep: exact });
    expect(fit.logLikelihood).toBeCloseTo(-1989.94586, 5);
    expect(fit.parameters.weights[0]).toBeCloseTo(0.359885, 3);
    expect(fit.parameters.rates[0]).toBeCloseTo(1.256095, 3);
    expect(fit.parameters.rates[1]).toBeCloseTo(2.663404, 3);
    console.log(fit.nIter, fit.logLikelihood, fit.parameters);
  });

  test('SQUAREM: the same optimum in a twentieth of the E-steps', async () => {
    const fit = await em(model, start, rows, { ...stopping, accelerate: squarem });
    console.log(fit.nIter, fit.nESteps, fit.logLikelihood, fit.parameters);
    expect(fit.logLikelihood).toBeCloseTo(-1989.94586, 5);
    expect(fit.nESteps).toBeLessThan(4826 / 20);
  });
});

test('earthquakes: mixtures of 1 to 4 Poissons reach the published likelihoods', async () => {
  const file = readFileSync(new URL('../reference/earthquakes.csv', import.meta.url), 'utf8');
  const counts = Float64Array.from(file.trim().split('\n').slice(1), line => Number(line.split(',').at(-1)));
  const rows = await cpu().load(matrix(counts, [counts.length, 1]));
  const published = [-391.9189, -360.369, -356.8489, -356.7337];
  const rates = [[19], [15, 26], [12, 19, 31], [10, 16, 21, 33]];
  for (const [i, start] of rates.entries()) {
    const k = i + 1;
    const parameters = { weights: new Float64Array(k).fill(1 / k), rates: Float64Array.from(start) };
    const fit = await em(mixture(poisson(), { nComponents: k }), parameters, rows, {
      tol: 1e-10,
      maxIter: 20_000,
    });
    expect(fit.logLikelihood).toBeCloseTo(published[i], 3);
  }
});
