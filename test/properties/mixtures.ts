import { type Backend, EmError, type Matrix, type Note } from '../../src/index.js';
import { EXACT, type Findings, LOOSE, TIGHT } from './findings.js';
import type { Backends } from './property.js';

/** What every mixture tells of rows. */
export interface Scored {
  readonly nComponents: number;
  predict(points: Matrix, options: { device: Backend }): Promise<Uint32Array>;
  predictProba(points: Matrix, options: { device: Backend }): Promise<Float64Array>;
  scoreSamples(points: Matrix, options: { device: Backend }): Promise<Float64Array>;
}

interface Posterior {
  readonly scores: Float64Array;
  readonly probabilities: Float64Array;
  readonly labels: Uint32Array;
}

export const posteriorOf = async (model: Scored, points: Matrix, device: Backend): Promise<Posterior> => ({
  scores: await model.scoreSamples(points, { device }),
  probabilities: await model.predictProba(points, { device }),
  labels: await model.predict(points, { device }),
});

/** A result, or the error that the library means people to see. Any other error goes on. */
export async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ value: T; error?: undefined } | { value?: undefined; error: EmError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof EmError) return { error };
    throw error;
  }
}

export const precisionNote = (notes: readonly Note[] = []): string | undefined =>
  notes.find(({ kind }) => kind === 'precision')?.kind;

/**
 * What holds of a known model on any rows: posteriors are posteriors, a row scores alone as among others, and WebGPU
 * scores as the CPU does.
 *
 * @param note of a fit of the same rows, which excuses what is within LOOSE
 * @param terms the size of what log densities of these rows are sums of, which float64 rounds
 */
export async function checkScores(
  model: Scored,
  points: Matrix,
  { cpu, gpu }: Backends,
  findings: Findings,
  note?: string,
  terms = 0,
): Promise<void> {
  const right = await posteriorOf(model, points, cpu);
  checkPosterior(right, model.nComponents, 1e-12, 'CPU', findings);
  await checkBatch(model, points, cpu, right, findings, terms);
  if (!gpu) return;
  const found = await posteriorOf(model, points, gpu);
  checkPosterior(found, model.nComponents, 1e-6, 'WebGPU', findings);
  await checkBatch(model, points, gpu, found, findings, terms);
  findings.near('scores', found.scores, right.scores, { note, each: i => `row ${i}` });
  checkSameShares('responsibilities', found.probabilities, right, model.nComponents, findings, note);
}

/** What errors of TIGHT in the log densities leave open in responsibilities. */
const SHARES = (score: number) => Math.min(1, 4 * (TIGHT.abs + TIGHT.rel * Math.abs(score)));

export function checkSameShares(
  kind: string,
  found: Float64Array,
  { probabilities, scores }: Posterior,
  k: number,
  findings: Findings,
  note?: string,
): void {
  findings.near(kind, found, probabilities, {
    note,
    bound: { abs: 0, rel: 0 },
    allowance: at => SHARES(scores[Math.floor(at / k)]),
    each: at => `row ${Math.floor(at / k)}, component ${at % k}`,
  });
}

/** Shares sum to 1, and labels are of the largest, ties aside. */
function checkPosterior(
  { scores, probabilities, labels }: Posterior,
  k: number,
  rounding: number,
  where: string,
  findings: Findings,
): void {
  labels.forEach((label, i) => {
    const own = probabilities.subarray(i * k, (i + 1) * k);
    const sum = own.reduce((a, b) => a + b, 0);
    const isShare = own.every(share => share >= 0) && Math.abs(sum - 1) <= rounding;
    findings.holds(`posterior (${where})`, isShare, () => `row ${i}: shares sum to ${sum}`);
    const isLargest = own[label] >= Math.max(...own) - rounding;
    findings.holds(`label (${where})`, isLargest, () => `row ${i}: label ${label} of ${own.join(', ')}`);
    findings.holds(`score (${where})`, Number.isFinite(scores[i]), () => `row ${i}: ${scores[i]}`);
  });
}

/** Of rounding that a sum of such terms may be off by. */
export const UNITS = 2 ** -49;

/** The first row, the least likely and one between score alone as they do among the others. */
async function checkBatch(
  model: Scored,
  { data, shape: [n, d] }: Matrix,
  device: Backend,
  { scores }: Posterior,
  findings: Findings,
  terms = 0,
): Promise<void> {
  const least = scores.reduce((at, score, i) => (score < scores[at] ? i : at), 0);
  const rows = [...new Set([0, least, Math.floor(n / 2)])];
  const alone: number[] = [];
  for (const i of rows) {
    const row: Matrix = { data: data.slice(i * d, (i + 1) * d), shape: [1, d] };
    alone.push((await model.scoreSamples(row, { device }))[0]);
  }
  const among = rows.map(i => scores[i]);
  const bound = device.device === 'cpu' ? EXACT : TIGHT;
  findings.near(`batch (${nameOf(device)})`, alone, among, {
    bound,
    each: at => `row ${rows[at]} alone`,
    allowance: () => UNITS * terms,
  });
}

export const nameOf = ({ device }: Backend): string => (device === 'cpu' ? 'CPU' : 'WebGPU');

/** Totals of n rows: a bound a row, or a share of all. */
export const totalBound = (n: number, note: string | undefined) => ({
  ...(note && { note }),
  bound: { abs: n * TIGHT.abs, rel: TIGHT.rel },
  ...(note && { allowance: () => 0 }),
});
export const LOOSE_TOTAL = LOOSE;
