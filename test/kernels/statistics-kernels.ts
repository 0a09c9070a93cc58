import { type Assignment, type Backend, type CovarianceName, cpu, type Statistics } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, identical, near } from '../support/assert.js';
import { type Problem, randomProblem } from './random-model.js';

/** Dirichlet-like responsibilities, some of them exactly 0. */
function randomResponsibilities(n: number, k: number): Float64Array {
  const rng = createRng(5, n);
  const r = Float64Array.from({ length: n * k }, () => (rng.uniform() < 0.2 ? 0 : rng.uniform()));
  for (let i = 0; i < n; i++) {
    const row = r.subarray(i * k, (i + 1) * k);
    row[0] += 1e-3;
    const total = row.reduce((a, b) => a + b);
    for (let c = 0; c < k; c++) row[c] /= total;
  }
  return r;
}

async function accumulateOn(
  backend: Backend,
  { points, densities }: Problem,
  r: Float64Array,
): Promise<Statistics> {
  const rows = await backend.load(points);
  const k = densities.nComponents;
  const source = (begin: number, count: number) => r.slice(begin * k, (begin + count) * k);
  const statistics = await rows.accumulate(densities, source);
  rows.dispose();
  return statistics;
}

/** Statistics under given responsibilities, on the device and by the CPU twin, twice. */
export async function equalsItsTwin(
  backend: Backend,
  covariance: CovarianceName,
  [n, d, k]: readonly [number, number, number],
): Promise<void> {
  const problem = randomProblem(n, d, k, covariance);
  const r = randomResponsibilities(n, k);
  const device = await accumulateOn(backend, problem, r);
  const twin = await accumulateOn(cpu(), problem, r);

  allNear(device.counts, twin.counts, { rel: 2e-6 }, 'N_k');
  allNear(device.origin, twin.origin, { abs: 1e-6 }, 'origin');
  // Sums about a rounded mean differ by N_k times the rounding; each is compared against its own size.
  const size = Math.max(...twin.sums.map(Math.abs));
  allNear(device.sums, twin.sums, { abs: 2e-6 * size }, 'sums');

  const again = await accumulateOn(backend, problem, r);
  identical(again.counts, device.counts, 'N_k of a second run');
  identical(again.sums, device.sums, 'sums of a second run');
}

/** A whole E-step on the device and on the CPU: both kernels in a row, and the log-likelihood. */
export async function eStepAgrees(
  backend: Backend,
  covariance: CovarianceName,
  shape: readonly [number, number, number],
  rule: Assignment,
): Promise<void> {
  const { points, densities } = randomProblem(...shape, covariance);
  const eStep = async (on: Backend) => {
    const rows = await on.load(points);
    const statistics = await rows.eStep(densities, { assignment: rule });
    rows.dispose();
    return statistics;
  };
  const [device, twin, again] = [await eStep(backend), await eStep(cpu()), await eStep(backend)];
  near(device.logLikelihood, twin.logLikelihood, { rel: 1e-6 }, 'log-likelihood');
  allNear(device.counts, twin.counts, { rel: 1e-5, abs: 1e-4 }, 'N_k');
  const size = Math.max(...twin.sums.map(Math.abs));
  allNear(device.sums, twin.sums, { abs: 1e-5 * size }, 'sums');
  identical(again.sums, device.sums, 'sums of a second run');
  identical([again.logLikelihood], [device.logLikelihood], 'log-likelihood of a second run');
}
