import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/data/csv.js';
import { FileFormatError, InvalidDataError } from '../../src/errors.js';

const read = (text: string, ...columns: string[]) => {
  const { points, columns: names } = parseCsv(text, columns.length > 0 ? { columns } : {});
  return { names, shape: points.shape, data: [...points.data] };
};

const failure = (text: string, ...columns: string[]): string => {
  try {
    read(text, ...columns);
  } catch (error) {
    expect(error).toBeInstanceOf(FileFormatError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('Expected a FileFormatError, but the text was read.');
};

describe('what is read', () => {
  it('takes a first line with text as the header', () => {
    expect(read('a,b\n1,2\n3,4\n')).toEqual({ names: ['a', 'b'], shape: [2, 2], data: [1, 2, 3, 4] });
  });

  it('takes a first line of numbers as data and names the columns by position', () => {
    expect(read('1,2\n3,4')).toEqual({ names: ['0', '1'], shape: [2, 2], data: [1, 2, 3, 4] });
  });

  it('reads one column, where there is no delimiter to detect', () => {
    expect(read('velocity\n9172\n9350\n')).toEqual({
      names: ['velocity'],
      shape: [2, 1],
      data: [9172, 9350],
    });
  });

  it('chooses columns by name, in the order of the choice, whatever the others hold', () => {
    const iris = 'length,width,species\n5.1,3.5,setosa\n4.9,,virginica\n';
    expect(read('x,y,z\n1,2,3\n4,5,6', 'z', 'x')).toEqual({
      names: ['z', 'x'],
      shape: [2, 2],
      data: [3, 1, 6, 4],
    });
    expect(read(iris, 'length').data).toEqual([5.1, 4.9]);
  });

  it('chooses columns by position where there is no header', () => {
    expect(read('1,2,3\n4,5,6', '2', '0')).toEqual({ names: ['2', '0'], shape: [2, 2], data: [3, 1, 6, 4] });
  });

  it.each([
    ['semicolons', 'a;b\n1;2\n3;4\n'],
    ['tabs', 'a\tb\n1\t2\n3\t4\n'],
    ['bars', 'a|b\n1|2\n3|4\n'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n3,4\n'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['CR alone', 'a,b\r1,2\r3,4'],
    ['mixed line ends', 'a,b\n1,2\r\n3,4\r\n'],
    ['quotes', '"a","b"\n"1","2"\n3,"4"\n'],
    ['blank lines', '\n\na,b\n1,2\n\n  \n3,4\n\n\n'],
    ['spaces around names and numbers', ' a , b\n 1 ,\t2\n3 , 4 \n'],
  ])('understands %s', (_, text) => {
    expect(read(text)).toEqual({ names: ['a', 'b'], shape: [2, 2], data: [1, 2, 3, 4] });
  });

  it('reads every way to write a number', () => {
    expect(read('a\n1e3\n-.5\n+2.\n6.02E+23\n0').data).toEqual([1000, -0.5, 2, 6.02e23, 0]);
  });

  it.each([
    ['-2,968.99\t0\n0\t-0\n-0.00\t-0.0027\n', [-2968.99, 0, 0, -0, -0, -0.0027]],
    ['44 "1\'234.5"\n110 "610"\n', [44, 1234.5, 110, 610]],
    ['-1 234,5;2\n3;4\n', [-1234.5, 2, 3, 4]],
  ])('takes a first line for numbers where it alone has groups of digits: %j', (text, data) => {
    expect(read(text).data).toEqual(data);
  });

  it('takes the tabs of R’s tables, where a name has blanks and marks and rows have names of their own', () => {
    const { points, columns } = parseCsv('it\'s\tcolumn 1\t"a;b"\n"1"\t640\t337\t430\n"2"\t132\t157\t415\n');
    expect([points.shape, columns]).toEqual([
      [2, 3],
      ["it's", 'column 1', 'a;b'],
    ]);
  });

  it('keeps delimiters and line breaks inside quotes', () => {
    const text = '"name, of it",x\n"one\ntwo, ""three""",1\nfour,2\n';
    expect(read(text, 'x').data).toEqual([1, 2]);
    expect(failure(text, 'y')).toContain('name, of it, x');
  });

  it('reads what Papa Parse writes, over any delimiter and line end', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain(d => fc.array(fc.array(value, { minLength: d, maxLength: d }), { minLength: 1, maxLength: 20 }));
    const style = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t'),
      newline: fc.constantFrom('\n', '\r\n'),
      quotes: fc.boolean(),
    });
    fc.assert(
      fc.property(rows, style, fc.boolean(), (rows, style, header) => {
        const names = rows[0].map((_, j) => `x${j}`);
        const text = Papa.unparse(header ? [names, ...rows] : rows, style);
        const { points } = parseCsv(text);
        expect(points.shape).toEqual([rows.length, rows[0].length]);
        expect(points.data).toEqual(Float64Array.from(rows.flat(), value => value + 0));
      }),
    );
  });

  it('tells sequences apart by a column, be it text, and brings rows of one together', () => {
    const sequencesOf = (text: string, sequenceColumn: string, columns?: string[]) => {
      const read = parseCsv(text, { sequenceColumn, columns });
      const { names: of, lengths } = read.sequences ?? {};
      const { columns: names, notes, rows } = read;
      return { data: [...read.points.data], columns: names, of, lengths, notes, rows: rows && [...rows] };
    };
    const text = 'x,site,y\n1,north,2\n3, north,4\n5,,6\n\n7,south,8\n';
    const sequences = { of: ['north', '', 'south'], lengths: [2, 1, 1], notes: [], rows: undefined };
    const all = { data: [1, 2, 3, 4, 5, 6, 7, 8], columns: ['x', 'y'] };
    expect(sequencesOf(text, 'site')).toMatchObject({ ...sequences, ...all });
    expect(sequencesOf(text, 'site', ['y'])).toMatchObject({ ...sequences, data: [2, 4, 6, 8] });
    // By time, as loggers write: a row of each, again and again.
    expect(sequencesOf('x,site\n1,b\n2,a\n3,b\n4,c\n5,a\n6,b\n', 'site')).toEqual({
      ...{ data: [1, 3, 6, 2, 5, 4], rows: [0, 2, 5, 1, 4, 3], columns: ['x'] },
      ...{ of: ['b', 'a', 'c'], lengths: [3, 2, 1] },
      notes: ['rows of one "site" that are apart are brought together, in their order'],
    });
    expect(sequencesOf('1,7\n1,8\n2,9\n', '0')).toMatchObject({ data: [7, 8, 9], lengths: [2, 1] });
    expect(() => sequencesOf('site\nnorth\n', 'site')).toThrow('There is no column but "site".');
    expect(parseCsv(text, { columns: ['x'] })).not.toHaveProperty('sequences');
  });

  it('reads a text of many chunks', () => {
    const n = 400_000;
    const lines = Array.from({ length: n }, (_, i) => `${i},${-i / 8},"row ${i}"`);
    const { points } = parseCsv(['i,y,label', ...lines].join('\n'), { columns: ['i', 'y'] });
    expect(points.shape).toEqual([n, 2]);
    let wrong = 0;
    for (let i = 0; i < n; i++) if (points.data[2 * i] !== i || points.data[2 * i + 1] !== -i / 8) wrong++;
    expect(wrong).toBe(0);
    lines[n - 1] = `${n - 1},oops,""`;
    expect(failure(['i,y,label', ...lines].join('\n'), 'y')).toMatch(`Line ${n + 1}, column "y"`);
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'is empty'],
    ['\n \n\n', 'is empty'],
    ['\uFEFF', 'is empty'],
    ['a,b\n', 'has a header (a, b) but no rows'],
    ['a,b\n\n  \n', 'has a header (a, b) but no rows'],
  ])('a file without rows: %j', (text, message) => {
    expect(failure(text)).toContain(message);
  });

  it.each([
    ['a,b\n1,2\n3\n', 'Line 3 has 1 field where line 1 has 2'],
    ['a,b\n1,2\n3,4,5\n', 'Line 3 has 3 fields where line 1 has 2'],
    ['\na,b\n1,2\n\n\n3,4,5\n', 'Line 6 has 3 fields where line 2 has 2'],
    ['a,b\r\n1,2\r\n\r\n3\r\n', 'Line 4 has 1 field where line 1 has 2'],
    ['1,2\n3,4\n5\n', 'Line 3 has 1 field where line 1 has 2'],
  ])('a ragged line: %j', (text, message) => {
    expect(failure(text)).toContain(message);
  });

  it('counts the line breaks inside quotes', () => {
    expect(failure('a,b\n"1\n\n2",3\n4\n', 'b')).toContain('Line 5 has 1 field');
    expect(failure('"a\nb",c\n1,2\nx,3\n', 'c', 'a b')).toContain('Line 4, column "a b"');
  });

  it.each([
    ['text', 'a,b\n1,2\n3,x\n', 'Line 3, column "b": expected a finite number, got "x"'],
    [
      'text after blank lines',
      'a,b\n\n1,2\n\n3,x\n',
      'Line 5, column "b": expected a finite number, got "x"',
    ],
    ['an empty field', 'a,b\n1,\n3,4\n', 'Line 2, column "b": expected a finite number, got an empty field'],
    ['a blank field', 'a,b\n1,  \n3,4\n', 'Line 2, column "b": expected a finite number, got an empty field'],
    ['NaN', 'a,b\n1,2\nNaN,4\n', 'Line 3, column "a": expected a finite number, got "NaN"'],
    ['infinity', 'a,b\n1,2\n3,-inf\n', 'Line 3, column "b": expected a finite number, got "-inf"'],
    ['an overflow', 'a,b\n1,2\n3,1e999\n', 'Line 3, column "b": expected a finite number, got "1e999"'],
    ['hexadecimal', 'a,b\n1,2\n3,0x10\n', 'Line 3, column "b": expected a finite number, got "0x10"'],
    [
      'NaN in a first line of data',
      'nan,2\n3,4\n',
      'Line 1, column "0": expected a finite number, got "nan"',
    ],
    [
      'nothing in a first line of data',
      '1,\n3,4\n',
      'Line 1, column "1": expected a finite number, got an empty',
    ],
  ])('%s in a chosen column', (_, text, message) => {
    const columns = message.includes('"a"') || message.includes('"b"') ? ['a', 'b'] : ['0', '1'];
    expect(failure(text)).toContain(message);
    expect(failure(text, ...columns)).toContain(message);
  });

  it('points at the columns that are numeric if none are chosen', () => {
    const text = 'length,width,species\n5.1,3.5,setosa\n';
    expect(failure(text)).toBe(
      'Line 2, column "species": expected a finite number, got "setosa". ' +
        'Try columns: ["length","width"].',
    );
    // By position where a name would need care.
    expect(failure('a b,"c,d",e\n1,2,x\n')).toContain('Try columns: ["a b","1"].');
    expect(failure(text, 'length', 'species')).toContain('Try to mend or to drop the line.');
  });

  it('shortens a long field', () => {
    expect(failure(`a\n1\n${'long '.repeat(100)}\n`).length).toBeLessThan(200);
  });

  it('choices that do not fit the file', () => {
    expect(failure('a,b\n1,2\n', 'c')).toBe('There is no column "c"; the file has a, b.');
    expect(failure('a,b\n1,2\n', '2')).toContain('There is no column "2"');
    expect(failure('1,2\n', 'a')).toBe('There is no column "a"; the file has 0, 1.');
    expect(failure('a,b\n1,2\n', 'a', 'b', 'a')).toContain('"a" is chosen more than once');
    expect(failure('a,a,b\n1,2,3\n', 'a')).toContain('names column "a" more than once');
    expect(read('a,a,b\n1,2,3\n', 'b').data).toEqual([3]);
    expect(() => parseCsv('a\n1', { columns: [] })).toThrow('No column is chosen');
  });

  it('quotes that do not pair', () => {
    expect(failure('a,b\n1,2\n\n3,"4\n5,6\n')).toContain('Line 4 opens a quote that is never closed');
    expect(failure('a,b\n1,2\n"3"x,4\n5,6\n')).toContain('Line 3 has a stray quote');
  });

  it('more columns than a model may have', () => {
    const wide = Array.from({ length: 129 }, (_, i) => i).join(',');
    expect(() => parseCsv(wide)).toThrow(InvalidDataError);
    expect(read(wide, '128', '3').data).toEqual([128, 3]);
  });
});
