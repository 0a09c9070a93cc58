import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { anderson, cpu, em, matrix, mixture, poisson } from '../../src/index.js';

test('London Times deaths, two Poissons: the published optimum, with leaps beyond the M-step', async () => {
  // Deaths of women over 80 by day in The Times, 1910–1912 (Hasselblad 1969): so many days of so many deaths.
  const days = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];
  const deaths = Float64Array.from(days.flatMap((count, value) => new Array<number>(count).fill(value)));
  const rows = await cpu().load(matrix(deaths, [deaths.length, 1]));
  const start = { weights: Float64Array.of(0.3, 0.7), rates: Float64Array.of(1, 2.5) };
  const fit = await em(mixture(poisson(), { nComponents: 2 }), start, rows, {
    accelerate: anderson,
    tol: 1e-13,
  });
  expect(fit.logLikelihood).toBeCloseTo(-1989.94586, 6);
  expect(fit.parameters.weights[0]).toBeCloseTo(0.359885, 6);
  expect(Array.from(fit.parameters.rates, rate => rate.toFixed(6))).toEqual(['1.256095', '2.663404']);
});

test('earthquakes: mixtures of 1 to 4 Poissons reach the published likelihoods', async () => {
  const file = readFileSync(new URL('../reference/earthquakes.csv', import.meta.url), 'utf8');
  const counts = Float64Array.from(file.trim().split('\n').slice(1), Number);
  const rows = await cpu().load(matrix(counts, [counts.length, 1]));
  const published = [-391.9189, -360.369, -356.8489, -356.7337];
  const starts = [[19], [15, 26], [12, 19, 31], [10, 16, 21, 33]];
  for (const [i, rates] of starts.entries()) {
    const k = i + 1;
    const start = { weights: new Float64Array(k).fill(1 / k), rates: Float64Array.from(rates) };
    const stopping = { tol: 1e-10, maxIter: 20_000 };
    const fit = await em(mixture(poisson(), { nComponents: k }), start, rows, stopping);
    expect(fit.logLikelihood).toBeCloseTo(published[i], 3);
  }
});
