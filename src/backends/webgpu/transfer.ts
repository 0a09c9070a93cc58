import { type Matrix, matrix } from '../../data/matrix.js';
import { InvalidDataError } from '../../errors.js';
import type { DeviceMatrix } from '../backend.js';
import { BUFFER_USAGE } from './constants.js';
import type { Context } from './context.js';
import type { GpuRows } from './rows.js';

/**
 * Rows of a caller's buffer, brought to the host once: they are centred and scaled in float64 from there.
 *
 * @throws InvalidDataError for a buffer that is too small or cannot be copied from
 */
export async function readMatrix(context: Context, { data, shape: [n, d] }: DeviceMatrix): Promise<Matrix> {
  const bytes = 4 * n * d;
  const buffer = data as GPUBuffer;
  if (!(buffer.size >= bytes) || !(buffer.usage & BUFFER_USAGE.copySource)) {
    throw new InvalidDataError(
      `A GPU buffer of shape [${n}, ${d}] must hold ${bytes} bytes and have COPY_SRC usage, got ${buffer.size} bytes and usage ${buffer.usage}.`,
    );
  }
  return withStaging(context, bytes, 'the rows of a GPU buffer', async staging => {
    await context.guard('copying the rows of a GPU buffer', () => {
      const encoder = context.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
      context.device.queue.submit([encoder.finish()]);
    });
    return matrix(new Float32Array(await context.read(staging, bytes)), [n, d]);
  });
}

/** Rows [begin, begin + count) as [count, D] in the caller's units. */
export async function readRows(
  context: Context,
  rows: GpuRows,
  begin: number,
  count: number,
): Promise<Float64Array> {
  const d = rows.shape[1];
  const bytes = 4 * d * count;
  return withStaging(context, bytes, `${count} rows`, async staging => {
    const encoder = context.device.createCommandEncoder();
    for (let done = 0; done < count; ) {
      const segment = Math.floor((begin + done) / rows.segmentRows);
      const first = begin + done - segment * rows.segmentRows;
      const run = Math.min(count - done, rows.segmentRows - first);
      encoder.copyBufferToBuffer(rows.segments[segment], 4 * d * first, staging, 4 * d * done, 4 * d * run);
      done += run;
    }
    context.device.queue.submit([encoder.finish()]);
    return inCallersUnits(rows, await context.read(staging, bytes));
  });
}

/** Resident rows by index, as [indices.length, D] in the caller's units. */
export async function takeRows(
  context: Context,
  rows: GpuRows,
  indices: ArrayLike<number>,
): Promise<Float64Array> {
  const d = rows.shape[1];
  const bytes = 4 * d * indices.length;
  return withStaging(context, bytes, `${indices.length} rows`, async staging => {
    const encoder = context.device.createCommandEncoder();
    for (let i = 0; i < indices.length; i++) {
      const segment = Math.floor(indices[i] / rows.segmentRows);
      const from = 4 * d * (indices[i] - segment * rows.segmentRows);
      encoder.copyBufferToBuffer(rows.segments[segment], from, staging, 4 * d * i, 4 * d);
    }
    context.device.queue.submit([encoder.finish()]);
    return inCallersUnits(rows, await context.read(staging, bytes));
  });
}

function inCallersUnits({ center, scale, shape: [, d] }: GpuRows, bytes: ArrayBuffer): Float64Array {
  return Float64Array.from(new Float32Array(bytes), (value, i) => center[i % d] + scale[i % d] * value);
}

async function withStaging<T>(
  context: Context,
  bytes: number,
  what: string,
  use: (staging: GPUBuffer) => Promise<T>,
): Promise<T> {
  const { mapRead, copyDestination } = BUFFER_USAGE;
  const staging = await context.guard(what, () => context.buffer(what, bytes, mapRead | copyDestination));
  try {
    return await use(staging);
  } finally {
    context.release(staging);
  }
}
