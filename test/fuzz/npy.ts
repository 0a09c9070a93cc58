import { gzipSync } from 'node:zlib';
import { parseNpy } from '../../src/data/npy.js';
import { type NpyTableOptions, parseNpyTable } from '../../src/data/npy-table.js';
import { decompressed } from '../../src/data/text.js';
import { EmError } from '../../src/errors.js';
import type { Rng } from '../../src/numerics/rng.js';
import { encoded, joined, mutated } from './bytes.js';
import { compressed, gzipBomb } from './hostile-texts.js';
import { type FuzzKind, pick, rarely, several } from './kind.js';
import { checkWords, expectSame, Wrong } from './words.js';

interface NpyInput {
  readonly bytes: Uint8Array;
  readonly options: NpyTableOptions;
  /** What the file says, if it must be taken. */
  readonly expected?: { readonly shape: readonly [number, number]; readonly values: readonly number[] };
}

/** NumPy's numbers: how one is drawn, and how it is written. */
const TYPES: Record<string, (rng: Rng) => { value: number; write(view: DataView, isLittle: boolean): void }> =
  {
    f2: rng => {
      const exponent = rng.integer(31);
      const bits = (rng.integer(2) << 15) | (exponent << 10) | rng.integer(1024);
      const size = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25);
      return { value: bits >> 15 ? -size : size, write: (view, le) => view.setUint16(0, bits, le) };
    },
    f4: rng => {
      const value = Math.fround(rng.normal() * 10 ** (rng.integer(60) - 30));
      return { value, write: (view, le) => view.setFloat32(0, value, le) };
    },
    f8: rng => {
      const value = rarely(100, rng) ? Number.NaN : rng.normal() * 10 ** (rng.integer(600) - 300);
      return { value, write: (view, le) => view.setFloat64(0, value, le) };
    },
    b1: rng => {
      const byte = pick([0, 1, 255], rng);
      return { value: Math.min(byte, 1), write: view => view.setUint8(0, byte) };
    },
    i1: rng => whole(rng, 8, true, (view, value) => view.setInt8(0, value)),
    i2: rng => whole(rng, 16, true, (view, value, le) => view.setInt16(0, value, le)),
    i4: rng => whole(rng, 32, true, (view, value, le) => view.setInt32(0, value, le)),
    i8: rng => whole(rng, 53, true, (view, value, le) => view.setBigInt64(0, BigInt(value), le)),
    u1: rng => whole(rng, 8, false, (view, value) => view.setUint8(0, value)),
    u2: rng => whole(rng, 16, false, (view, value, le) => view.setUint16(0, value, le)),
    u4: rng => whole(rng, 32, false, (view, value, le) => view.setUint32(0, value, le)),
    u8: rng => whole(rng, 53, false, (view, value, le) => view.setBigUint64(0, BigInt(value), le)),
  };

function whole(
  rng: Rng,
  bits: number,
  isSigned: boolean,
  write: (view: DataView, value: number, isLittle: boolean) => void,
) {
  const drawn = Math.floor(rng.uniform() * 2 ** bits) - (isSigned ? 2 ** (bits - 1) : 0);
  return { value: drawn, write: (view: DataView, isLittle: boolean) => write(view, drawn, isLittle) };
}

/** Arrays of all types and orders, and headers that lie. */
export const npy: FuzzKind<null, NpyInput> = {
  name: 'npy',
  seeds: async () => [],
  make(_, rng) {
    if (rarely(2000, rng)) return { bytes: gzipBomb(rng), options: {} };
    const array = writtenArray(rng);
    if (rarely(3, rng)) return array;
    const bytes = rarely(2, rng) ? lying(rng) : mutated(array.bytes, writtenArray(rng).bytes, rng);
    return { bytes: rarely(20, rng) ? compressed(bytes, rng) : bytes, options: someOptions(rng) };
  },
  async take({ bytes, options, expected }) {
    try {
      const content = await decompressed(bytes);
      if (Object.keys(options).length === 0) {
        const { data, shape } = parseNpy(content);
        checkAll(data, shape, expected);
      }
      const { points, columns, notes } = parseNpyTable(content, options);
      checkAll(points.data, points.shape, expected);
      expectSame('number of columns', columns.length, points.shape[1]);
      notes.forEach(checkWords);
    } catch (error) {
      if (expected && error instanceof EmError) throw new Wrong(`refused: ${error.message}`);
      throw error;
    }
  },
  show: ({ bytes, ...rest }) =>
    `${JSON.stringify(String.fromCharCode(...bytes.subarray(0, 2000)))}\n${JSON.stringify(rest)}`,
};

function checkAll(
  data: Float32Array | Float64Array,
  shape: readonly [number, number],
  expected: NpyInput['expected'],
) {
  expectSame('number of values', data.length, shape[0] * shape[1]);
  if (!data.every(Number.isFinite)) throw new Wrong('a value that is not finite was taken');
  if (!expected) return;
  expectSame('shape', shape, expected.shape);
  expectSame('values', data, expected.values);
}

/** An array as NumPy and others write it. */
function writtenArray(rng: Rng): NpyInput {
  const code = pick(Object.keys(TYPES), rng);
  const isLittle = rng.integer(2) === 0;
  const [n, d] = [1 + rng.integer(pick([2, 6, 40], rng)), pick([1, 2, 3, 7, 128], rng)];
  const isVector = d === 1 && rarely(2, rng);
  const numbers = several(n * d, () => TYPES[code](rng));
  const isFortran = rarely(2, rng);
  const size = Number(code[1]);
  const body = new Uint8Array(n * d * size);
  numbers.forEach(({ write }, index) => {
    const [i, j] = [Math.floor(index / d), index % d];
    const place = isFortran && !isVector ? j * n + i : index;
    write(new DataView(body.buffer, place * size, size), isLittle);
  });
  const order = size === 1 ? '|' : isLittle ? pick(['<', '<', '='], rng) : '>';
  const shape = isVector ? `(${n},)` : `(${n}, ${d})`;
  const header = headerText(rng, { descr: `'${order}${code}'`, order: isFortran ? 'True' : 'False', shape });
  const rest = rarely(10, rng) ? new Uint8Array(rng.integer(20)).fill(7) : new Uint8Array(0);
  const bytes = joined(npyBytes(header, pick([1, 1, 2, 3], rng)), body, rest);
  const columns = rarely(4, rng) ? several(1 + rng.integer(d), j => d - 1 - j) : undefined;
  const values = numbers.map(({ value }) => value);
  const chosen = columns ?? several(d, j => j);
  const drops = rarely(4, rng);
  const rows = several(n, i => chosen.map(j => values[i * d + j]));
  const kept = rows.filter(row => !row.some(Number.isNaN));
  const isTaken = kept.length === n || (drops && kept.length > 0);
  return {
    bytes: rarely(6, rng) ? new Uint8Array(gzipSync(bytes)) : bytes,
    options: { ...(columns && { columns: columns.map(String) }), ...(drops && { missing: 'drop' }) },
    expected: isTaken
      ? {
          shape: [kept.length, chosen.length],
          values: kept.flat(),
        }
      : undefined,
  };
}

interface Header {
  readonly descr: string;
  readonly order: string;
  readonly shape: string;
}

function headerText(rng: Rng, { descr, order, shape }: Header): string {
  const members = [`'descr': ${descr}`, `'fortran_order': ${order}`, `'shape': ${shape}`];
  if (rarely(4, rng)) members.reverse();
  return `{${members.join(', ')}, }${' '.repeat(pick([0, 1, 20, 300], rng))}\n`;
}

/** @param declared how long the header says it is */
function npyBytes(header: string, version: number, declared?: number): Uint8Array {
  const text = encoded(header);
  const prefix = new Uint8Array(version === 1 ? 10 : 12);
  prefix.set([0x93, ...encoded('NUMPY'), version, 0]);
  const view = new DataView(prefix.buffer);
  if (version === 1) view.setUint16(8, declared ?? text.length, true);
  else view.setUint32(8, declared ?? text.length, true);
  return joined(prefix, text);
}

/** Sizes that are declared and not there, types that are none, headers that are long or deep: one or two of them at once. */
function lying(rng: Rng): Uint8Array {
  const lies = { shape: lyingShape, descr: lyingType, order: lyingOrder };
  const lie = pick(['shape', 'shape', 'shape', 'descr', 'order', 'none', 'all'], rng);
  const told = { shape: '(2, 2)', descr: "'<f8'", order: 'False' };
  for (const name of Object.keys(lies) as (keyof typeof lies)[]) {
    if (lie === name || lie === 'all') told[name] = lies[name](rng);
  }
  const header = headerText(rng, told);
  const version = lie === 'none' ? pick([0, 1, 2, 3, 4, 255], rng) : 2;
  const declared = lie === 'none' ? pick([0, 1, 65_535, 2 ** 31, 2 ** 32 - 1], rng) : undefined;
  const body = new Uint8Array(pick([0, 1, 32, 1000], rng)).fill(pick([0, 63, 255, 127], rng));
  return joined(npyBytes(header, version, declared), body);
}

const MANY = [3, 100, 20_000];

function lyingShape(rng: Rng): string {
  const sizes = [0, 0, 0, 1, 2, 128, 129, '1e9', -1, 1e8, 2 ** 32, '9007199254740993', '9999999999999999'];
  const size = () => String(pick([...sizes, '99999999999999999999', ' 2 ', '2L', 'True', '', '٢'], rng));
  const many = pick(MANY, rng);
  return pick(
    [
      () => `(${size()}, ${size()})`,
      () => `(${size()}, ${size()})`,
      () => `(${size()},)`,
      () => '()',
      () => `(${`${size()}, `.repeat(many)})`,
      () => `${'('.repeat(many)}2, 2)`,
      () => `(2, 2${' '.repeat(many)}`,
      () => `(${'1'.repeat(many)}, 2)`,
      () => '[2, 2]',
    ],
    rng,
  )();
}

const lyingOrder = (rng: Rng) => pick(['True', 'Falsehood', '1', 'None', ''], rng);

function lyingType(rng: Rng): string {
  const codes = ['f4', 'f8', 'f16', 'c8', 'O', 'U3', 'S5', 'V8', 'M8[ns]', 'i8', 'u8', 'b1', 'x'];
  const many = pick(MANY, rng);
  return pick(
    [
      () => `'${pick(['<', '>', '|', '=', '', '!'], rng)}${pick(codes, rng)}'`,
      () => `[('a', '<f8'), ('b', '<i4')]${' '.repeat(many)}`,
      () => `'${'<'.repeat(many)}f8'`,
      () => "'\u001b[31m\u202e'",
      () => '"<f8"',
      () => `[${"('a', ".repeat(many)}`,
      () => pick(["'constructor'", "'toString'", "'<f8", 'None', "'|f8'", "'<b1'"], rng),
    ],
    rng,
  )();
}

function someOptions(rng: Rng): NpyTableOptions {
  return {
    ...(rarely(2, rng) && {
      columns: pick([['0'], ['1', '0'], ['0-1'], ['x'], [], ['0', '0'], ['0-99999999'], ['5']], rng),
    }),
    ...(rarely(4, rng) && { missing: 'drop' as const }),
    ...(rarely(20, rng) && { sequenceColumn: '0' }),
    ...(rarely(10, rng) && { categories: true }),
  };
}
