import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decompressed, textOf } from '../data/text.js';
import { EmError, ModelFormatError } from '../errors.js';
import { brief } from '../quote.js';

/** A file or folder cannot be opened, read or written. */
export class FileError extends EmError {
  override readonly name = 'FileError';
  readonly code = 'file';
}

/** The bytes of a file, decompressed if it is gzipped; of stdin for `-`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
    for await (const chunk of stream) chunks.push(chunk);
  } catch (error) {
    throw fileError(path, error, 'read');
  }
  return decompressed(Buffer.concat(chunks));
}

/** The text of a file, or of stdin for `-`. */
export const readText = async (path: string): Promise<string> => textOf(await readBytes(path));

/** The value in a JSON file. */
export const readJson = (path: string): Promise<unknown> =>
  about(path, async () => parseJson(await readText(path)));

/** @throws ModelFormatError */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error; // which may show a part of the text
    throw new ModelFormatError(`Expected a model in JSON. ${brief(message, 200)}.`, { cause });
  }
}

/** Run `read`, and begin the message of whatever goes wrong with the file's name. */
export async function about<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EmError && !(error instanceof FileError)) {
      error.message = `${path === '-' ? 'stdin' : path}: ${error.message}`;
    }
    throw error;
  }
}

/** Whether a name stands for stdout, whose file must not be replaced under it. */
export const isStdout = (path: string): boolean =>
  /^(-|\/dev\/stdout|\/dev\/fd\/1|\/proc\/self\/fd\/1)$/.test(path);

/** Check, before any work is done for it, that a file can be written; `-` is stdout. */
export async function checkWritable(path: string): Promise<void> {
  if (isStdout(path)) return;
  try {
    const folder = dirname(path);
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    await access(existing ? path : folder, constants.W_OK);
  } catch (error) {
    throw fileError(path, error, 'written');
  }
}

/** What the system says, in words. */
export function fileError(path: string, cause: unknown, doing: 'read' | 'written'): FileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const folder = dirname(path);
  const reasons: Record<string, string> = {
    ENOENT: doing === 'read' ? 'there is no such file' : `there is no folder ${folder}`,
    EISDIR: 'it is a folder; expected a file',
    ENOTDIR: `${folder} is not a folder`,
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EFBIG: 'the file would be larger than may be',
  };
  return new FileError(`${path} cannot be ${doing}: ${reasons[code ?? ''] ?? message}.`, { cause });
}
