import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileError } from './files.js';

/** What a file is to hold, in pieces; from the beginning each time it is called. */
export type Content = () => Iterable<string | Uint8Array>;

/**
 * Put `content` in the place of a file all at once: whoever opens the file, also after a crash, finds the old one or
 * the new one, whole. Links are followed, and a file keeps its mode. A pipe or a device is written to as it is.
 *
 * @throws FileError; the old file is as it was
 */
export function replaceFile(path: string, content: Content): void {
  try {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (isStream(path, existing)) writeTo(openSync(path, 'a'), content);
    else replace(followed(path), existing, content);
  } catch (error) {
    throw fileError(path, error, 'written');
  }
}

/** Devices have the files of others behind their names: /dev/stderr may be a log. */
const isStream = (path: string, existing: Stats | undefined): boolean =>
  /^\/(dev|proc)\//.test(resolve(path)) || (existing !== undefined && !existing.isFile());

/** Where links lead; the last may lead to a file that is still to be. */
function followed(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const target = linkOf(path);
    return target === undefined ? path : followed(resolve(dirname(path), target));
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function replace(path: string, existing: Stats | undefined, content: Content): void {
  const folder = dirname(path);
  const temporary = join(folder, `.webgpu-em-${randomUUID()}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    if (existing) keepAccess(file, existing);
    writeTo(file, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (!existing || !IN_PLACE.has(codeOf(error))) throw error;
    writeTo(openSync(path, 'w'), content);
  }
  sync(folder);
}

/** A folder that takes no new file, and a file that is mounted by itself, leave only the old file to write into. */
const IN_PLACE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

function writeTo(file: number, content: Content): void {
  try {
    for (const piece of content()) writeFileSync(file, piece);
    flush(file);
  } finally {
    closeSync(file);
  }
}

/** On the disk, so that a new name never stands for an empty file after a power cut. Pipes have no disk. */
function flush(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EROFS', 'EPERM'].includes(String(codeOf(error)))) throw error;
  }
}

function keepAccess(file: number, { mode, uid, gid }: Stats): void {
  try {
    fchownSync(file, uid, gid);
  } catch {
    // Only root may give files away; the mode matters more.
  }
  fchmodSync(file, mode & 0o7777);
}

/** The new name, too. Not every system opens folders. */
function sync(folder: string): void {
  try {
    const opened = openSync(folder, 'r');
    flush(opened);
    closeSync(opened);
  } catch {
    // The file is there; only a power cut in the next seconds would bring the old one back.
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
