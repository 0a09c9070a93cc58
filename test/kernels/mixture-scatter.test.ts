import { describe, test } from 'vitest';
import { SHAPES } from './random-model.js';
import { nodeWebgpu } from './regimes.js';
import { equalsItsTwin, eStepAgrees } from './statistics-kernels.js';

const backend = await nodeWebgpu('tiled');

describe('mixture-scatter', () => {
  test.each(SHAPES)('N = %i, D = %i, K = %i equals its CPU twin', (...shape) =>
    equalsItsTwin(backend, 'full', shape),
  );
  test('1,024 components', () => equalsItsTwin(backend, 'full', [600, 3, 1024]));

  test.each(['exact', 'hard'] as const)('a whole E-step, %s responsibilities', rule =>
    eStepAgrees(backend, 'full', [1300, 6, 5], rule),
  );
});
