import { EmError, FileFormatError } from '../../errors.js';
import { list, quote } from '../../quote.js';
import { checkFeatures, matrix } from '../matrix.js';
import { type Advised, adviceOn, asLiteral } from './advice.js';
import { Categories } from './categories.js';
import { chooseColumns, wordFor } from './columns.js';
import { GrowingArray } from './growing-array.js';
import { type Layout, layoutOf, numberOf } from './layout.js';
import { isMissing, plainNumber } from './numbers.js';
import type { CsvData, CsvOptions } from './options.js';
import { eachRecord, lineAt } from './records.js';
import { SequenceColumn } from './sequences.js';

/** One reading of a text. */
export class Table {
  readonly #layout: Layout;
  readonly #chosen: readonly number[];
  readonly #sequence: number | undefined;
  readonly #notes: string[];

  /** @param isTrial whether nobody will read what it has to say */
  constructor(
    private readonly text: string,
    private readonly options: CsvOptions,
    private readonly isTrial = false,
  ) {
    const { sequenceColumn, columns } = options;
    this.#layout = layoutOf(text, options);
    this.#notes = [...this.#layout.notes];
    const { names, hasNames } = this.#layout;
    this.#sequence = sequenceColumn === undefined ? undefined : chooseColumns(names, [sequenceColumn])[0];
    const chosen = columns ? chooseColumns(names, columns) : this.#defaultColumns();
    const { match = all => all } = options;
    this.#chosen = match(chosen, this.#columnNames(names.keys()), hasNames, note => this.#notes.push(note));
    checkFeatures(this.#chosen.length);
  }

  read(): CsvData {
    const { text, options } = this;
    const layout = this.#layout;
    const chosen = this.#chosen;
    const width = layout.names.length;
    const coders = this.#coders();
    const values = new GrowingArray();
    const dropped: number[] = [];
    const lines: string[] | undefined = options.keepText ? [] : undefined;
    const sequence = this.#sequence === undefined ? undefined : new SequenceColumn();
    let nRows = 0;
    let comments = 0;

    const empty = options.columns ? [] : layout.empty;

    const addRow = (row: string[], start: number, end: number) => {
      if (row.length !== width) throw this.#ragged(start);
      for (const column of empty) if (row[column].trim() !== '') throw this.#unexpected(row, column, start);
      lines?.push(text.slice(start, end));
      const before = values.length;
      for (let j = 0; j < chosen.length; j++) {
        const field = row[chosen[j]];
        const value = coders[j]?.code(field) ?? numberOf(field, layout.decimal);
        if (!Number.isFinite(value)) {
          if (options.missing !== 'drop' || !isMissing(field)) throw this.#unreadable(field, j, start);
          values.length = before;
          dropped.push(nRows++);
          return;
        }
        values.push(value);
      }
      sequence?.add(row[this.#sequence!]);
      nRows++;
    };
    const told = { from: layout.rowsFrom, delimiter: layout.delimiter, most: width + 1 };
    eachRecord(text, told, addRow, () => comments++);

    this.#checkRows(nRows, dropped.length);
    this.#noteLines(comments, dropped.length, nRows);
    const data = values.toArray();
    const levels = options.categories && decode(data, coders);
    const { sequences, order } = sequence?.finish() ?? {};
    if (order)
      this.#notes.push(
        `rows of one ${quote(layout.names[this.#sequence!])} that are apart are brought together, in their order`,
      );
    const kept = dropped.length > 0 ? without(nRows, dropped) : undefined;
    const rows = order && kept ? order.map(row => kept[row]) : (order ?? kept);
    return {
      points: matrix(order ? permuted(data, order) : data, [nRows - dropped.length, chosen.length]),
      columns: this.#columnNames(chosen),
      notes: this.#notes,
      ...(levels && { levels }),
      ...(sequences && { sequences }),
      ...(rows && { rows }),
      ...(lines && { text: { delimiter: layout.delimiter, header: layout.header, lines } }),
    };
  }

  /** What is neither left out nor tells sequences apart. */
  #defaultColumns(): number[] {
    const { names, leftOut, text } = this.#layout;
    const out = new Set<number | undefined>([this.#sequence]);
    for (const { column, note } of leftOut) {
      if (column === this.#sequence) continue;
      out.add(column);
      this.#notes.push(note);
    }
    const words = this.options.skipText ? text.filter(column => !out.has(column)) : [];
    for (const column of words) out.add(column);
    const chosen = [...names.keys()].filter(column => !out.has(column));
    if (chosen.length === 0) {
      throw new FileFormatError(
        words.length > 0
          ? `No column holds numbers; the file has ${list(names)}.`
          : `There is no column but ${quote(names[this.#sequence ?? 0])}.`,
      );
    }
    if (words.length > 0) {
      const named = words
        .slice(0, 20)
        .map(column => quote(names[column]))
        .join(', ');
      this.#notes.push(
        words.length === 1
          ? `column ${named} holds text and is left out`
          : `columns ${named} hold text and are left out`,
      );
    }
    return chosen;
  }

  /** What columns are called; the position of one without a name. */
  #columnNames(columns: Iterable<number>): string[] {
    return Array.from(columns, column => this.#layout.names[column] || String(column));
  }

  /** [d] what gives each column its codes, where it has any */
  #coders(): (Categories | undefined)[] {
    const { categories } = this.options;
    return this.#chosen.map((_, j) => {
      if (categories === true) return new Categories();
      const known = categories ? categories[j] : undefined;
      return known && new Categories(known);
    });
  }

  #checkRows(nRows: number, dropped: number): void {
    const { hasHeader, names, promisedRows, start } = this.#layout;
    if (nRows === 0) {
      const what = hasHeader ? `a header (${list(names)})` : 'names';
      throw new FileFormatError(`The CSV file has ${what} but no rows; expected lines of numbers below it.`);
    }
    if (promisedRows !== undefined && nRows !== promisedRows) {
      throw new FileFormatError(
        `The line above line ${lineAt(this.text, start)} promises ${plural(promisedRows, 'row')}, the file has ${nRows}. Try to mend or to drop that line.`,
      );
    }
    if (nRows === dropped) {
      throw new FileFormatError(
        `Each of ${plural(nRows, 'row')} has a missing value in some column. Try to choose the columns that matter.`,
      );
    }
  }

  #noteLines(comments: number, dropped: number, nRows: number): void {
    const are = (count: number) => (count === 1 ? 'is' : 'are');
    if (comments > 0) {
      this.#notes.push(`${plural(comments, 'comment')} (#) among the rows ${are(comments)} left out`);
    }
    if (dropped > 0) {
      this.#notes.push(`${dropped} of ${plural(nRows, 'row')} with missing values ${are(dropped)} left out`);
    }
  }

  #ragged(start: number): FileFormatError {
    const { delimiter, names, start: reference } = this.#layout;
    let count = 0;
    eachRecord(this.text, { from: start, delimiter, most: this.text.length }, row => {
      count = row.length;
      return true;
    });
    return new FileFormatError(
      `Line ${lineAt(this.text, start)} has ${plural(count, 'field')} where line ${lineAt(this.text, reference)} has ` +
        `${names.length}. Try to mend the line, or to quote fields that hold the delimiter.`,
    );
  }

  /** A value where the first lines have none: no column is left out that has any. */
  #unexpected(row: readonly string[], column: number, start: number): FileFormatError {
    const { names } = this.#layout;
    const { advise: say = asLiteral } = this.options;
    const columns = this.#chosen.map(chosen => wordFor(names, chosen));
    return new FileFormatError(
      `Line ${lineAt(this.text, start)}, column ${column}: expected nothing, as in the first lines, got ${quote(row[column], 40)}. ` +
        `Try ${say({ columns })} to leave it out.`,
    );
  }

  /** @param j of the chosen columns */
  #unreadable(field: string, j: number, start: number): FileFormatError {
    if (this.isTrial) return new FileFormatError('Not this way.');
    const column = this.#chosen[j];
    const { advise: say = asLiteral } = this.options;
    const [name] = this.#columnNames([column]);
    const coder = this.#coders()[j];
    const expected = coder?.known ? `one of ${list(coder.known)}` : coder ? 'a value' : 'a finite number';
    const got = field.trim() === '' ? 'an empty field' : quote(field, 40);
    const advice = adviceOn(
      { field, column, layout: this.#layout, told: this.options },
      {
        say,
        layoutFor: options => layoutOf(this.text, { ...this.options, ...options }),
        works: options => this.#works(options),
      },
    );
    return new FileFormatError(
      `Line ${lineAt(this.text, start)}, column ${quote(name)}: expected ${expected}, got ${got}. ${advice}`,
    );
  }

  #works(options: Advised): boolean {
    try {
      new Table(this.text, { ...this.options, ...options, keepText: false }, true).read();
      return true;
    } catch (error) {
      if (error instanceof EmError) return false;
      throw error;
    }
  }
}

/** Put what codes stand for in the place of the codes. */
function decode(data: Float64Array, coders: readonly (Categories | undefined)[]) {
  const meanings = coders.map(coder => coder?.finish(plainNumber));
  const d = coders.length;
  for (let i = 0; i < data.length; i++) data[i] = meanings[i % d]?.values[data[i]] ?? data[i];
  return meanings.map(meaning => meaning?.levels);
}

function permuted(data: Float64Array, order: Uint32Array): Float64Array {
  const d = data.length / order.length;
  const result = new Float64Array(data.length);
  order.forEach((row, i) => {
    result.set(data.subarray(row * d, (row + 1) * d), i * d);
  });
  return result;
}

/** 0 … n − 1 without some, which are sorted. */
function without(n: number, dropped: readonly number[]): Uint32Array {
  const kept = new Uint32Array(n - dropped.length);
  for (let row = 0, k = 0, gone = 0; row < n; row++) {
    if (row === dropped[gone]) gone++;
    else kept[k++] = row;
  }
  return kept;
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
