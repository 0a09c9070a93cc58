import { describe, test } from 'vitest';
import { SHAPES } from './random-model.js';
import { allows, nodeWebgpu } from './regimes.js';
import { equalsItsTwin, eStepAgrees } from './statistics-kernels.js';

const backend = await nodeWebgpu('streamed');

describe.each(['full', 'diag'] as const)('mixture-accumulate and reduce-lanes, %s', covariance => {
  test.each(SHAPES.filter(shape => allows('streamed', covariance, shape)))(
    'N = %i, D = %i, K = %i equal their CPU twin',
    (...shape) => equalsItsTwin(backend, covariance, shape),
  );
  test('1,024 components', () => equalsItsTwin(backend, covariance, [600, 3, 1024]));
  test('many slabs', () => equalsItsTwin(backend, covariance, [70_001, 2, 3]));

  test.each(['exact', 'hard'] as const)('a whole E-step, %s responsibilities', rule =>
    eStepAgrees(backend, covariance, [1300, 6, 5], rule),
  );
});
