import { type Matrix, matrix } from '../../data/matrix.js';
import { InvalidDataError } from '../../errors.js';
import type { DeviceMatrix } from '../backend.js';
import { Commands } from './commands.js';
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
  const copied = await readBack(context, bytes, 'the rows of a GPU buffer', (commands, staging) =>
    commands.copy(buffer, 0, staging, 0, bytes),
  );
  return matrix(new Float32Array(copied), [n, d]);
}

/** Rows [begin, begin + count) as [count, D] in the caller's units. */
export async function readRows(
  context: Context,
  rows: GpuRows,
  begin: number,
  count: number,
): Promise<Float64Array> {
  const d = rows.shape[1];
  const data = await readBack(context, 4 * d * count, `${count} rows`, (commands, staging) => {
    for (let done = 0; done < count; ) {
      const segment = Math.floor((begin + done) / rows.segmentRows);
      const first = begin + done - segment * rows.segmentRows;
      const run = Math.min(count - done, rows.segmentRows - first);
      commands.copy(rows.segments[segment], 4 * d * first, staging, 4 * d * done, 4 * d * run);
      done += run;
    }
  });
  return inCallersUnits(rows, data);
}

/** Resident rows by index, as [indices.length, D] in the caller's units. */
export async function takeRows(
  context: Context,
  rows: GpuRows,
  indices: ArrayLike<number>,
): Promise<Float64Array> {
  const d = rows.shape[1];
  const data = await readBack(
    context,
    4 * d * indices.length,
    `${indices.length} rows`,
    (commands, staging) => {
      for (let i = 0; i < indices.length; i++) {
        const segment = Math.floor(indices[i] / rows.segmentRows);
        const from = 4 * d * (indices[i] - segment * rows.segmentRows);
        commands.copy(rows.segments[segment], from, staging, 4 * d * i, 4 * d);
      }
    },
  );
  return inCallersUnits(rows, data);
}

function inCallersUnits({ center, scale, shape: [, d] }: GpuRows, bytes: ArrayBuffer): Float64Array {
  return Float64Array.from(new Float32Array(bytes), (value, i) => center[i % d] + scale[i % d] * value);
}

/** Have `copy` bring bytes to where they can be read, and read them. */
export async function readBack(
  context: Context,
  bytes: number,
  what: string,
  copy: (commands: Commands, staging: GPUBuffer) => void,
): Promise<ArrayBuffer> {
  const { mapRead, copyDestination } = BUFFER_USAGE;
  const staging = await context.guard(what, async make => {
    const buffer = make.buffer(what, bytes, mapRead | copyDestination);
    const commands = new Commands(context);
    copy(commands, buffer);
    await commands.submit();
    return buffer;
  });
  try {
    return await context.read(staging, bytes);
  } finally {
    context.release(staging);
  }
}
