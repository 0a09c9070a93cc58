import type { Densities } from '../../../contract/densities.js';
import type { Assignment, TableEStepOptions } from '../../../contract/e-step.js';
import type { Posterior } from '../../../contract/posterior.js';
import { add, emptyStatistics, type Note, type Statistics, scale } from '../../../contract/statistics.js';
import { takeRows } from '../../../data/matrix.js';
import { sumOf } from '../../../numerics/sum.js';
import { ACCUMULATE, BLOCK_ROWS } from '../../cpu/mixture/accumulate.js';
import { drawLabels } from '../../cpu/mixture/draws.js';
import { mixturePosterior, type PosteriorBlock, posteriorBlock } from '../../cpu/mixture/posterior.js';
import { weigher } from '../../cpu/mixture/weigh.js';
import type { GpuRows } from '../rows/rows.js';
import type { AllRows } from './resolution.js';
import { LEAST_SHARE } from './substitute.js';

/** Some rows of a table, as the CPU backend's loops take them. */
export interface Selection {
  /** [rows] of the table */
  readonly indices: Uint32Array;
  /** [rows, D] in the caller's units */
  readonly x: Float64Array;
  /** [rows] how often each counts; absent: once. */
  readonly weights?: Float64Array;
}

/** Rows that are not resident, and what is in their place. */
export interface Hidden extends Selection {
  readonly substitutes: Selection;
}

/** Have all rows resident but these. @returns those of [begin, end) */
export function hideRows(
  rows: GpuRows,
  indices: Uint32Array,
  substitute: Float32Array,
  begin = 0,
  end = rows.shape[0],
): Hidden {
  rows.hide(indices, substitute);
  const hidden = rowsOf(rows, indices, begin, end);
  const place = placeOf(rows, substitute);
  const x = hidden.x.map((_, at) => place[at % place.length]);
  return { ...hidden, substitutes: { ...hidden, x } };
}

/** Where the substitute is, in the caller's units. */
const placeOf = ({ units: { center, scale } }: GpuRows, substitute: Float32Array): Float64Array =>
  Float64Array.from(substitute, (value, j) => center[j] + scale[j] * value);

/** Those of the rows that are in [begin, end). */
export function rowsOf(
  { points, weights }: GpuRows,
  indices: Uint32Array,
  begin: number,
  end: number,
): Selection {
  const own = indices.filter(index => index >= begin && index < end);
  const weighed = weights && { weights: Float64Array.from(own, index => weights.values[index]) };
  return { indices: own, x: takeRows(points, own), ...weighed };
}

/** What the device found, with hidden rows in the place of their substitutes. */
export function corrected(
  found: Statistics,
  hidden: Hidden,
  partOf: (rows: Selection) => Statistics,
): Statistics {
  if (hidden.indices.length === 0) return found;
  const sum = add(add(found, partOf(hidden)), scale(partOf(hidden.substitutes), -1));
  return { ...sum, mass: found.mass };
}

/** Rows of which some of the components have a part. */
export async function rowsHeldBy(
  components: readonly number[],
  posteriors: readonly (() => Promise<Posterior>)[],
  k: number,
): Promise<number[]> {
  const held: number[] = [];
  for (const read of posteriors) {
    const { begin, labels, responsibilities } = await read();
    const r = responsibilities as Float64Array;
    for (let i = 0; i < labels.length; i++) {
      if (components.some(component => r[i * k + component] > LEAST_SHARE)) held.push(begin + i);
    }
  }
  return held;
}

/** An E-step of some rows. */
export function eStepOf(
  selection: Selection,
  densities: Densities,
  origin: Float64Array,
  assignment: Assignment,
): Statistics {
  const { nComponents } = densities;
  const block = posteriorBlock(BLOCK_ROWS, nComponents);
  let logLikelihood = 0;
  const { weights } = selection;
  const statistics = statisticsOf(selection, densities, origin, (begin, count) => {
    posteriorOf(selection, begin, count, densities, block, assignment);
    for (let i = 0; i < count; i++) logLikelihood += (weights?.[begin + i] ?? 1) * block.logNorms[i];
    return block.responsibilities;
  });
  return { ...statistics, logLikelihood };
}

/** Statistics of some rows; `source` counts them from 0. */
export function statisticsOf(
  { indices, x, weights }: Selection,
  { nComponents, nFeatures, moments }: Densities,
  origin: Float64Array,
  source: (begin: number, count: number) => Float64Array,
): Statistics {
  const statistics = emptyStatistics(nComponents, moments, origin);
  const weighed = weigher(weights, nComponents);
  for (let begin = 0; begin < indices.length; begin += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, indices.length - begin);
    const r = weighed(source(begin, count), begin, count);
    ACCUMULATE[moments](x, begin, count, r, origin, nFeatures, statistics.counts, statistics.sums);
  }
  return { ...statistics, mass: weights ? sumOf(weights, 0, weights.length) : indices.length };
}

/** Draws depend on which row it is, so that they are made one by one. */
function posteriorOf(
  { indices, x }: Selection,
  begin: number,
  count: number,
  densities: Densities,
  block: PosteriorBlock,
  assignment: Assignment,
): void {
  const { nComponents: k } = densities;
  const isDrawn = typeof assignment === 'object';
  mixturePosterior(x, begin, count, densities, block, isDrawn ? 'exact' : assignment);
  if (!isDrawn) return;
  for (let i = 0; i < count; i++) {
    const own = {
      responsibilities: block.responsibilities.subarray(i * k, (i + 1) * k),
      labels: block.labels.subarray(i, i + 1),
    };
    drawLabels(own, indices[begin + i], 1, k, assignment);
  }
}

/** Write the posteriors of hidden rows over those of their substitutes. */
export function patchPosterior(
  posterior: Posterior,
  { indices, x }: Selection,
  densities: Densities,
  assignment: 'exact' | 'hard',
): Posterior {
  const { nComponents: k } = densities;
  const block = posteriorBlock(1, k);
  indices.forEach((index, i) => {
    const row = index - posterior.begin;
    mixturePosterior(x, i, 1, densities, block, assignment);
    posterior.labels[row] = block.labels[0];
    posterior.logDensities[row] = block.logNorms[0];
    if (!posterior.responsibilities) return;
    posterior.responsibilities.set(block.responsibilities, row * k);
    posterior.logResponsibilities?.set(
      block.logits.map(logit => logit - block.logNorms[0]),
      row * k,
    );
  });
  return posterior;
}

/** An E-step of all rows on the CPU. It says so. */
export async function eStepOfAll(
  rows: GpuRows,
  densities: Densities,
  options: TableEStepOptions,
  all: AllRows,
): Promise<Statistics> {
  const twin = await rows.inFloat64();
  const statistics = await twin.eStep(densities, options);
  return { ...statistics, notes: precisionNotes(all) };
}

export function precisionNotes({ component, why, isSmall }: AllRows): Note[] {
  const message = `float32 is too coarse for component ${component}: ${why}. E-steps where that was so ran in float64 on the CPU. Try device: 'cpu', or columns of which a common offset has been subtracted.`;
  return isSmall ? [] : [{ kind: 'precision', component, message }];
}
