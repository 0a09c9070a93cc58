import { type DeviceMatrix, type Matrix, matrix } from '../../../data/matrix.js';
import { InvalidDataError } from '../../../errors.js';
import { Commands } from '../device/commands.js';
import { BUFFER_USAGE } from '../device/constants.js';
import type { Context } from '../device/context.js';

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
