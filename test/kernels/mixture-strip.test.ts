import { describe, test } from 'vitest';
import { SHAPES } from './random-model.js';
import { allows, nodeWebgpu } from './regimes.js';
import { equalsItsTwin, eStepAgrees } from './statistics-kernels.js';

const backend = await nodeWebgpu('strip');

describe.each(['full', 'diag'] as const)('mixture-strip, %s', covariance => {
  const shapes = [...SHAPES, [70_001, 2, 8] as const].filter(shape => allows('strip', covariance, shape));
  describe.each(shapes)('N = %i, D = %i, K = %i', (...shape) => {
    test.each(['exact', 'hard'] as const)('%s responsibilities: an E-step equals the CPU’s', rule =>
      eStepAgrees(backend, covariance, shape, rule),
    );
    test('given responsibilities: statistics equal the CPU’s', () =>
      equalsItsTwin(backend, covariance, shape));
  });
});
