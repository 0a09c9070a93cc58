import { gzipSync } from 'node:zlib';
import type { CsvOptions } from '../../src/data/csv.js';
import type { Rng } from '../../src/numerics/rng.js';
import { encoded, joined } from './bytes.js';
import { pick, rarely, several } from './kind.js';

/** A table as some program writes it, and what it says. */
export interface WrittenTable {
  readonly bytes: Uint8Array;
  readonly options: CsvOptions;
  /** Whether the options say all there is to say of the layout: the file must then be taken. */
  readonly isTold: boolean;
  readonly expected: ExpectedTable;
}

export interface ExpectedTable {
  readonly shape: readonly [number, number];
  /** [n, d] */
  readonly values: readonly number[];
  /** Absent where the file has no names. */
  readonly columns?: readonly string[];
  /** [n] Which row of the file each is. */
  readonly rows: readonly number[];
}

/** How a program writes. */
interface Dialect {
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  /** What is between groups of three digits. */
  readonly group: string;
  readonly quotes: 'all' | 'some' | 'names';
  readonly hasHeader: boolean;
  /** R's or pandas' names of rows at the left, with an empty name or with none. */
  readonly rowNames: 'none' | 'empty' | 'short';
  readonly lineEnd: string;
}

const WORDS = [
  'height',
  'Größe',
  'x',
  'x1',
  'petal length',
  'α',
  'price (€)',
  'p-value',
  'a_b',
  '体重',
  'Δt',
];
const ODD_WORDS = ['\u001b[31mred', 'a\u202eb', 'n'.repeat(10_000), 'say "hi"', 'a,b', 'a;b', "it's", 'x\ny'];
const MISSING = ['', 'NA', 'NaN', 'null', '?', 'n/a', '#N/A'];

/** A table of one dialect, with all, some or nothing of it told. */
export function writtenTable(rng: Rng): WrittenTable {
  const dialect = dialectOf(rng);
  const d = pick([1, 2, 2, 3, 3, 4, 7, 20], rng);
  const n = pick([1, 2, 3, 5, 8, 13, 40], rng);
  const isTold = rarely(2, rng) || (d === 1 && dialect.decimal === ',') || n < 3;
  const numbers = numbersOf(n * d, dialect, rng);
  const drops = rarely(5, rng);
  const missing = new Set<number>();
  if (drops) for (let i = 1; i < n; i++) if (rarely(4, rng)) missing.add(i * d + rng.integer(d));
  const names = namesOf(d, rng);
  const cells = numbers.map(({ text }, i) =>
    missing.has(i) ? pick(d === 1 ? MISSING.slice(1) : MISSING, rng) : text,
  );
  const lines = several(n, i => cells.slice(i * d, (i + 1) * d));
  const order = isTold && rarely(3, rng) ? shuffled(d, rng) : undefined;
  const first = dialect.rowNames === 'none' ? 0 : 1;
  const choice = order ?? [...names.keys()];
  const kept = [...lines.keys()].filter(i => !choice.some(j => missing.has(i * d + j)));
  return {
    bytes: encodedAs(textOf(names, lines, dialect, rng), rng),
    options: {
      ...(isTold && { delimiter: dialect.delimiter, decimal: dialect.decimal, header: dialect.hasHeader }),
      ...(order && { columns: order.map(j => String(j + first)) }),
      ...(drops && { missing: 'drop' }),
      ...(rarely(5, rng) && { keepText: true }),
    },
    isTold,
    expected: {
      shape: [kept.length, choice.length],
      values: kept.flatMap(i => choice.map(j => numbers[i * d + j].value)),
      columns: dialect.hasHeader ? choice.map(j => names[j]) : undefined,
      rows: kept,
    },
  };
}

function dialectOf(rng: Rng): Dialect {
  const decimal = pick(['.', '.', ','] as const, rng);
  const delimiter = pick(
    [',', ',', ';', '\t', '|', ' '].filter(mark => mark !== decimal),
    rng,
  );
  const groups = ['', '', '', decimal === '.' ? ',' : '.', "'", '’', '\u00a0', '\u202f'];
  const hasHeader = !rarely(4, rng);
  return {
    delimiter,
    decimal,
    group: pick(
      groups.filter(mark => mark !== delimiter),
      rng,
    ),
    quotes: pick(['all', 'some', 'names'] as const, rng),
    hasHeader,
    rowNames: hasHeader ? pick(['none', 'none', 'none', 'empty', 'short'] as const, rng) : 'none',
    lineEnd: pick(['\n', '\r\n', '\r', 'mixed'], rng),
  };
}

/** Numbers as they are written, and what they are. */
function numbersOf(count: number, { decimal, group }: Dialect, rng: Rng): { text: string; value: number }[] {
  const style = rng.integer(5);
  return several(count, () => {
    const size = 10 ** (rng.integer(12) - 4);
    const plain = [
      () => String(rng.integer(1000) - 300),
      () => (rng.normal() * size).toFixed(rng.integer(5)),
      () => String(rng.normal() * size),
      () => (rng.normal() * size).toExponential(rng.integer(17)),
      () =>
        pick(
          ['0', '-0', '1e308', '5e-324', '.5', '2.', '+7', '1E5', '123456789.123456789', '9007199254740993'],
          rng,
        ),
    ][style === 4 ? rng.integer(5) : style]();
    return { text: localised(plain, decimal, group), value: Number(plain) };
  });
}

/** Digits before the decimals in groups of three, where there are more than three. */
function localised(plain: string, decimal: string, group: string): string {
  const [, sign, whole, rest] = /^([+-]?)(\d*)(.*)$/.exec(plain) as RegExpExecArray;
  const grouped = whole.startsWith('0') ? whole : whole.replace(/\B(?=(\d{3})+$)/g, group);
  return sign + grouped + rest.replace('.', decimal);
}

function namesOf(d: number, rng: Rng): string[] {
  const words = rarely(4, rng) ? ODD_WORDS : WORDS;
  return several(d, j => (j < 1 || rarely(2, rng) ? pick(words, rng) : `column ${j}`)).map(
    (name, j, all) => (all.indexOf(name) < j ? `${j}: ${name}` : name), // else they could not be told apart
  );
}

function shuffled(d: number, rng: Rng): number[] {
  const order = several(d, j => j);
  for (let j = d - 1; j > 0; j--) {
    const other = rng.integer(j + 1);
    [order[j], order[other]] = [order[other], order[j]];
  }
  return order.slice(0, 1 + rng.integer(d));
}

function textOf(names: readonly string[], lines: readonly string[][], dialect: Dialect, rng: Rng): string {
  const { delimiter, hasHeader, rowNames, lineEnd, quotes } = dialect;
  const end = () => (lineEnd === 'mixed' ? pick(['\n', '\r\n', '\r'], rng) : lineEnd);
  const inQuotes = (field: string) => `"${field.replaceAll('"', '""')}"`;
  const written = (field: string, isName: boolean) => {
    const must = field.includes(delimiter) || /["\n\r#]/.test(field) || /^\s|\s$/.test(field);
    const blank = delimiter === ' ' && (field === '' || /\s/.test(field));
    const may = quotes === 'all' || (quotes === 'names' && isName) || (quotes === 'some' && rarely(2, rng));
    return must || blank || may ? inQuotes(field) : field;
  };
  const header = [...(rowNames === 'empty' ? [''] : []), ...names].map(name => written(name, true));
  const rows = lines.map((line, i) => [
    ...(rowNames === 'none' ? [] : [inQuotes(String(i))]),
    ...line.map(field => written(field, false)),
  ]);
  const extra = rarely(5, rng)
    ? () => (rarely(3, rng) ? pick(['', '  ', '# a comment', '#'], rng) + end() : '')
    : () => '';
  const body = [...(hasHeader ? [header] : []), ...rows].map(fields => extra() + fields.join(delimiter));
  const last = rarely(3, rng) ? '' : end();
  const separator = delimiter !== ' ' && rarely(20, rng) ? `sep=${delimiter}${end()}` : '';
  return separator + body.reduce((text, line) => text + end() + line) + last;
}

function encodedAs(text: string, rng: Rng): Uint8Array {
  const utf16 = (isLittle: boolean) => {
    const bytes = new Uint8Array(2 * text.length + 2);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 0xfeff, isLittle);
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i + 2, text.charCodeAt(i), isLittle);
    return bytes;
  };
  const bytes = [
    () => encoded(text),
    () => encoded(text),
    () => joined(Uint8Array.of(0xef, 0xbb, 0xbf), encoded(text)),
    () => utf16(true),
    () => utf16(false),
  ][rng.integer(5)]();
  return rarely(6, rng) ? gzipSync(bytes) : bytes;
}
