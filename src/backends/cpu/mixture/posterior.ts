import type { Densities } from '../../../contract/densities.js';
import type { Assignment } from '../../../contract/e-step.js';
import { drawLabels } from './draws.js';
import { expNonPositive } from './exp.js';
import { mixtureLogits } from './logits.js';

/** Where the posterior of a block of rows is written; allocated once, reused block after block. */
export interface PosteriorBlock {
  /** [rows, K] log π_k + log N(x_i | μ_k, Σ_k) */
  readonly logits: Float64Array;
  /** [rows, K] r_ik; or 1 for the label and 0 for the others; or frequencies of draws */
  readonly responsibilities: Float64Array;
  /** [rows] log p(x_i | θ); of hard assignment max_k of the logits */
  readonly logNorms: Float64Array;
  /** [rows] argmax_k, ties to the smaller k */
  readonly labels: Uint32Array;
}

export function posteriorBlock(rows: number, nComponents: number): PosteriorBlock {
  return {
    logits: new Float64Array(rows * nComponents),
    responsibilities: new Float64Array(rows * nComponents),
    logNorms: new Float64Array(rows),
    labels: new Uint32Array(rows),
  };
}

/** Log joint densities of rows [begin, begin + count) of x [n, D], and what normalises them. */
export function mixturePosterior(
  x: Float64Array,
  begin: number,
  count: number,
  densities: Densities,
  block: PosteriorBlock,
  assignment: Assignment = 'exact',
): void {
  mixtureLogits(x, begin, count, densities, block.logits);
  if (assignment === 'hard') oneHot(block, count, densities.nComponents);
  else softmax(block, count, densities.nComponents);
  if (typeof assignment === 'object') drawLabels(block, begin, count, densities.nComponents, assignment);
}

/** r_ik = e^(l_ik − m_i) / Σ_k e^(l_ik − m_i) and m_i + log Σ_k e^(l_ik − m_i), m_i = max_k l_ik. */
function softmax(block: PosteriorBlock, count: number, nComponents: number): void {
  const { logits, responsibilities, logNorms, labels } = block;
  for (let i = 0; i < count; i++) {
    const begin = i * nComponents;
    const end = begin + nComponents;
    const label = argmax(logits, begin, end);
    const largest = logits[label];
    let sum = 0;
    for (let at = begin; at < end; at++) {
      const ratio = expNonPositive(logits[at] - largest);
      responsibilities[at] = ratio;
      sum += ratio;
    }
    const scale = 1 / sum;
    for (let at = begin; at < end; at++) responsibilities[at] *= scale;
    logNorms[i] = largest + Math.log(sum);
    labels[i] = label - begin;
  }
}

function oneHot(block: PosteriorBlock, count: number, nComponents: number): void {
  const { logits, responsibilities, logNorms, labels } = block;
  responsibilities.fill(0, 0, count * nComponents);
  for (let i = 0; i < count; i++) {
    const begin = i * nComponents;
    const label = argmax(logits, begin, begin + nComponents);
    responsibilities[label] = 1;
    logNorms[i] = logits[label];
    labels[i] = label - begin;
  }
}

/** Where the largest of values[begin … end − 1] is; the first of equals. */
function argmax(values: Float64Array, begin: number, end: number): number {
  let at = begin;
  for (let i = begin + 1; i < end; i++) if (values[i] > values[at]) at = i;
  return at;
}
