import { FileFormatError } from '../errors.js';
import { type Matrix, matrix } from './matrix.js';

/** What `formatNpy` writes: a matrix, or a vector of values or labels. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array | Int32Array | Uint32Array;
  /** [n] or [n, d], row-major */
  readonly shape: readonly number[];
}

/** NumPy's type codes, little-endian, and how each is read into an array of its own. */
const READERS: Record<string, { size: number; read: (bytes: ArrayBuffer) => Float32Array | Float64Array }> = {
  f4: { size: 4, read: bytes => new Float32Array(bytes) },
  f8: { size: 8, read: bytes => new Float64Array(bytes) },
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

/**
 * Read a NumPy `.npy` file (format 1.0 to 3.0) of one or two dimensions; a vector of n is n × 1.
 *
 * float32 stays float32; float64 and integers become float64 (integers beyond 2⁵³ are rounded).
 * Little-endian only; C and Fortran order.
 *
 * @throws FileFormatError for anything else, and for a truncated file
 * @throws InvalidDataError for a value that is not finite, no rows, or more than 128 columns
 */
export function parseNpy(bytes: ArrayBuffer | Uint8Array): Matrix {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const { descr, fortranOrder, shape, offset } = headerOf(file);
  const { size, read } = readerOf(descr);
  if (shape.length !== 1 && shape.length !== 2) {
    throw new FileFormatError(
      `Expected an array of shape (n, d) or (n,), got ${tuple(shape)}. Try array.reshape(n, d) before saving.`,
    );
  }
  const [n, d = 1] = shape;
  const expected = n * d * size;
  const got = file.length - offset;
  if (got < expected) {
    throw new FileFormatError(
      `The .npy file is truncated: shape ${tuple(shape)} of ${descr} needs ${expected} bytes after the header, ` +
        `got ${got}. Try to save or copy it again.`,
    );
  }
  // A copy, since typed arrays need an aligned start. (Not slice(): on a Node Buffer that is a view.)
  const data = read(new Uint8Array(file.subarray(offset, offset + expected)).buffer);
  return matrix(fortranOrder && n > 1 && d > 1 ? transposed(data, d, n) : data, [n, d]);
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
  if (latin1(file, 0, 6) !== MAGIC) {
    throw new FileFormatError(
      `Not a .npy file: expected it to start with \\x93NUMPY, got ${JSON.stringify(latin1(file, 0, 6))}.`,
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

  // A Python dict literal, always written by repr().
  const dict = new TextDecoder().decode(file.subarray(start, offset));
  const descr = /'descr':\s*('[^']*'|\[.*?\](?=,\s*'|\s*,?\s*}))/.exec(dict)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(dict)?.[1];
  const shape = /'shape':\s*\(([\d\sL,]*)\)/.exec(dict)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new FileFormatError(
      `The .npy header lacks descr, fortran_order or shape: ${JSON.stringify(dict.trim().slice(0, 100))}.`,
    );
  }
  return {
    descr: descr.startsWith("'") ? descr.slice(1, -1) : descr,
    fortranOrder: order === 'True',
    shape: (shape.match(/\d+/g) ?? []).map(Number),
    offset,
  };
}

const truncatedHeader = (expected: number, got: number) =>
  new FileFormatError(
    `The .npy file is truncated: its header needs ${expected} bytes, got ${got}. Try to save or copy it again.`,
  );

function readerOf(descr: string) {
  const [, order, code] = /^([<>|=])(\w+)$/.exec(descr) ?? [];
  const reader = Object.hasOwn(READERS, code ?? '') ? READERS[code] : undefined;
  if (!reader) {
    throw new FileFormatError(
      `Expected float32, float64 or integers, got dtype ${descr}. Try array.astype('<f8') before saving.`,
    );
  }
  if (order === '>' && reader.size > 1) {
    throw new FileFormatError(
      `The .npy file is big-endian (dtype ${descr}); expected little-endian. Try array.astype('<${code}') before saving.`,
    );
  }
  return reader;
}

function descrOf(data: NpyArray['data']): string {
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Int32Array ? '<i4' : '<u4';
}

/** `rows` × `columns` → `columns` × `rows` */
function transposed<T extends Float32Array | Float64Array>(data: T, rows: number, columns: number): T {
  const result = data.slice() as T;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  }
  return result;
}

function fromBigInts(values: BigInt64Array | BigUint64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = Number(values[i]);
  return result;
}

const latin1 = (bytes: Uint8Array, begin: number, end: number) =>
  String.fromCharCode(...bytes.subarray(begin, end));

/** As Python prints it. */
const tuple = (shape: readonly number[]) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`);
