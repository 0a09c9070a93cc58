import { describe, test } from 'vitest';
import { posteriorEqualsItsTwin } from './posterior.js';
import { SHAPES } from './random-model.js';
import { nodeWebgpu } from './regimes.js';

const backend = await nodeWebgpu('tiled');

describe('mixture-logits-tiled', () => {
  test.each(SHAPES)('N = %i, D = %i, K = %i equals its CPU twin', (...shape) =>
    posteriorEqualsItsTwin(backend, 'full', shape),
  );
  test('1,024 components', () => posteriorEqualsItsTwin(backend, 'full', [300, 3, 1024]));
});
