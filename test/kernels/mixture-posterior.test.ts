import { describe, expect, test } from 'vitest';
import { mixturePosterior, posteriorBlock } from '../../src/backends/cpu/mixture-posterior.js';
import type { Backend, Posterior } from '../../src/index.js';
import { allNear, identical, near } from '../support/assert.js';
import { nodeWebgpu } from '../support/node-backend.js';
import { type Problem, randomProblem, SHAPES } from './random-model.js';

const backend = await nodeWebgpu();

async function posteriorOn(on: Backend, { points, densities }: Problem): Promise<Posterior[]> {
  const rows = await on.load(points);
  const all: Posterior[] = [];
  for await (const part of on.posterior(rows, densities, { responsibilities: true })) all.push(part);
  rows.dispose();
  return all;
}

describe.each(['full', 'diag'] as const)('mixture-posterior, %s', covariance => {
  test.each(SHAPES)('N = %i, D = %i, K = %i equals its CPU twin', async (n, d, k) => {
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
        near(
          logits[label],
          Math.max(...logits),
          { abs: 1e-4, rel: 1e-6 },
          `logit of the label of row ${row}`,
        );
      });
    }
    const again = await posteriorOn(backend, problem);
    identical(again[0].logDensities, parts[0].logDensities, 'log densities of a second run');
  });
});

test('ties go to the smaller component', async () => {
  const { points, densities } = randomProblem(100, 2, 3, 'diag');
  for (const array of [densities.means, densities.whitening, densities.logConstants]) {
    const length = array.length / 3;
    array.copyWithin(length, 0, length);
    array.copyWithin(2 * length, 0, length);
  }
  const [{ labels }] = await posteriorOn(backend, { points, densities });
  expect([...labels]).toEqual(Array(100).fill(0));
});

test('1,024 components stream by', async () => {
  const problem = randomProblem(300, 3, 1024, 'full');
  const twin = posteriorBlock(300, 1024);
  mixturePosterior(problem.points.data, 0, 300, problem.densities, twin);
  const [{ logDensities }] = await posteriorOn(backend, problem);
  allNear(logDensities, twin.logNorms, { abs: 5e-5, rel: 3e-6 }, 'log densities');
});
