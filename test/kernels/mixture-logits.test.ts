import { describe, expect, test } from 'vitest';
import { posteriorEqualsItsTwin, posteriorOn } from './posterior.js';
import { randomProblem, SHAPES } from './random-model.js';
import { allows, nodeWebgpu } from './regimes.js';

const backend = await nodeWebgpu('streamed');

describe.each(['full', 'diag'] as const)('mixture-logits and mixture-normalise, %s', covariance => {
  test.each(SHAPES.filter(shape => allows('streamed', covariance, shape)))(
    'N = %i, D = %i, K = %i equal their CPU twin',
    (...shape) => posteriorEqualsItsTwin(backend, covariance, shape),
  );
  test('1,024 components stream by', () => posteriorEqualsItsTwin(backend, covariance, [300, 3, 1024]));
});

test('ties go to the smaller component', async () => {
  const { points, densities } = randomProblem(100, 2, 3, 'diag');
  for (const array of [densities.means, densities.factors, densities.logConstants]) {
    const length = array.length / 3;
    array.copyWithin(length, 0, length);
    array.copyWithin(2 * length, 0, length);
  }
  const [{ labels }] = await posteriorOn(backend, { points, densities });
  expect([...labels]).toEqual(Array(100).fill(0));
});
