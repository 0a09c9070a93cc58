import { afterAll } from 'vitest';
import { isPossible } from '../../src/backends/webgpu/mixture/regimes.js';
import type { Regime } from '../../src/backends/webgpu/mixture/shape.js';
import type { Moments } from '../../src/contract/statistics.js';
import { type WebGpuBackend, webgpu } from '../../src/index.js';

/** A backend that takes one regime's kernels whatever the shape; without an adapter the file fails. */
export async function nodeWebgpu(regime: Regime): Promise<WebGpuBackend> {
  const backend = await webgpu(undefined, { regime });
  afterAll(() => backend.dispose());
  return backend;
}

/** Whether a regime's kernels can be had for a shape: what stays in registers is written out, number by number. */
export const allows = (
  regime: Regime,
  moments: Moments,
  [, nFeatures, nComponents]: readonly [number, number, number],
) => isPossible(regime, { form: moments === 'first' ? 'linear' : moments, moments, nFeatures, nComponents });
