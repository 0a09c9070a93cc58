import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type CsvOptions, decompressed, EmError, parseCsv, textOf } from '../../src/index.js';

/** Tables as programs write them by default, and what they say. */

const NO_NAME = 'the first column, row numbers or names without a name of its own, is left out';
const GROUPS = 'marks between groups of three digits are read as thousands separators: 81,654 is 81654';
const COMMAS = 'numbers are read with decimal commas: 1,5 is one and a half';

type Row = [
  writer: string,
  text: string | Uint8Array,
  options: CsvOptions,
  columns: string[],
  data: number[],
  notes?: string[],
];

const utf16 = (text: string, isBig: boolean) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

const TABLES: Row[] = [
  ["pandas' to_csv", ',x,y\n0,1.5,2\n1,3,4\n', {}, ['x', 'y'], [1.5, 2, 3, 4], [NO_NAME]],
  ["R's write.csv", '"","x","y"\n"1",1.5,2\n"2",3,4\n', {}, ['x', 'y'], [1.5, 2, 3, 4], [NO_NAME]],
  ["R's write.table", '"x" "y"\n"1" 1.5 2\n"2" 3 4\n', {}, ['x', 'y'], [1.5, 2, 3, 4], [NO_NAME]],
  ["R's write.csv2", '"";"x";"y"\n"1";1,5;2\n"2";3;4\n', {}, ['x', 'y'], [1.5, 2, 3, 4], [COMMAS, NO_NAME]],
  ['numpy.savetxt', '1.5e+00 2.0e+00\n3.0e+00 4.0e+00\n', {}, ['0', '1'], [1.5, 2, 3, 4]],
  ['comments', '# made today\n# twice\n1.5,2\n3,4\n', {}, ['0', '1'], [1.5, 2, 3, 4]],
  ['Excel, sep=', 'sep=;\nx;y\n1.5;2\n3;4\n', {}, ['x', 'y'], [1.5, 2, 3, 4]],
  ['decimal commas', '1,5;2,5\n3,25;4\n', {}, ['0', '1'], [1.5, 2.5, 3.25, 4], [COMMAS]],
  ['decimal commas, told', '1,5;2,5\n3,25;4\n', { decimal: ',' }, ['0', '1'], [1.5, 2.5, 3.25, 4]],
  ['groups of digits', 'a,b\n"81,654.5",1\n"1,234",2\n', {}, ['a', 'b'], [81654.5, 1, 1234, 2], [GROUPS]],
  ['groups, told', 'a,b\n"81,654",1\n"1,234",2\n', { decimal: '.' }, ['a', 'b'], [81654, 1, 1234, 2]],
  ['commas, told', 'a,b\n"81,654",1\n"1,234",2\n', { decimal: ',' }, ['a', 'b'], [81.654, 1, 1.234, 2]],
  ['UTF-16, little', utf16('ä,b\n1,2\n3,4\n', false), {}, ['ä', 'b'], [1, 2, 3, 4]],
  ['UTF-16, big', utf16('ä,b\n1,2\n3,4\n', true), {}, ['ä', 'b'], [1, 2, 3, 4]],
  ['windows-1252', Buffer.from('\xe4,b\n1,2\n3,4\n', 'latin1'), {}, ['ä', 'b'], [1, 2, 3, 4]],
  ['gzip', gzipSync('a,b\n1,2\n3,4\n'), {}, ['a', 'b'], [1, 2, 3, 4]],
  ['positions under a header', 'a,b,c\n1,2,3\n4,5,6\n', { columns: ['2', '0'] }, ['c', 'a'], [3, 1, 6, 4]],
];

test.each(TABLES)('%s', async (_, text, options, columns, data, notes = []) => {
  const table = parseCsv(typeof text === 'string' ? text : textOf(await decompressed(text)), options);
  expect(table.columns).toEqual(columns);
  expect([...table.points.data]).toEqual(data);
  expect([...table.notes].sort()).toEqual([...notes].sort());
});

test.each([
  ['x y\tz\t\n1\t2\t\n3\t4\t\n', [2]],
  ['x\ty\n1\t2\t\n3\t4\t\n', []], // blanks of any kind, which fit as well
  ['x,y\n1,2,\n3,4,\n', [2]],
  ['x,y,,\n1,2,,\n3,4,,\n', [2, 3]],
  ['1,2,\n3,4,\n', [2]],
])('delimiters at the ends of lines in %j make no columns', (text, left) => {
  const { points, notes } = parseCsv(text);
  expect([...points.data]).toEqual([1, 2, 3, 4]);
  expect(notes).toEqual(
    left.map(column => `column ${column} has neither a name nor a value, and is left out`),
  );
});

test('a first cell that shows an error begins no comment', () => {
  const { points, notes } = parseCsv('x,y\n1,2\n#N/A,3\n# by hand,4\n5,6\n', { missing: 'drop' });
  expect([...points.data]).toEqual([1, 2, 5, 6]);
  expect(notes).toEqual([
    '1 comment (#) among the rows is left out',
    '1 of 3 rows with missing values is left out',
  ]);
});

test('rows with missing values are left out where that is asked for, and counted', () => {
  const table = parseCsv('x,y\n1,2\nNA,3\n4,\n5,6\n', { missing: 'drop' });
  expect([...table.points.data]).toEqual([1, 2, 5, 6]);
  expect(table.notes).toEqual(['2 of 4 rows with missing values are left out']);
});

test('letters are categories where that is asked for', () => {
  const { points, levels } = parseCsv('g,h\nb,0\na,1\nb,1\n', { categories: true });
  expect([[...points.data], levels]).toEqual([
    [1, 0, 0, 1, 1, 1],
    [['a', 'b'], undefined],
  ]);
});

const message = (text: string, options?: CsvOptions): string => {
  try {
    parseCsv(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(EmError);
    return (error as Error).message;
  }
  throw new Error('The table was read.');
};

/** Every advice, followed, reads what it promises. */
describe('what could mean two things is refused', () => {
  test.each([
    [
      'a,b\n"81,654",1\n"1,234",2\n',
      /Try decimal: "\." if that is 81654, or decimal: "," if that is 81\.654\.$/,
    ],
    ['x,y\n1,2\nNA,3\n', /got "NA"\. Try missing: "drop", which leaves such rows out\.$/],
    ['g,x\na,1\nb,2\n', /got "a"\. Try columns: \["x"\]\.$/],
    [
      `x,y,\n${'1,2,\n'.repeat(1000)}3,4,5\n`,
      /^Line 1002, column 2: expected nothing, as in the first lines, got "5"\. Try columns: \["x","y"\] to leave it out\.$/,
    ],
  ])('%j', (text, says) => expect(message(text)).toMatch(says));
});

/** In time linear in the file: patterns that backtrack would take minutes. */
describe('hostile', () => {
  const digits = '1'.repeat(100_000);
  test.each([
    [
      '100,000 digits and a letter',
      `a,b\n1,2\n${digits}x,3\n4,5\n`,
      /Line 3, column "a": expected a finite number/,
    ],
    ['as many in groups', `a;b\n1;2\n${'1.234'.repeat(20_000)}x;3\n`, /Line 3, column "a"/],
    ['blanks between digits', `a;b\n1;2\n${'1 '.repeat(50_000)}x;3\n`, /Line 3, column "a"/],
    ['a header of a million characters', `${'a'.repeat(1e6)},b\n1,2\nx,3\n`, /Line 3, column "a{59,60}…"/],
    [
      '100,000 columns',
      `${new Array(1e5).fill('1').join(',')}\n`.repeat(3),
      /Expected 1 to 128 columns, got 100000/,
    ],
    ['escapes in a header', '\u001b[31mred,b\n1,2\nx,3\n', /column "\\u001b\[31mred"/],
  ])('%s', (_, text, says) => {
    const found = message(text);
    expect(found).toMatch(says);
    expect(found.length).toBeLessThan(400);
  });
});
