import type { ResponsibilitySource } from '../contract/posterior.js';
import { type Moments, type Statistics, statisticLength } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import type { Matrix } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';
import { badNumber, inWords } from '../numbers.js';
import { drawUniform } from '../numerics/counter-rng.js';
import { around, type Start } from './start.js';

/**
 * The M-step of given responsibilities. It runs twice: once about the columns' means to find the components'
 * means, once about those, so that tight components far from the centre keep their digits.
 *
 * @param source makes the same responsibilities each time it is called, rows in order
 */
async function mStepOf<P extends Arrays>(
  model: MixtureModel<P, Family<P>>,
  rows: Rows,
  source: () => ResponsibilitySource,
): Promise<MixtureParameters<P>> {
  const d = rows.shape[1];
  const centers = Float64Array.from({ length: model.nComponents * d }, (_, i) => rows.center[i % d]);
  const about = around(model, rows, centers);
  const rough = await model.on(rows).accumulate(about, source());
  const nearer = around(model, rows, meansOf(rough, model.family.moments));
  return model.mStep(await model.on(rows).accumulate(nearer, source()), nearer).parameters;
}

/** [K, D] the components' means of x. */
function meansOf({ counts, sums, origin }: Statistics, moments: Moments): Float64Array {
  const d = origin.length / counts.length;
  const length = statisticLength(moments, d);
  return origin.map((value, at) => {
    const k = Math.floor(at / d);
    return counts[k] > 0 ? value + sums[k * length + (at % d)] / counts[k] : value;
  });
}

/** Streams of draws that no iteration of the sampled rule has. */
const STREAMS = 2 ** 31;

/** Start from random responsibilities, uniform and normalised: all components begin near the data's centre. */
export const random: Start = (model, rows, { seed = 0, stream = 0 } = {}) =>
  mStepOf(model, rows, () => {
    const k = model.nComponents;
    return (begin, count) => {
      const r = Float64Array.from({ length: count * k }, (_, at) =>
        drawUniform(seed, STREAMS + stream, begin + Math.floor(at / k), at % k),
      );
      for (let i = 0; i < count; i++) {
        const row = r.subarray(i * k, (i + 1) * k);
        const total = row.reduce((sum, value) => sum + value, 0);
        for (let j = 0; j < k; j++) row[j] /= total;
      }
      return r;
    };
  });

/**
 * Start from one component index per row.
 *
 * @throws InvalidArgumentError for a wrong length, or a label that is not an integer from 0 to K − 1
 */
export function fromLabels(labels: ArrayLike<number>): Start {
  return async (model, rows) => {
    const n = rows.shape[0];
    const k = model.nComponents;
    if (labels.length !== n)
      throw new InvalidArgumentError(`Expected ${n} labels, one a row, got ${labels.length}.`);
    const bad = badNumber(labels, label => Number.isInteger(label) && label >= 0 && label < k);
    if (bad >= 0) {
      throw new InvalidArgumentError(
        `Label ${bad} must be an integer from 0 to ${k - 1}, got ${inWords(labels[bad])}.`,
      );
    }
    return mStepOf(model, rows, () => (begin, count) => {
      const r = new Float64Array(count * k);
      for (let i = 0; i < count; i++) r[i * k + labels[begin + i]] = 1;
      return r;
    });
  };
}

/**
 * Start from responsibilities [n, K].
 *
 * @throws InvalidArgumentError for a wrong shape, negative values, or a row that does not sum to 1 (within 1e-3)
 */
export function fromResponsibilities({ data, shape }: Matrix): Start {
  return async (model, rows) => {
    const n = rows.shape[0];
    const k = model.nComponents;
    if (shape[0] !== n || shape[1] !== k || data.length !== n * k) {
      throw new InvalidArgumentError(
        `Expected responsibilities of shape [${n}, ${k}], got [${shape}] with ${data.length} values.`,
      );
    }
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) {
        if (!(data[i * k + j] >= 0)) {
          throw new InvalidArgumentError(`Responsibility [${i}, ${j}] must be ≥ 0, got ${data[i * k + j]}.`);
        }
        sum += data[i * k + j];
      }
      if (Math.abs(sum - 1) > 1e-3) {
        throw new InvalidArgumentError(`Responsibilities of row ${i} must sum to 1, got ${sum}.`);
      }
    }
    return mStepOf(
      model,
      rows,
      () => (begin, count) => Float64Array.from(data.subarray(begin * k, (begin + count) * k)),
    );
  };
}
