import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Reads and writes are limited to 2 GiB. */
const AT_ONCE = 2 ** 30;

/** Raw float32, which NumPy reads as it is. */
export function writeFloats(path: string, data: Float32Array): void {
  const file = openSync(path, 'w');
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < bytes.length; )
    at += writeSync(file, bytes, at, Math.min(AT_ONCE, bytes.length - at));
  closeSync(file);
}

export function readFloats(path: string): Float32Array<ArrayBuffer> {
  const file = openSync(path, 'r');
  const bytes = new Uint8Array(fstatSync(file).size);
  for (let at = 0; at < bytes.length; )
    at += readSync(file, bytes, at, Math.min(AT_ONCE, bytes.length - at), null);
  closeSync(file);
  return new Float32Array(bytes.buffer);
}
