import { afterAll } from 'vitest';
import type { Regime } from '../../src/backends/webgpu/regimes.js';
import type { Moments } from '../../src/families/covariance/covariance-type.js';
import { type WebGpuBackend, webgpu } from '../../src/index.js';

/** A backend that takes one regime's kernels whatever the shape; without an adapter the file fails. */
export async function nodeWebgpu(regime: Regime): Promise<WebGpuBackend> {
  const backend = await webgpu(undefined, { regime });
  afterAll(() => backend.dispose());
  return backend;
}

/** Shapes that a regime can take: what stays in registers is written out, number by number. */
export const allows: Record<Regime, (moments: Moments, d: number, k: number) => boolean> = {
  strip: (moments, d, k) => k * (moments === 'full' ? d * d : 4 * d) <= 160,
  streamed: (moments, d) => moments === 'diag' || d <= 31,
  tiled: moments => moments === 'full',
};
