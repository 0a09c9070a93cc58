import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNpy, parseNpy } from '../../src/data/npy.js';
import { parseNpyTable } from '../../src/data/npy-table.js';
import { FileFormatError, InvalidDataError } from '../../src/errors.js';

interface FileParts {
  descr?: string;
  fortran?: boolean;
  shape?: string;
  data?: ArrayLike<number> & { buffer: ArrayBufferLike };
  version?: 1 | 2 | 3;
}

/** A file as NumPy lays it out, written here from the format's description. */
function npy({ descr = "'<f8'", fortran, shape = '(2, 2)', data, version = 1 }: FileParts): Uint8Array {
  const dict = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const header = new TextEncoder().encode(dict);
  const length =
    version === 1
      ? [header.length & 255, header.length >> 8]
      : [header.length & 255, (header.length >> 8) & 255, header.length >> 16, 0];
  const body = new Uint8Array((data ?? new Float64Array([1, 2, 3, 4])).buffer);
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...length,
    ...header,
    ...body,
  ]);
}

const failure = (file: Uint8Array): string => {
  try {
    parseNpy(file);
  } catch (error) {
    expect(error).toBeInstanceOf(FileFormatError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('Expected a FileFormatError, but the file was read.');
};

describe('parseNpy', () => {
  it.each([1, 2, 3] as const)('reads format %d.0', version => {
    const { data, shape } = parseNpy(npy({ version }));
    expect(data).toEqual(new Float64Array([1, 2, 3, 4]));
    expect(shape).toEqual([2, 2]);
  });

  it.each([
    ["'<f8'", new Float64Array([1.5, -2, 3, 4e300])],
    ["'|i1'", new Int8Array([1, -128, 3, 127])],
    ["'<i2'", new Int16Array([1, -32768, 3, 4])],
    ["'<i4'", new Int32Array([1, -2147483648, 3, 4])],
    ["'|u1'", new Uint8Array([1, 2, 3, 255])],
    ["'<u2'", new Uint16Array([1, 2, 3, 65535])],
    ["'<u4'", new Uint32Array([1, 2, 3, 4294967295])],
  ])('reads %s as float64', (descr, values) => {
    expect(parseNpy(npy({ descr, data: values })).data).toEqual(Float64Array.from(values));
  });

  it('reads 64-bit integers', () => {
    const signed = new BigInt64Array([1n, -(2n ** 53n), 3n, 4n]);
    const unsigned = new BigUint64Array([1n, 2n ** 53n, 3n, 4n]);
    const file = (descr: string, { buffer }: { buffer: ArrayBuffer }) =>
      npy({ descr, data: new Uint8Array(buffer) });
    expect([...parseNpy(file("'<i8'", signed)).data]).toEqual([1, -(2 ** 53), 3, 4]);
    expect([...parseNpy(file("'<u8'", unsigned)).data]).toEqual([1, 2 ** 53, 3, 4]);
    for (const far of [-(2n ** 53n) - 1n, 2n ** 53n + 1n, 2n ** 62n]) {
      expect(failure(file("'<i8'", new BigInt64Array([1n, far, 3n, 4n])))).toContain(
        `The integer ${far}, entry 1`,
      );
    }
  });

  it('keeps float32', () => {
    const data = new Float32Array([0.1, 2, 3, 4]);
    expect(parseNpy(npy({ descr: "'<f4'", data })).data).toEqual(data);
  });

  it('reads bools as 0 and 1', () => {
    const data = new Uint8Array([0, 1, 1, 0]);
    expect(parseNpy(npy({ descr: "'|b1'", data })).data).toEqual(new Float64Array([0, 1, 1, 0]));
  });

  it('reads every float16 exactly', () => {
    // IEEE 754 binary16: the ends of each range, and a third.
    const known = [
      [0x0000, 0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0x7bff, 65504],
      [0xc000, -2],
    ];
    const data = Uint16Array.from(known, ([bits]) => bits);
    const shape = `(${known.length},)`;
    expect([...parseNpy(npy({ descr: "'<f2'", shape, data })).data]).toEqual(known.map(([, value]) => value));
    for (const bits of [0x7c00, 0xfc00, 0x7e00]) {
      const file = npy({ descr: "'<f2'", shape: '(1,)', data: Uint16Array.of(bits) });
      expect(() => parseNpy(file)).toThrow(InvalidDataError);
    }
  });

  it.each([
    ['f2', new Uint16Array([0x3c00, 0x4000, 0x4200, 0x4400])],
    ['f4', new Float32Array([1, 2, 3, 4])],
    ['f8', new Float64Array([1, 2, 3, 4])],
    ['i2', new Int16Array([1, 2, 3, 4])],
    ['i4', new Int32Array([1, 2, 3, 4])],
    ['i8', new BigInt64Array([1n, 2n, 3n, 4n])],
    ['u2', new Uint16Array([1, 2, 3, 4])],
    ['u4', new Uint32Array([1, 2, 3, 4])],
    ['u8', new BigUint64Array([1n, 2n, 3n, 4n])],
  ])('reads big-endian %s', (code, values) => {
    const data = new Uint8Array(values.buffer.slice(0));
    const size = values.BYTES_PER_ELEMENT;
    for (let at = 0; at < data.length; at += size) data.subarray(at, at + size).reverse();
    expect([...parseNpy(npy({ descr: `'>${code}'`, data })).data]).toEqual([1, 2, 3, 4]);
  });

  it('reads a header of any length in linear time', () => {
    for (const filler of [' ', '(', "'shape': (", "'descr': '", '[']) {
      const header = filler.repeat(Math.ceil(300_000 / filler.length));
      const text = `{'fortran_order': False, 'descr': '<f8', 'shape': (2, 2),${header}}`;
      const begun = performance.now();
      const file = new Uint8Array(12 + text.length + 32);
      file.set([0x93, ...new TextEncoder().encode('NUMPY'), 2, 0]);
      new DataView(file.buffer).setUint32(8, text.length, true);
      file.set(new TextEncoder().encode(text), 12);
      try {
        expect(parseNpy(file).shape).toEqual([2, 2]);
      } catch (error) {
        expect(error).toBeInstanceOf(FileFormatError);
      }
      expect(performance.now() - begun).toBeLessThan(500);
    }
  });

  it('reads Fortran order row by row', () => {
    const file = npy({ fortran: true, shape: '(3, 2)', data: new Float64Array([1, 3, 5, 2, 4, 6]) });
    expect([...parseNpy(file).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads a vector as one column, also as Python 2 wrote its length', () => {
    expect(parseNpy(npy({ shape: '(4,)' })).shape).toEqual([4, 1]);
    expect(parseNpy(npy({ shape: '(4L,)', fortran: true })).shape).toEqual([4, 1]);
  });

  it('takes an ArrayBuffer, a Node Buffer, or bytes that start anywhere in one', () => {
    const file = npy({});
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const expected = new Float64Array([1, 2, 3, 4]);
    expect(parseNpy(file.buffer as ArrayBuffer).data).toEqual(expected);
    expect(parseNpy(shifted.subarray(3)).data).toEqual(expected);
    expect(parseNpy(Buffer.from(shifted.buffer, 3)).data).toEqual(expected);
  });

  it('shares no memory with the file', () => {
    const file = npy({});
    const { data } = parseNpy(file);
    file.fill(0);
    expect(data).toEqual(new Float64Array([1, 2, 3, 4]));
  });
});

describe('formatNpy', () => {
  it('writes what NumPy writes', () => {
    // numpy.save of numpy.array([[1.0], [2.0]])
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }";
    const text = `\x93NUMPY\x01\x00\x76\x00${header.padEnd(117)}\n`;
    const file = formatNpy({ data: new Float64Array([1, 2]), shape: [2, 1] });
    expect(String.fromCharCode(...file.subarray(0, 128))).toBe(text);
    expect(new Float64Array(file.slice(128).buffer)).toEqual(new Float64Array([1, 2]));
  });

  it('writes vectors of labels as integers', () => {
    const file = formatNpy({ data: new Uint32Array([0, 2, 1]), shape: [3] });
    expect(new TextDecoder().decode(file.subarray(10, 80))).toContain("'descr': '<u4'");
    expect(new TextDecoder().decode(file.subarray(10, 80))).toContain("'shape': (3,)");
    expect(parseNpy(file)).toEqual({ data: new Float64Array([0, 2, 1]), shape: [3, 1] });
  });

  it('and parseNpy are inverse', () => {
    const anyMatrix = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }))
      .chain(([n, d]) => {
        const options = { minLength: n * d, maxLength: n * d, noNaN: true, noDefaultInfinity: true };
        const data = fc.oneof(fc.float32Array(options), fc.float64Array(options));
        return data.map(data => ({ data, shape: [n, d] as const }));
      });
    fc.assert(
      fc.property(anyMatrix, matrix => {
        const file = formatNpy(matrix);
        expect(parseNpy(file)).toEqual(matrix);
        expect((file.length - matrix.data.byteLength) % 64).toBe(0);
      }),
    );
  });

  it('writes a view of a larger buffer as the view alone', () => {
    const data = new Float64Array([9, 1, 2, 9]).subarray(1, 3);
    expect(parseNpy(formatNpy({ data, shape: [1, 2] })).data).toEqual(new Float64Array([1, 2]));
  });
});

describe('what is refused', () => {
  it('files of another kind', () => {
    expect(failure(new TextEncoder().encode('a,b\n1,2\n'))).toContain('Not a .npy file');
    expect(failure(new Uint8Array(0))).toContain('Not a .npy file');
    expect(failure(Uint8Array.from(npy({}), (byte, i) => (i === 6 ? 9 : byte)))).toContain('got 9.0');
    expect(failure(npy({ descr: '8' }))).toContain('lacks descr, fortran_order or shape');
  });

  it('a file cut anywhere, saying what was expected and got', () => {
    const file = npy({});
    expect(failure(file.subarray(0, file.length - 5))).toMatch(
      /truncated: shape \(2, 2\) of <f8 needs 32 bytes after the header, got 27\./,
    );
    expect(failure(file.subarray(0, 40))).toContain(`header needs ${file.length - 32} bytes, got 40`);
    fc.assert(
      fc.property(fc.integer({ min: 6, max: file.length - 1 }), length => {
        expect(failure(file.subarray(0, length))).toContain('truncated');
      }),
    );
  });

  it('a shape larger than any file', () => {
    expect(failure(npy({ shape: '(99999999999, 99999999999)' }))).toContain('truncated');
  });

  it.each([["'<f16'"], ["'<c16'"], ["'<U5'"], ["'|S5'"], ["'|O'"], ["'<M8[ns]'"], ["'constructor'"]])(
    'dtype %s',
    descr => {
      expect(failure(npy({ descr }))).toContain(`got dtype ${descr.slice(1, -1)}`);
    },
  );

  it('structured dtypes', () => {
    expect(failure(npy({ descr: "[('a', '<f8'), ('b', '<i4')]" }))).toContain(
      "got dtype [('a', '<f8'), ('b', '<i4')]",
    );
    expect(failure(npy({ descr: "[('a', '<f8', (2,))]" }))).toContain("got dtype [('a', '<f8', (2,))]");
  });

  it('other than one or two dimensions', () => {
    expect(failure(npy({ shape: '()' }))).toContain('got ()');
    expect(failure(npy({ shape: '(1, 2, 2)' }))).toContain('got (1, 2, 2)');
  });

  it('a shape of many dimensions, in few words', () => {
    const message = failure(npy({ shape: `(${'2, '.repeat(20_000)})`, version: 2 }));
    expect(message).toContain('got (2, 2, 2, ');
    expect(message.length).toBeLessThan(300);
  });

  it('no rows of many columns, before the columns are named', () => {
    for (const d of [1e7, 2 ** 32]) {
      expect(() => parseNpyTable(npy({ shape: `(0, ${d})` }), { columns: ['0'] })).toThrow(
        new InvalidDataError(`Expected at least one row and one column, got an array of shape (0, ${d}).`),
      );
    }
  });

  it('an infinite value of a table, by its row and column in the file', () => {
    const data = Float64Array.of(Number.NaN, 1, 2, Number.POSITIVE_INFINITY);
    expect(() => parseNpyTable(npy({ data }), { columns: ['1'], missing: 'drop' })).toThrow(
      'Row 1, column 1 is Infinity; every value must be finite',
    );
    expect(() => parseNpyTable(npy({ data }), { missing: 'drop' })).toThrow('Row 1, column 1 is Infinity');
  });

  it('values that are not finite, and no rows, as any matrix does', () => {
    expect(() => parseNpy(npy({ data: new Float64Array([1, 2, Number.NaN, 4]) }))).toThrow(
      new InvalidDataError(
        'Row 1, column 0 is NaN; every value must be finite (rows and columns count from 0). Try dropping or imputing such rows.',
      ),
    );
    expect(() => parseNpy(npy({ shape: '(0, 2)' }))).toThrow(InvalidDataError);
  });
});
