import type { LoadOptions, Rows } from '../../../contract/table.js';
import { type ColumnMoments, columnMoments } from '../../../data/columns.js';
import type { Matrix } from '../../../data/matrix.js';
import { sumOf } from '../../../numerics/sum.js';
import { cpu } from '../../cpu/index.js';
import type { Context } from '../device/context.js';
import type { Maker } from '../device/memory.js';
import { Resident } from '../device/resident.js';
import { type Extent, extentOf } from '../mixture/linear-rounding.js';
import { FAR, residentUnits, type Units } from './units.js';

/** Segments hold a multiple of this many rows, so that every one but the last fills its workgroups. */
const SEGMENT_UNIT = 256;
/** Bytes converted and uploaded at a time: one block is converted while another is copied, and no third is on its way. */
const UPLOAD_BYTES = 8 * 2 ** 20;

/**
 * Rows in device memory: centred and scaled in float64, then rounded to float32, in segments below every limit. The
 * caller's own rows are kept beside them, for what float32 cannot tell; they must not change meanwhile.
 */
export class GpuRows extends Resident {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly squares: Float64Array;
  /** Rows beyond FAR, ascending; never resident. */
  readonly far: Uint32Array;
  /** Rows that are not resident now, ascending, and what is resident in the place of each. */
  #hidden: { readonly indices: Uint32Array; readonly substitute: Float32Array };
  #twin: Promise<Rows> | undefined;
  #resident: Segments | undefined;
  #extent: Extent | undefined;

  private constructor(
    context: Context,
    readonly points: Matrix,
    moments: ColumnMoments,
    readonly units: Units,
    /** [n] how often each row counts; absent: once. */
    private readonly weightsOfRows: Float64Array | undefined,
    private readonly renew: Renewal,
  ) {
    super(context, 'rows');
    ({ center: this.center, scale: this.scale, squares: this.squares } = moments);
    this.far = farRows(points, units);
    this.#hidden = { indices: this.far, substitute: new Float32Array(points.shape[1]) };
  }

  get shape() {
    return this.points.shape;
  }

  /** Σ of the weights of rows [begin, end). */
  massOf(begin: number, end: number): number {
    return this.weightsOfRows ? sumOf(this.weightsOfRows, begin, end) : end - begin;
  }

  get segments(): readonly GPUBuffer[] {
    return this.#resident?.rows ?? [];
  }

  get segmentRows(): number {
    return this.#resident?.segmentRows ?? 0;
  }

  /** How often each row counts; absent: once. */
  get weights(): GpuWeights | undefined {
    return this.#resident?.weights;
  }

  /** `units`: default those that suit the rows. */
  static async load(
    context: Context,
    points: Matrix,
    { units, weights }: LoadOptions = {},
    renew: Renewal = async () => undefined,
  ): Promise<GpuRows> {
    const moments = columnMoments(points, weights);
    const resident = units ?? residentUnits(points, moments);
    const rows = new GpuRows(context, points, moments, resident, weights, renew);
    try {
      await rows.moveTo(context);
    } catch (error) {
      rows.dispose();
      throw error;
    }
    return rows;
  }

  protected override renewal(): Promise<Context | undefined> {
    return this.renew();
  }

  protected override async moveTo(context: Context): Promise<void> {
    const [n, d] = this.shape;
    const { maxBufferSize, maxStorageBufferBindingSize } = context.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const segmentRows = SEGMENT_UNIT * Math.floor(limit / (4 * d * SEGMENT_UNIT));
    const buffers = (make: Maker, name: string, width: number) =>
      Array.from({ length: Math.ceil(n / segmentRows) }, (_, segment) =>
        make.storage(name, 4 * width * Math.min(segmentRows, n - segment * segmentRows)),
      );
    const values = this.weightsOfRows;
    this.#resident = await context.guard(`${n} rows of ${d} features`, make => ({
      segmentRows,
      rows: buffers(make, 'rows', d),
      weights: values && new GpuWeights(values, buffers(make, 'weights', 1)),
    }));
    this.weights?.upload(context, segmentRows);
    this.#hidden = { indices: this.far, substitute: new Float32Array(d) };
    await this.#upload();
  }

  async #upload(): Promise<void> {
    const { queue } = this.context.device;
    const { data, shape } = this.points;
    const [n, d] = shape;
    const { center, scale } = this.units;
    const blockRows = Math.max(1, Math.floor(UPLOAD_BYTES / (4 * d)));
    const block = new Float32Array(Math.min(blockRows, n) * d); // writeBuffer takes a copy at once
    let copied = Promise.resolve();
    for (const [segment, buffer] of this.segments.entries()) {
      const end = Math.min((segment + 1) * this.segmentRows, n);
      for (let begin = segment * this.segmentRows; begin < end; begin += blockRows) {
        const count = Math.min(blockRows, end - begin);
        for (let i = 0, at = begin * d; i < count; i++) {
          for (let j = 0; j < d; j++, at++) block[i * d + j] = (data[at] - center[j]) / scale[j];
        }
        await copied;
        queue.writeBuffer(buffer, 4 * d * (begin - segment * this.segmentRows), block, 0, count * d);
        copied = this.context.settle();
      }
    }
    await copied;
    this.#write(this.far, () => this.#hidden.substitute);
  }

  #write(indices: ArrayLike<number>, row: (index: number) => Float32Array): void {
    const { queue } = this.context.device;
    const bytes = 4 * this.shape[1];
    for (let i = 0; i < indices.length; i++) {
      const segment = Math.floor(indices[i] / this.segmentRows);
      const place = indices[i] - segment * this.segmentRows;
      queue.writeBuffer(this.segments[segment], bytes * place, row(indices[i]) as Float32Array<ArrayBuffer>);
    }
  }

  /** Have all rows resident but these. */
  hide(indices: Uint32Array, substitute: Float32Array): void {
    const last = this.#hidden;
    if (last.indices.length === 0 && indices.length === 0) return;
    const { data, shape } = this.points;
    const d = shape[1];
    const { center, scale } = this.units;
    const row = new Float32Array(d);
    const own = (index: number) => {
      for (let j = 0; j < d; j++) row[j] = (data[index * d + j] - center[j]) / scale[j];
      return row;
    };
    const hidden = new Set(indices);
    const moved = substitute.some((value, j) => value !== last.substitute[j]);
    const before = moved ? new Set<number>() : new Set(last.indices);
    this.#write(
      last.indices.filter(index => !hidden.has(index)),
      own,
    );
    this.#write(
      indices.filter(index => !before.has(index)),
      () => substitute,
    );
    this.#hidden = { indices, substitute };
  }

  /** The caller's rows. @throws InvalidArgumentError once they were disposed of */
  present(): Matrix {
    this.checkResident();
    return this.points;
  }

  get extent(): Extent {
    this.#extent ??= extentOf(this.points, this.units);
    return this.#extent;
  }

  /** The same rows on the CPU, in float64. */
  inFloat64(): Promise<Rows> {
    this.#twin ??= cpu().load(this.present(), { weights: this.weightsOfRows });
    return this.#twin;
  }

  protected free(): void {
    this.context.release(...this.segments, ...(this.weights?.segments ?? []));
    this.#resident = undefined;
  }
}

/** Another device in the place of a lost one; undefined where the caller has to see to that. */
export type Renewal = () => Promise<Context | undefined>;

/** What is on the device. */
interface Segments {
  readonly segmentRows: number;
  readonly rows: readonly GPUBuffer[];
  readonly weights: GpuWeights | undefined;
}

/** Weights of rows, in float64 on the host and in float32 beside the rows. */
export class GpuWeights {
  constructor(
    /** [n] */
    readonly values: Float64Array,
    readonly segments: readonly GPUBuffer[],
  ) {}

  upload({ device: { queue } }: Context, segmentRows: number): void {
    this.segments.forEach((buffer, segment) => {
      const own = this.values.subarray(segment * segmentRows, (segment + 1) * segmentRows);
      queue.writeBuffer(buffer, 0, Float32Array.from(own));
    });
  }
}

/** Rows of which some column is beyond FAR, ascending. */
function farRows({ data, shape: [n, d] }: Matrix, { center, scale }: Units): Uint32Array {
  const low = center.map((value, j) => value - FAR * scale[j]);
  const high = center.map((value, j) => value + FAR * scale[j]);
  const far: number[] = [];
  for (let i = 0, at = 0; i < n; i++) {
    let isFar = false;
    for (let j = 0; j < d; j++, at++) isFar ||= data[at] < low[j] || data[at] > high[j];
    if (isFar) far.push(i);
  }
  return Uint32Array.from(far);
}
