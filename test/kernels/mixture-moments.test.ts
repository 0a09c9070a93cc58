import { describe, test } from 'vitest';
import { nodeWebgpu } from '../support/node-backend.js';
import { SHAPES } from './random-model.js';
import { equalsItsTwin, eStepAgrees } from './statistics-kernels.js';

const backend = await nodeWebgpu();

describe('mixture-moments', () => {
  test.each(SHAPES)('N = %i, D = %i, K = %i equals its CPU twin', (...shape) =>
    equalsItsTwin(backend, 'diag', shape),
  );

  test.each(['exact', 'hard'] as const)('after mixture-posterior, %s responsibilities', rule =>
    eStepAgrees(backend, 'diag', [1300, 6, 5], rule),
  );

  test('1,024 components', () => equalsItsTwin(backend, 'diag', [600, 3, 1024]));
});
