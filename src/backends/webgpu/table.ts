import type { ChainWalks, Sequences } from '../../contract/chains.js';
import type { Densities } from '../../contract/densities.js';
import type { SumOptions, TableEStepOptions } from '../../contract/e-step.js';
import type { Posterior, PosteriorOptions, ResponsibilitySource } from '../../contract/posterior.js';
import type { Statistics } from '../../contract/statistics.js';
import type { Backend, Rows } from '../../contract/table.js';
import { readRows, takeRows } from '../../data/matrix.js';
import { checkDivision } from '../checks.js';
import type { GpuChains } from './chain/chains.js';
import type { GpuMixtures } from './mixture/mixtures.js';
import type { GpuRows } from './rows/rows.js';

/** Rows in device memory; several tables may have the same. */
export class GpuTable implements Rows {
  readonly walks: ChainWalks | undefined;

  constructor(
    readonly backend: Backend,
    private readonly rows: GpuRows,
    private readonly mixtures: GpuMixtures,
    private readonly chains: GpuChains,
    readonly sequences?: Sequences,
  ) {
    this.walks = sequences && chains.along(rows, sequences);
  }

  get shape(): readonly [number, number] {
    return this.rows.shape;
  }

  get center(): Float64Array {
    return this.rows.center;
  }

  get scale(): Float64Array {
    return this.rows.scale;
  }

  get squares(): Float64Array {
    return this.rows.squares;
  }

  get losses(): number {
    return this.rows.losses;
  }

  get weights(): Float64Array | undefined {
    return this.rows.weights?.values;
  }

  get mass(): number {
    return this.rows.massOf(0, this.shape[0]);
  }

  eStep(densities: Densities, options?: TableEStepOptions): Promise<Statistics> {
    return this.mixtures.eStep(this.rows, densities, options);
  }

  accumulate(densities: Densities, source: ResponsibilitySource, options?: SumOptions): Promise<Statistics> {
    return this.mixtures.accumulate(this.rows, densities, source, options);
  }

  posterior(densities: Densities, options?: PosteriorOptions): AsyncIterable<Posterior> {
    return this.mixtures.posterior(this.rows, densities, options);
  }

  divide(sequences: Sequences): Rows {
    checkDivision(sequences, this);
    return new GpuTable(this.backend, this.rows, this.mixtures, this.chains, sequences);
  }

  async inFloat64(): Promise<Rows> {
    const rows = await this.rows.inFloat64();
    return this.sequences ? rows.divide(this.sequences) : rows;
  }

  async read(begin: number, count: number): Promise<Float64Array> {
    return readRows(this.rows.present(), begin, count);
  }

  async take(indices: ArrayLike<number>): Promise<Float64Array> {
    return takeRows(this.rows.present(), indices);
  }

  dispose(): void {
    this.rows.dispose();
  }
}
