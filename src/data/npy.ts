import { FileFormatError, InvalidDataError } from '../errors.js';
import { brief, quote } from '../quote.js';
import { checkFeatures, type Matrix, matrix } from './matrix.js';

/** What `formatNpy` writes: a matrix, or a vector of values or labels. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array | Int32Array | Uint32Array;
  /** [n] or [n, d], row-major */
  readonly shape: readonly number[];
}

type Numbers = Float32Array | Float64Array;

/** NumPy's type codes, and how little-endian bytes of each are read. */
const READERS: Record<string, { size: number; read: (bytes: ArrayBuffer) => Numbers }> = {
  f2: { size: 2, read: bytes => fromHalves(new Uint16Array(bytes)) },
  f4: { size: 4, read: bytes => new Float32Array(bytes) },
  f8: { size: 8, read: bytes => new Float64Array(bytes) },
  b1: { size: 1, read: bytes => Float64Array.from(new Uint8Array(bytes), byte => (byte === 0 ? 0 : 1)) },
  i1: { size: 1, read: bytes => Float64Array.from(new Int8Array(bytes)) },
  i2: { size: 2, read: bytes => Float64Array.from(new Int16Array(bytes)) },
  i4: { size: 4, read: bytes => Float64Array.from(new Int32Array(bytes)) },
  i8: { size: 8, read: bytes => fromBigInts(new BigInt64Array(bytes)) },
  u1: { size: 1, read: bytes => Float64Array.from(new Uint8Array(bytes)) },
  u2: { size: 2, read: bytes => Float64Array.from(new Uint16Array(bytes)) },
  u4: { size: 4, read: bytes => Float64Array.from(new Uint32Array(bytes)) },
  u8: { size: 8, read: bytes => fromBigInts(new BigUint64Array(bytes)) },
};

const MAGIC = '\x93NUMPY';

/** Whether a file begins as `.npy` files do. */
export const isNpy = (file: Uint8Array): boolean => latin1(file, 0, 6) === MAGIC;

/**
 * Read a NumPy `.npy` file (format 1.0 to 3.0) of one or two dimensions; a vector of n is n × 1.
 *
 * float16 and float32 become float32; float64, integers and bools (0 and 1) become float64. Either byte order, C or
 * Fortran order.
 *
 * @throws FileFormatError for anything else, for a truncated file, and for an integer beyond 2⁵³, which float64 would round
 * @throws InvalidDataError for a value that is not finite, no rows, or more than 128 columns
 */
export function parseNpy(bytes: ArrayBuffer | Uint8Array): Matrix {
  const array = openNpy(bytes);
  checkFeatures(array.shape[1]);
  return matrix(array.values(), array.shape);
}

/** A `.npy` file whose header has been read, and whose length fits it. */
export interface OpenNpy {
  /** [n, d] */
  readonly shape: readonly [number, number];
  /** A row-major copy, which may hold what is not finite. @throws FileFormatError for an integer beyond 2⁵³ */
  values(): Numbers;
}

/** @throws FileFormatError, InvalidDataError for an array of nothing */
export function openNpy(bytes: ArrayBuffer | Uint8Array): OpenNpy {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const { descr, fortranOrder, shape, offset } = headerOf(file);
  const { size, read, isSwapped } = readerOf(descr);
  if (shape.length !== 1 && shape.length !== 2) {
    throw new FileFormatError(
      `Expected an array of shape (n, d) or (n,), got ${brief(tuple(shape), 100)}. Try array.reshape(n, d) before saving.`,
    );
  }
  const [n, d = 1] = shape;
  if (n === 0 || d === 0) {
    throw new InvalidDataError(
      `Expected at least one row and one column, got an array of shape ${tuple(shape)}.`,
    );
  }
  const expected = n * d * size;
  const got = file.length - offset;
  if (got < expected) {
    throw new FileFormatError(
      `The .npy file is truncated: shape ${tuple(shape)} of ${descr} needs ${expected} bytes after the header, ` +
        `got ${got}. Try to save or copy it again.`,
    );
  }
  return {
    shape: [n, d],
    values() {
      // A copy, since typed arrays need an aligned start. (Not slice(): on a Node Buffer that is a view.)
      const body = new Uint8Array(file.subarray(offset, offset + expected));
      if (isSwapped) swapBytes(body, size);
      const data = read(body.buffer);
      return fortranOrder && n > 1 && d > 1 ? transposed(data, d, n) : data;
    },
  };
}

/** An array as a `.npy` file, format 1.0, little-endian, C order. */
export function formatNpy({ data, shape }: NpyArray): Uint8Array {
  const dict = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': ${tuple(shape)}, }`;
  // The data start at a multiple of 64 bytes: 10 bytes of prefix, the header, padding, a newline.
  const headerLength = Math.ceil((dict.length + 11) / 64) * 64 - 10;
  const file = new Uint8Array(10 + headerLength + data.byteLength);
  const prefix = `${MAGIC}\x01\x00${String.fromCharCode(headerLength & 0xff, headerLength >> 8)}`;
  const text = `${prefix}${dict.padEnd(headerLength - 1)}\n`;
  for (let i = 0; i < text.length; i++) file[i] = text.charCodeAt(i);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), text.length);
  return file;
}

interface Header {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
  /** where the data start */
  offset: number;
}

function headerOf(file: Uint8Array): Header {
  if (!isNpy(file)) {
    throw new FileFormatError(
      `Not a .npy file: expected it to start with \\x93NUMPY, got ${quote(latin1(file, 0, 6))}.`,
    );
  }
  if (file.length < 12) throw truncatedHeader(12, file.length);
  const version = file[6];
  if (!(version >= 1 && version <= 3)) {
    throw new FileFormatError(`Expected .npy format 1.0 to 3.0, got ${file[6]}.${file[7]}.`);
  }
  const start = version === 1 ? 10 : 12;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const offset = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (file.length < offset) throw truncatedHeader(offset, file.length);

  const dict = new TextDecoder().decode(file.subarray(start, offset));
  const descr = after(dict, 'descr');
  const order = after(dict, 'fortran_order').slice(0, 5);
  const shape = shapeOf(after(dict, 'shape'));
  if (!/^['[]/.test(descr) || !/^(True|False)/.test(order) || shape === undefined) {
    throw new FileFormatError(
      `The .npy header lacks descr, fortran_order or shape: ${quote(dict.trim(), 100)}.`,
    );
  }
  const close = descr.startsWith("'") ? descr.indexOf("'", 1) : descr.lastIndexOf(']') + 1;
  return {
    descr: descr.startsWith("'") ? descr.slice(1, Math.max(close, 1)) : descr.slice(0, close),
    fortranOrder: order.startsWith('True'),
    shape,
    offset,
  };
}

/** What follows a key of a Python dict, as repr() writes it; nothing where there is no such key. */
function after(dict: string, key: string): string {
  const at = dict.indexOf(`'${key}':`);
  return at < 0 ? '' : dict.slice(at + key.length + 3).trimStart();
}

/** `(2, 3)` → [2, 3]; Python 2 wrote `(2L, 3L)`. */
function shapeOf(text: string): number[] | undefined {
  const close = text.indexOf(')');
  if (!text.startsWith('(') || close < 0) return undefined;
  const words = text
    .slice(1, close)
    .split(',')
    .map(word => word.trim());
  if (words[words.length - 1] === '') words.pop();
  return words.every(word => /^\d{1,16}L?$/.test(word))
    ? words.map(word => Number.parseInt(word, 10))
    : undefined;
}

const truncatedHeader = (expected: number, got: number) =>
  new FileFormatError(
    `The .npy file is truncated: its header needs ${expected} bytes, got ${got}. Try to save or copy it again.`,
  );

function readerOf(descr: string) {
  const [, order, code = ''] = /^([<>|=])([a-z]\d)$/.exec(descr) ?? [];
  if (!Object.hasOwn(READERS, code)) {
    throw new FileFormatError(
      `Expected floats of 16 to 64 bits, integers or bools, got dtype ${brief(descr)}. Try array.astype('<f8') before saving.`,
    );
  }
  return { ...READERS[code], isSwapped: order === '>' };
}

function descrOf(data: NpyArray['data']): string {
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Int32Array ? '<i4' : '<u4';
}

/** `rows` × `columns` → `columns` × `rows` */
function transposed(data: Numbers, rows: number, columns: number): Numbers {
  const result = data.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  }
  return result;
}

/** Of every `size` bytes, in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** IEEE 754 binary16, exactly. */
function fromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, half => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}

/** float64 holds every integer up to here. */
const LARGEST = 2n ** 53n;

function fromBigInts(values: BigInt64Array | BigUint64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = Number(values[i]);
    if (!Number.isSafeInteger(result[i]) && (values[i] > LARGEST || values[i] < -LARGEST)) {
      throw new FileFormatError(
        `The integer ${values[i]}, entry ${i} of the array, is beyond 2^53: float64 cannot hold it exactly. Try array.astype('<f8') before saving, if rounding does no harm.`,
      );
    }
  }
  return result;
}

const latin1 = (bytes: Uint8Array, begin: number, end: number) =>
  String.fromCharCode(...bytes.subarray(begin, end));

/** As Python prints it. */
const tuple = (shape: readonly number[]) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`);
