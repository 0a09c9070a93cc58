import { existsSync, readFileSync } from 'node:fs';
import type { TuningOptions, TuningStore } from '../backends/webgpu/mixture/tuner.js';
import { checkWritable } from './files.js';
import { replaceFile } from './replace-file.js';

/**
 * Whether and where tiles are tuned, as the command line says.
 *
 * @throws FileError for a cache that cannot be written
 */
export async function openTuning(
  tuning: TuningOptions['tuning'],
  cache: string | undefined,
): Promise<TuningOptions> {
  if (cache === undefined) return { tuning };
  await checkWritable(cache);
  return { tuning, tuningStore: fileStore(cache) };
}

/** A store in a JSON file, one object of strings. A file that holds anything else is left as it is. */
function fileStore(path: string): TuningStore {
  return {
    getItem: key => read(path)[key] ?? null,
    setItem: (key, value) =>
      replaceFile(path, () => [`${JSON.stringify({ ...read(path), [key]: value }, null, 2)}\n`]),
  };
}

function read(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const items: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const isStore = items instanceof Object && !Array.isArray(items);
  if (!isStore || Object.values(items).some(value => typeof value !== 'string')) {
    throw new Error(`${path} is no tuning cache.`);
  }
  return items as Record<string, string>;
}
