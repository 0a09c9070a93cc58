import { expect } from 'vitest';
import { mixturePosterior, posteriorBlock } from '../../src/backends/cpu/mixture/posterior.js';
import type { Backend, CovarianceName, Posterior } from '../../src/index.js';
import { allNear, identical, near } from '../support/assert.js';
import { type Problem, randomProblem } from './random-model.js';

export async function posteriorOn(on: Backend, { points, densities }: Problem): Promise<Posterior[]> {
  const rows = await on.load(points);
  const all: Posterior[] = [];
  for await (const part of rows.posterior(densities, { responsibilities: true })) all.push(part);
  rows.dispose();
  return all;
}

/** Log densities, responsibilities and labels on the device and by the CPU twin, twice. */
export async function posteriorEqualsItsTwin(
  backend: Backend,
  covariance: CovarianceName,
  [n, d, k]: readonly [number, number, number],
): Promise<void> {
  const problem = randomProblem(n, d, k, covariance);
  const twin = posteriorBlock(n, k);
  mixturePosterior(problem.points.data, 0, n, problem.densities, twin);

  const parts = await posteriorOn(backend, problem);
  expect(parts.reduce((sum, part) => sum + part.labels.length, 0)).toBe(n);
  for (const { begin, labels, logDensities, responsibilities } of parts) {
    labels.forEach((label, i) => {
      const row = begin + i;
      near(logDensities[i], twin.logNorms[row], { rel: 3e-6, abs: 3e-5 }, `log density of row ${row}`);
      const logits = twin.logits.subarray(row * k, (row + 1) * k);
      const expected = logits.map(logit => Math.exp(logit - twin.logNorms[row]));
      allNear(
        responsibilities!.subarray(i * k, (i + 1) * k),
        expected,
        { abs: 1e-4 },
        `posterior of row ${row}`,
      );
      near(logits[label], Math.max(...logits), { abs: 1e-4, rel: 1e-6 }, `logit of the label of row ${row}`);
    });
  }
  const again = await posteriorOn(backend, problem);
  identical(again[0].logDensities, parts[0].logDensities, 'log densities of a second run');
}
