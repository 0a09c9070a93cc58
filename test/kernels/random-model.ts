import type { Densities } from '../../src/contract/densities.js';
import { covarianceType } from '../../src/families/covariance/index.js';
import { type CovarianceName, gaussian, type MixtureParameters, mixture } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { at, triangleLength } from '../../src/numerics/triangle.js';

/** Random rows, and densities of one covariance type that overlap them. */
export interface Problem {
  readonly points: { data: Float64Array; shape: readonly [number, number] };
  readonly densities: Densities;
}

export function randomProblem(
  n: number,
  d: number,
  k: number,
  covariance: CovarianceName,
  seed = 1,
): Problem {
  const rng = createRng(seed, n * 131 + d * 17 + k);
  const data = Float64Array.from({ length: n * d }, () => 3 * rng.normal());
  const common = new Float64Array(triangleLength(d));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) common[at(i, j)] = (0.5 * rng.normal()) / d;
    common[at(i, i)] = 4 + rng.uniform();
  }
  const type = covarianceType(covariance);
  const parameters: MixtureParameters = {
    weights: Float64Array.from({ length: k }, () => 1 / k),
    means: Float64Array.from({ length: k * d }, () => rng.normal()),
    covariances: type.repeat(common, k, d),
  };
  const model = mixture(gaussian({ covariance: type }), { nComponents: k });
  return { points: { data, shape: [n, d] }, densities: model.densities(parameters, UNUSED) };
}

/** Columns matter to families of counts only. */
const UNUSED = { center: new Float64Array(), scale: new Float64Array() };

/** Rows, features and components off every tile boundary: 4×4 blocks, 64 rows, 256 rows, 512-row slabs. */
export const SHAPES: readonly [n: number, d: number, k: number][] = [
  [1, 1, 1],
  [63, 1, 3],
  [257, 2, 5],
  [511, 3, 2],
  [513, 4, 3],
  [1030, 5, 7],
  [700, 15, 3],
  [521, 16, 2],
  [300, 17, 5],
  [515, 31, 3],
  [130, 63, 2],
  [200, 65, 3],
  [70, 127, 2],
  [66, 128, 3],
];
