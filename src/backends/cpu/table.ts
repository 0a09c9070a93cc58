import type { ChainWalks, Sequences } from '../../contract/chains.js';
import type { Densities } from '../../contract/densities.js';
import { type Block, blockRange, type SumOptions, type TableEStepOptions } from '../../contract/e-step.js';
import type { Posterior, PosteriorOptions, ResponsibilitySource } from '../../contract/posterior.js';
import { emptyStatistics, type Statistics } from '../../contract/statistics.js';
import type { Backend, Rows } from '../../contract/table.js';
import { columnMoments } from '../../data/columns.js';
import { type Matrix, readRows, takeRows } from '../../data/matrix.js';
import { InvalidArgumentError } from '../../errors.js';
import { sumOf } from '../../numerics/sum.js';
import { checkDensities, checkDivision, checkFinite } from '../checks.js';
import { CpuWalks } from './chain/walks.js';
import { ACCUMULATE, BLOCK_ROWS } from './mixture/accumulate.js';
import { mixturePosterior, posteriorBlock } from './mixture/posterior.js';
import { weigher } from './mixture/weigh.js';

/** Rows in the memory of the host; several tables may have the same. */
export class CpuMemory {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly squares: Float64Array;
  readonly shape: readonly [number, number];
  readonly mass: number;
  #data: Float64Array | undefined;

  /** @param pause for the event loop; one for all E-steps, since many short ones must let it run too */
  constructor(
    readonly backend: Backend,
    points: Matrix,
    readonly pause: () => Promise<void> | undefined,
    readonly weights?: Float64Array,
  ) {
    this.shape = points.shape;
    this.mass = weights ? sumOf(weights, 0, weights.length) : points.shape[0];
    ({ center: this.center, scale: this.scale, squares: this.squares } = columnMoments(points, weights));
    this.#data = points.data instanceof Float64Array ? points.data : Float64Array.from(points.data);
  }

  /** [n, D] @throws InvalidArgumentError once they were given back */
  get data(): Float64Array {
    if (!this.#data) throw new InvalidArgumentError('These rows have been disposed of; load them again.');
    return this.#data;
  }

  dispose(): void {
    this.#data = undefined;
  }
}

/** The definition: everything in float64, one formula a file. */
export class CpuRows implements Rows {
  readonly walks: ChainWalks | undefined;

  constructor(
    private readonly memory: CpuMemory,
    readonly sequences?: Sequences,
  ) {
    this.walks = sequences && new CpuWalks(memory, sequences);
  }

  get backend(): Backend {
    return this.memory.backend;
  }

  get shape(): readonly [number, number] {
    return this.memory.shape;
  }

  get center(): Float64Array {
    return this.memory.center;
  }

  get scale(): Float64Array {
    return this.memory.scale;
  }

  get squares(): Float64Array {
    return this.memory.squares;
  }

  get weights(): Float64Array | undefined {
    return this.memory.weights;
  }

  get mass(): number {
    return this.memory.mass;
  }

  async eStep(
    densities: Densities,
    { assignment = 'exact', block: part, origin }: TableEStepOptions = {},
  ): Promise<Statistics> {
    const { data: x, weights } = this.memory;
    const block = posteriorBlock(BLOCK_ROWS, densities.nComponents);
    let logLikelihood = 0;
    const source = (begin: number, count: number) => {
      mixturePosterior(x, begin, count, densities, block, assignment);
      if (weights) for (let i = 0; i < count; i++) block.logNorms[i] *= weights[begin + i];
      logLikelihood += sumOf(block.logNorms, 0, count);
      return block.responsibilities;
    };
    const statistics = await this.#reduce(densities, source, origin, part);
    return checkFinite({ ...statistics, logLikelihood });
  }

  accumulate(
    densities: Densities,
    source: ResponsibilitySource,
    { origin }: SumOptions = {},
  ): Promise<Statistics> {
    return this.#reduce(densities, source, origin);
  }

  async #reduce(
    densities: Densities,
    source: ResponsibilitySource,
    origin = densities.means,
    part?: Block,
  ): Promise<Statistics> {
    const { nComponents, nFeatures, moments } = densities;
    checkDensities(this, densities);
    const { data: x, weights, pause } = this.memory;
    const weighed = weigher(weights, nComponents);
    const [first, end] = blockRange(this.shape[0], part);
    const accumulate = ACCUMULATE[moments];
    const statistics = emptyStatistics(nComponents, moments, origin);
    for (let begin = first; begin < end; begin += BLOCK_ROWS) {
      await pause();
      const count = Math.min(BLOCK_ROWS, end - begin);
      const r = weighed(source(begin, count), begin, count);
      accumulate(x, begin, count, r, origin, nFeatures, statistics.counts, statistics.sums);
    }
    return { ...statistics, mass: weights ? sumOf(weights, first, end) : end - first };
  }

  async *posterior(
    densities: Densities,
    { responsibilities = false, assignment = 'exact' }: PosteriorOptions = {},
  ): AsyncIterable<Posterior> {
    checkDensities(this, densities);
    const { data: x, pause } = this.memory;
    const nRows = this.shape[0];
    const { nComponents } = densities;
    const block = posteriorBlock(BLOCK_ROWS, nComponents);
    for (let begin = 0; begin < nRows; begin += BLOCK_ROWS) {
      await pause();
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

  divide(sequences: Sequences): Rows {
    checkDivision(sequences, this);
    return new CpuRows(this.memory, sequences);
  }

  async read(begin: number, count: number): Promise<Float64Array> {
    return readRows(this.memory, begin, count);
  }

  async take(indices: ArrayLike<number>): Promise<Float64Array> {
    return takeRows(this.memory, indices);
  }

  dispose(): void {
    this.memory.dispose();
  }
}
