import { type CsvData, type CsvOptions, parseCsv } from '../../src/data/csv.js';
import { decompressed, textOf } from '../../src/data/text.js';
import { EmError } from '../../src/errors.js';
import type { Rng } from '../../src/numerics/rng.js';
import { mutated } from './bytes.js';
import { gzipBomb, hostileText } from './hostile-texts.js';
import { type FuzzKind, pick, rarely, several } from './kind.js';
import { checkWords, expectSame, Wrong } from './words.js';
import { type ExpectedTable, writtenTable } from './written-table.js';

export interface CsvInput {
  readonly bytes: Uint8Array;
  readonly options: CsvOptions;
  /** What the file says, where that is known; and whether it must be taken. */
  readonly expected?: ExpectedTable;
  readonly isTold?: boolean;
}

/** Tables of all dialects, whole and broken, and texts that are none. */
export const csv: FuzzKind<null, CsvInput> = {
  name: 'csv',
  seeds: async () => [],
  make(_, rng) {
    if (rarely(2000, rng)) return { bytes: gzipBomb(rng), options: {} };
    if (rarely(30, rng)) return { bytes: hostileText(rng), options: someOptions(rng) };
    const table = writtenTable(rng);
    if (rarely(2, rng)) return table;
    const bytes = mutated(table.bytes, writtenTable(rng).bytes, rng);
    return { bytes, options: rarely(2, rng) ? table.options : someOptions(rng) };
  },
  async take({ bytes, options, expected, isTold }) {
    const data = await read(bytes, options, isTold);
    checkData(data, options);
    if (expected) compare(data, expected);
  },
  show: ({ bytes, options, ...rest }) =>
    `${JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 5000)))}\n${JSON.stringify({ options, ...rest })}`,
};

async function read(bytes: Uint8Array, options: CsvOptions, isTold = false): Promise<CsvData> {
  try {
    return parseCsv(textOf(await decompressed(bytes)), options);
  } catch (error) {
    if (isTold && error instanceof EmError) throw new Wrong(`refused: ${error.message}`);
    throw error;
  }
}

/** What holds of any table that is taken. */
function checkData({ points, columns, notes, rows, text }: CsvData, { keepText }: CsvOptions): void {
  const { data, shape } = points;
  expectSame('number of values', data.length, shape[0] * shape[1]);
  expectSame('number of columns', columns.length, shape[1]);
  if (!data.every(Number.isFinite)) throw new Wrong('a value that is not finite was taken');
  if (rows) expectSame('number of rows', rows.length, shape[0]);
  if (keepText && !(text && text.lines.length >= shape[0])) throw new Wrong('the lines of the file are lost');
  notes.forEach(checkWords);
}

function compare({ points, columns, rows }: CsvData, expected: ExpectedTable): void {
  expectSame('shape', points.shape, expected.shape);
  expectSame('values', points.data, expected.values);
  if (expected.columns) expectSame('columns', columns, expected.columns.map(plain));
  expectSame('rows', rows ?? several(points.shape[0], i => i), expected.rows);
}

/** Names are read without blanks around them, and with single ones inside. */
const plain = (name: string) => name.trim().replace(/\s+/g, ' ');

/** Options that may fit or not. */
export function someOptions(rng: Rng): CsvOptions {
  const maybe = <T>(name: keyof CsvOptions, values: readonly T[], times = 4) =>
    rarely(times, rng) ? { [name]: pick(values, rng) } : {};
  return {
    ...maybe('delimiter', [',', ';', '\t', '|', ' ', 'x', '1', '.', '-', "'", '\u0000', '', '""', ',,', 5]),
    ...maybe('decimal', ['.', ',', ';']),
    ...maybe('header', [true, false]),
    ...maybe('missing', ['drop', 'error', 'x'], 3),
    ...maybe('skipText', [true], 3),
    ...maybe('keepText', [true], 8),
    ...maybe('categories', [true, [['a', 'b'], undefined], []], 6),
    ...maybe('sequenceColumn', ['0', '1', 'x', 'height', '', 1], 8),
    ...maybe(
      'columns',
      [
        ['0'],
        ['1', '0'],
        ['0-1'],
        ['x'],
        [],
        ['0', '0'],
        ['0-99999999'],
        ['-'],
        ['height-x'],
        [1],
        '0',
        [null],
      ],
      6,
    ),
  };
}
