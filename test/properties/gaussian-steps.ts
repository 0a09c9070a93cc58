import { covarianceType } from '../../src/families/covariance/index.js';
import { gaussian } from '../../src/families/gaussian.js';
import type { GaussianMixture, MixtureParameters, Note, Statistics } from '../../src/index.js';
import { at, weightedSquares } from '../../src/numerics/triangle.js';
import { type Findings, figure, TIGHT } from './findings.js';
import { type Case, fit, type Run } from './gaussian.js';
import { precisionNote } from './mixtures.js';
import type { Backends } from './property.js';

/** The objective falls, from one E-step to the next, by no more than docs/formulas.md allows. */
export function checkHistory({ points, recipe }: Case, { model, path }: Run, findings: Findings): void {
  const { history, device } = model.fitInfo;
  const [n, d] = points.shape;
  const epsilon = device === 'cpu' ? 2 ** -53 : 2 ** -24;
  for (const [i, objective] of history.entries()) {
    findings.holds(`objective (${device})`, Number.isFinite(objective), () => `${objective} in step ${i}`);
    const before = history[i - 1];
    const rounding = 64 * epsilon * (Math.abs(before) + n * (1 + d));
    if (i === 0 || before - objective <= rounding) continue;
    const most = rounding + shortfall(recipe, path[i], n, epsilon);
    findings.holds(`objective falls (${device})`, before - objective <= most, () => {
      return `from ${before} by ${figure(before - objective)} in step ${i}, where ${figure(most)} is allowed`;
    });
  }
}

/** By how much Q may have fallen short of its maximum in the M-step that led to these parameters. */
function shortfall(
  { covarianceType: name, regCovar }: Case['recipe'],
  parameters: MixtureParameters,
  n: number,
  epsilon: number,
) {
  const { weights, means, covariances } = parameters;
  const covariance = covarianceType(name);
  const family = gaussian({ covariance, regCovar });
  const [k, d] = [weights.length, means.length / weights.length];
  const isFull = covariance.moments === 'full';
  const counts = weights.map(weight => n * weight);
  const sums = Array.from(counts, (count, c) => {
    const own = Float64Array.from(covariance.component(covariances, c, d));
    for (let j = 0; j < d; j++) own[at(j, j)] -= regCovar;
    const second = isFull ? own : Float64Array.from({ length: d }, (_, j) => own[at(j, j)]);
    return [...new Float64Array(d), ...second.map(value => value * count)];
  });
  const statistics: Statistics = {
    ...{ mass: n, moments: covariance.moments, logLikelihood: 0, counts, origin: means },
    sums: Float64Array.from(sums.flat()),
  };
  return k === 0 ? 0 : family.shortfall(statistics, { means, covariances }, epsilon);
}

/** A mean that is off by e standard deviations costs ½ e² nats a row: this one half of what is allowed. */
const MEAN_ERROR = 1e-2;
/** Components with fewer expected rows have means that a rounded responsibility decides. */
const FEW_ROWS = 1;

/**
 * One step from the same parameters: the same log-likelihood before it, and much the same model after it.
 *
 * @returns the notes of WebGPU's step
 */
export async function checkStep(
  own: Case,
  start: GaussianMixture,
  { cpu, gpu }: Required<Backends>,
  findings: Findings,
): Promise<readonly Note[]> {
  const from = { start, steps: 1 };
  const [{ value: right }, { value: found, error }] = [await fit(own, cpu, from), await fit(own, gpu, from)];
  if (!right) return [];
  if (!found) {
    findings.fail(`step fails (WebGPU alone, ${error?.name})`, `${error?.message}`);
    return [];
  }
  const { notes } = found.model.fitInfo;
  const note = precisionNote(notes);
  const n = own.points.shape[0];
  const total = { note, allowance: () => n * TIGHT.abs };
  const [before, expected] = [found, right].map(({ model }) => model.fitInfo.history.slice(0, 1));
  findings.near('log-likelihood', before, expected, total);
  checkParameters(own, right.model, found.model, findings, note);

  const noise = floatRounding(right.model);
  if (noise > 1e-8) {
    findings.seen.add('step: float64 decides');
    return notes;
  }
  const scores = await Promise.all(
    [found, right].map(({ model }) => model.score(own.points, { device: cpu })),
  );
  findings.near('step', [scores[0]], [scores[1]], { note, each: () => 'nats a row after an M-step' });
  return notes;
}

function checkParameters(
  {
    points: {
      shape: [n, d],
    },
  }: Case,
  right: GaussianMixture,
  found: GaussianMixture,
  findings: Findings,
  note: string | undefined,
): void {
  const covariance = covarianceType(right.covarianceType);
  findings.near('step: weights', found.weights, right.weights, { note });
  right.weights.forEach((weight, c) => {
    if (n * weight < FEW_ROWS) return;
    const own = covariance.component(right.covariances, c, d);
    const means = right.means.subarray(c * d, (c + 1) * d);
    findings.near('step: means', found.means.subarray(c * d, (c + 1) * d), means, {
      note,
      bound: { abs: 0, rel: 8 * Number.EPSILON },
      allowance: j => MEAN_ERROR * Math.sqrt(own[at(j, j)]),
      each: j => `component ${c}, feature ${j}, sd ${figure(Math.sqrt(own[at(j, j)]))}`,
    });
  });
}

/** What rounding of covariances in float64 may do to a log density: u Σ_ij W_ij² Σ_jj. */
export function floatRounding({
  covarianceType: name,
  covariances,
  nComponents: k,
  nFeatures: d,
}: GaussianMixture): number {
  const covariance = covarianceType(name);
  const { factors } = covariance.whiten(covariances, k, d);
  const length = factors.length / k;
  return Array.from({ length: k }, (_, c) => {
    const own = covariance.component(covariances, c, d);
    const variances = Array.from({ length: d }, (_, j) => own[at(j, j)]);
    return Number.EPSILON * weightedSquares(factors.subarray(c * length, (c + 1) * length), variances);
  }).reduce((a, b) => Math.max(a, b));
}
