import { columnMoments } from '../../data/columns.js';
import { isMatrix, type Matrix, readRows, takeRows } from '../../data/matrix.js';
import { type Counts, checkCounts } from '../../data/sparse-counts.js';
import { InvalidArgumentError, InvalidDataError } from '../../errors.js';
import { statisticLength } from '../../families/moments.js';
import type { Densities } from '../../models/densities.js';
import { pauser } from '../../numerics/pause.js';
import { emptyStatistics, type Statistics } from '../../statistics.js';
import {
  type Assignment,
  type Backend,
  type Block,
  blockRange,
  type Loadable,
  type Posterior,
  type PosteriorOptions,
  type ResponsibilitySource,
  type Rows,
} from '../backend.js';
import { checkFeatures, checkFinite } from '../checks.js';
import type { ResidentCounts } from '../topic-backend.js';
import { ACCUMULATE, BLOCK_ROWS } from './accumulate.js';
import { CpuChains } from './chain.js';
import { loadCounts } from './lda.js';
import { mixturePosterior, posteriorBlock } from './mixture-posterior.js';

class CpuRows implements Rows {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  #data: Float64Array | undefined;

  constructor(
    readonly backend: Backend,
    points: Matrix,
    readonly shape = points.shape,
  ) {
    ({ center: this.center, scale: this.scale } = columnMoments(points));
    this.#data = points.data instanceof Float64Array ? points.data : Float64Array.from(points.data);
  }

  get data(): Float64Array {
    if (!this.#data) throw new InvalidArgumentError('These rows have been disposed of; load them again.');
    return this.#data;
  }

  dispose(): void {
    this.#data = undefined;
  }
}

/** The definition: everything in float64, one formula a file. */
class CpuBackend implements Backend {
  readonly device = 'cpu';
  readonly adapter = 'float64 on the CPU';
  readonly epsilon = Number.EPSILON / 2;
  /** One for all E-steps: many short ones must let the event loop run too. */
  readonly #pause = pauser();
  readonly chains = new CpuChains(dataOf, this.#pause);

  async load(points: Loadable): Promise<Rows> {
    if (!isMatrix(points)) {
      throw new InvalidDataError('A GPU buffer can only be loaded by the WebGPU backend of its device.');
    }
    return new CpuRows(this, points);
  }

  async loadCounts(counts: Counts): Promise<ResidentCounts> {
    return loadCounts(this, checkCounts(counts));
  }

  async eStep(
    rows: Rows,
    densities: Densities,
    assignment: Assignment = 'exact',
    part?: Block,
  ): Promise<Statistics> {
    const x = dataOf(rows);
    const block = posteriorBlock(BLOCK_ROWS, densities.nComponents);
    let logLikelihood = 0;
    const source = (begin: number, count: number) => {
      mixturePosterior(x, begin, count, densities, block, assignment);
      logLikelihood += sum(block.logNorms, count);
      return block.responsibilities;
    };
    const statistics = await this.#reduce(rows, densities, source, part);
    return checkFinite({ ...statistics, logLikelihood });
  }

  accumulate(rows: Rows, densities: Densities, source: ResponsibilitySource): Promise<Statistics> {
    return this.#reduce(rows, densities, source);
  }

  async #reduce(
    rows: Rows,
    densities: Densities,
    source: ResponsibilitySource,
    part?: Block,
  ): Promise<Statistics> {
    const { nComponents, nFeatures, moments, means } = densities;
    checkFeatures(rows, densities);
    const x = dataOf(rows);
    const [first, end] = blockRange(rows.shape[0], part);
    const accumulate = ACCUMULATE[moments];
    const statistics = emptyStatistics(nComponents, statisticLength(moments, nFeatures), means);
    for (let begin = first; begin < end; begin += BLOCK_ROWS) {
      await this.#pause();
      const count = Math.min(BLOCK_ROWS, end - begin);
      const r = source(begin, count);
      accumulate(x, begin, count, r, means, nFeatures, statistics.counts, statistics.sums);
    }
    return { ...statistics, nRows: end - first };
  }

  async *posterior(
    rows: Rows,
    densities: Densities,
    { responsibilities = false, assignment = 'exact' }: PosteriorOptions = {},
  ): AsyncIterable<Posterior> {
    checkFeatures(rows, densities);
    const x = dataOf(rows);
    const nRows = rows.shape[0];
    const { nComponents } = densities;
    const block = posteriorBlock(BLOCK_ROWS, nComponents);
    for (let begin = 0; begin < nRows; begin += BLOCK_ROWS) {
      await this.#pause();
      const count = Math.min(BLOCK_ROWS, nRows - begin);
      mixturePosterior(x, begin, count, densities, block, assignment);
      const labels = block.labels.slice(0, count);
      const logDensities = block.logNorms.slice(0, count);
      if (!responsibilities) yield { begin, labels, logDensities };
      else {
        const r = block.responsibilities.slice(0, count * nComponents);
        const logs = block.logits.slice(0, count * nComponents);
        for (let at = 0; at < logs.length; at++) logs[at] -= logDensities[Math.floor(at / nComponents)];
        yield { begin, labels, logDensities, responsibilities: r, logResponsibilities: logs };
      }
    }
  }

  async read(rows: Rows, begin: number, count: number): Promise<Float64Array> {
    return readRows({ data: dataOf(rows), shape: rows.shape }, begin, count);
  }

  async take(rows: Rows, indices: ArrayLike<number>): Promise<Float64Array> {
    return takeRows({ data: dataOf(rows), shape: rows.shape }, indices);
  }

  dispose(): void {}
}

function dataOf(rows: Rows): Float64Array {
  if (!(rows instanceof CpuRows)) {
    throw new InvalidArgumentError('These rows were loaded by another backend; load them with this one.');
  }
  return rows.data;
}

function sum(values: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += values[i];
  return total;
}

/** The float64 backend on the CPU. */
export function cpu(): Backend {
  return new CpuBackend();
}
