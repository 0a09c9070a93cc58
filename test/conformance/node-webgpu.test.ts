import { afterAll, describe, expect, test } from 'vitest';
import { webgpu } from '../../src/index.js';
import { negativeControl } from './case.js';
import { cases } from './suite.js';

const backend = await webgpu(); // no adapter: the suite fails, it does not skip
afterAll(() => backend.dispose());

describe(`conformance: WebGPU in Node on ${backend.adapter}`, () => {
  for (const { name, run } of cases) test(name, () => run(backend));
  test('a failing case fails', () => expect(negativeControl.run(backend)).rejects.toThrow('on purpose'));
});
