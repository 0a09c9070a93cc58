import { covarianceType } from '../../src/families/covariance/index.js';
import { GaussianMixture, type Matrix } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { EXACT, type Findings, TIGHT } from './findings.js';
import type { Case } from './gaussian.js';
import { checkSameShares, nameOf, posteriorOf } from './mixtures.js';
import type { Backends } from './property.js';

/** Columns times powers of 2, which are exact, and the model with them: scores move by their logarithms, nothing else. */
export async function checkUnits(
  { points, recipe }: Case,
  model: GaussianMixture,
  { cpu, gpu }: Backends,
  findings: Findings,
): Promise<void> {
  const d = points.shape[1];
  const powers = powersOf(recipe.table.seed, d, model.covarianceType === 'spherical');
  const units = powers.map(power => 2 ** power);
  const shift = powers.reduce((sum, power) => sum + power, 0) * Math.LN2;
  const scaled = scaledModel(model, units);
  const rows: Matrix = {
    ...points,
    data: Float64Array.from(points.data, (value, at) => value * units[at % d]),
  };
  for (const backend of gpu ? [cpu, gpu] : [cpu]) {
    const before = await posteriorOf(model, points, backend);
    const after = await posteriorOf(scaled, rows, backend);
    const bound = backend === cpu ? { abs: 1e-9 * (1 + Math.abs(shift)), rel: EXACT.rel } : TIGHT;
    const where = nameOf(backend);
    findings.near(
      `units: scores (${where})`,
      after.scores.map(score => score + shift),
      before.scores,
      {
        ...{ bound, each: i => `row ${i}` },
      },
    );
    checkSameShares(
      `units: responsibilities (${where})`,
      after.probabilities,
      before,
      model.nComponents,
      findings,
    );
  }
}

function powersOf(seed: number, d: number, isCommon: boolean): number[] {
  const rng = createRng(seed, 1);
  const powers = Array.from({ length: d }, () => rng.integer(61) - 30);
  return isCommon ? powers.map(() => powers[0]) : powers;
}

function scaledModel(
  { weights, means, covariances, covarianceType: name, nFeatures: d }: GaussianMixture,
  units: number[],
) {
  const unitOf: Record<typeof name, (at: number) => number> = {
    full: at => units[Math.floor(at / d) % d] * units[at % d],
    tied: at => units[Math.floor(at / d)] * units[at % d],
    diag: at => units[at % d] ** 2,
    spherical: () => units[0] ** 2,
  };
  const given = {
    weights,
    means: means.map((value, at) => value * units[at % d]),
    covariances: covariances.map((value, at) => value * unitOf[name](at)),
  };
  return GaussianMixture.fromParameters(given, { covarianceType: covarianceType(name).name });
}
