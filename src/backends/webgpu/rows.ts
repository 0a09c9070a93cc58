import { type ColumnMoments, columnMoments } from '../../data/columns.js';
import type { Matrix } from '../../data/matrix.js';
import type { Backend, Rows } from '../backend.js';
import type { Context } from './context.js';
import { Resident } from './resident.js';

/** Segments hold a multiple of this many rows, so that every one but the last fills its workgroups. */
const SEGMENT_UNIT = 256;
/** Bytes converted and uploaded at a time: one block is converted while another is copied, and no third is on its way. */
const UPLOAD_BYTES = 8 * 2 ** 20;

/** Rows in device memory: centred and scaled in float64, then rounded to float32, in segments below every limit. */
export class GpuRows extends Resident implements Rows {
  readonly center: Float64Array;
  readonly scale: Float64Array;

  private constructor(
    readonly backend: Backend,
    context: Context,
    readonly shape: readonly [number, number],
    moments: ColumnMoments,
    readonly segmentRows: number,
    readonly segments: readonly GPUBuffer[],
  ) {
    super(context, 'rows');
    ({ center: this.center, scale: this.scale } = moments);
  }

  static async load(backend: Backend, context: Context, points: Matrix): Promise<GpuRows> {
    const [n, d] = points.shape;
    const { maxBufferSize, maxStorageBufferBindingSize } = context.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const segmentRows = SEGMENT_UNIT * Math.floor(limit / (4 * d * SEGMENT_UNIT));
    const segments = await context.guard(`${n} rows of ${d} features`, make =>
      Array.from({ length: Math.ceil(n / segmentRows) }, (_, segment) =>
        make.storage('rows', 4 * d * Math.min(segmentRows, n - segment * segmentRows)),
      ),
    );
    const rows = new GpuRows(backend, context, points.shape, columnMoments(points), segmentRows, segments);
    try {
      await rows.#upload(points);
    } catch (error) {
      rows.dispose();
      throw error;
    }
    return rows;
  }

  async #upload({ data, shape: [n, d] }: Matrix): Promise<void> {
    const { queue } = this.context.device;
    const blockRows = Math.max(1, Math.floor(UPLOAD_BYTES / (4 * d)));
    const block = new Float32Array(Math.min(blockRows, n) * d); // writeBuffer takes a copy at once
    let copied = Promise.resolve();
    for (const [segment, buffer] of this.segments.entries()) {
      const end = Math.min((segment + 1) * this.segmentRows, n);
      for (let begin = segment * this.segmentRows; begin < end; begin += blockRows) {
        const count = Math.min(blockRows, end - begin);
        for (let i = 0, at = begin * d; i < count; i++) {
          for (let j = 0; j < d; j++, at++) block[i * d + j] = (data[at] - this.center[j]) / this.scale[j];
        }
        await copied;
        queue.writeBuffer(buffer, 4 * d * (begin - segment * this.segmentRows), block, 0, count * d);
        copied = this.context.settle();
      }
    }
    await copied;
  }

  protected free(): void {
    this.context.release(...this.segments);
  }
}
