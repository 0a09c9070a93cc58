import { afterAll, describe, expect, test } from 'vitest';
import type { Regime } from '../../src/backends/webgpu/mixture/shape.js';
import { webgpu } from '../../src/index.js';
import { negativeControl } from './case.js';
import { cases } from './suite.js';

/** A regime of kernels to run the suite on wherever it is possible, instead of the ones the table chooses. */
const regime = process.env.WEBGPU_EM_REGIME as Regime | undefined;

const backend = await webgpu(undefined, { regime }); // no adapter: the suite fails, it does not skip
afterAll(() => backend.dispose());

describe(`conformance: WebGPU in Node on ${backend.adapter}${regime ? `, ${regime}` : ''}`, () => {
  for (const { name, run } of cases) test(name, () => run(backend));
  test('a failing case fails', () => expect(negativeControl.run(backend)).rejects.toThrow('on purpose'));
});
