import { GrowingArray } from '../data/csv/growing-array.js';
import { plainNumber } from '../data/csv/numbers.js';
import { eachRecord, lineAt, withPlainNewlines } from '../data/csv/records.js';
import type { SparseCounts } from '../data/sparse-counts.js';
import { FileFormatError, InvalidDataError } from '../errors.js';
import { list, quote } from '../quote.js';
import { fileKind } from './data.js';
import { note } from './exit.js';
import { about, readText } from './files.js';

/** How often each word is in each document, and what they are called. */
export interface WordCounts {
  readonly counts: SparseCounts;
  /** [V] names, or positions ('0', '1', …) */
  readonly words: readonly string[];
  /** [n] names, where the file has them */
  readonly documents?: readonly string[];
}

/**
 * Word counts in a CSV file of either kind. A header `doc,word,count` says: a line for each word of each document, in
 * any order. Else a line is a document and a column a word, and the header names the words; a first column whose header
 * is `doc`, `document` or nothing names the documents.
 *
 * @param vocabulary the words there are; others are left out, with a note. Default: those of the file.
 */
export function readCounts(path: string, vocabulary?: readonly string[]): Promise<WordCounts> {
  return about(path, async () => {
    if (fileKind(path) === 'npy') {
      throw new FileFormatError('Word counts come as CSV: doc,word,count, or a column for each word.');
    }
    return parseCounts(await readText(path), vocabulary);
  });
}

export function parseCounts(given: string, vocabulary?: readonly string[]): WordCounts {
  const text = withPlainNewlines(given);
  const builder = new Builder(vocabulary);
  let format: Format | undefined;
  const told = { delimiter: delimiterOf(text), most: text.length, hasComments: false };
  eachRecord(text, told, (fields, start) => {
    const line = { fields: fields.map(field => field.trim()), number: () => lineAt(text, start) };
    if (format) {
      checkWidth(line, format.width);
      format.add(line);
    } else format = formatOf(line, builder);
  });
  if (!format) throw new FileFormatError('The CSV file is empty; expected word counts.');
  return builder.build(format.documents);
}

interface Line {
  readonly fields: readonly string[];
  /** As an editor counts it. */
  number(): number;
}

/** How a file lists its counts, as the first line says. */
interface Format {
  readonly width: number;
  /** Names, if there are any, in the order in which they come. */
  readonly documents: string[] | undefined;
  add(line: Line): void;
}

const DELIMITERS = [',', ';', '\t', '|'];

/** What the first line has most of, outside of quotes. */
function delimiterOf(text: string): string {
  const counted = DELIMITERS.map(delimiter => {
    let width = 0;
    try {
      eachRecord(text, { delimiter, most: text.length, hasComments: false }, fields => {
        width = fields.length;
        return true;
      });
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error; // quotes that do not pair under this one
    }
    return width;
  });
  return DELIMITERS[counted.indexOf(Math.max(...counted))];
}

function formatOf(first: Line, builder: Builder): Format {
  return /^doc(ument)?,word,count$/i.test(first.fields.slice(0, 4).join(','))
    ? new Triples(builder)
    : new DocumentLines(first, builder);
}

/** A line for each word of each document, in any order. */
class Triples implements Format {
  readonly width = 3;
  readonly #documents = new Map<string, number>();

  constructor(private readonly builder: Builder) {}

  get documents(): string[] {
    return [...this.#documents.keys()];
  }

  add(line: Line): void {
    const [document, word, count] = line.fields;
    const index = this.#documents.get(document) ?? this.#documents.size;
    this.#documents.set(document, index);
    this.builder.add(index, word, countOf(count, line, 'count'));
  }
}

/** A line a document, a column a word. */
class DocumentLines implements Format {
  readonly width: number;
  readonly documents: string[] | undefined;
  readonly #hasHeader: boolean;
  readonly #words: readonly string[];
  #count = 0;

  constructor(
    first: Line,
    private readonly builder: Builder,
  ) {
    const { fields } = first;
    this.width = fields.length;
    this.#hasHeader = fields.some(field => !isNumber(field));
    this.documents = this.#hasHeader && /^(doc|document)?$/i.test(fields[0]) ? [] : undefined;
    const names = this.documents ? fields.slice(1) : fields;
    this.#words = this.#hasHeader ? names : names.map((_, j) => String(j));
    if (names.length === 0) throw new FileFormatError('Expected a column for each word, got none.');
    if (this.#hasHeader) builder.declare(distinct(names));
    else {
      builder.declarePositions(this.width);
      this.add(first);
    }
  }

  add(line: Line): void {
    const document = this.#count++;
    this.builder.open(document);
    this.documents?.push(line.fields[0]);
    const first = this.documents ? 1 : 0;
    this.#words.forEach((word, j) => {
      const count = countOf(line.fields[first + j], line, word);
      if (count > 0) this.builder.add(document, this.#hasHeader ? word : j, count);
    });
  }
}

function distinct(words: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const word of words) {
    if (seen.has(word)) throw new FileFormatError(`The header names ${quote(word)} more than once.`);
    seen.add(word);
  }
  return words;
}

/** Counts as they come, until all documents and words are known. */
class Builder {
  readonly #given: boolean;
  readonly #words: Map<string, number>;
  readonly #unknown = new Set<string>();
  readonly #entries = {
    documents: new GrowingArray(),
    words: new GrowingArray(),
    counts: new GrowingArray(),
  };
  #documents = 0;

  constructor(vocabulary: readonly string[] | undefined) {
    this.#given = vocabulary !== undefined;
    this.#words = new Map(vocabulary?.map((word, index) => [word, index]));
  }

  /** Words in their order, found or not. */
  declare(words: readonly string[]): void {
    for (const word of words) this.#indexOf(word);
  }

  declarePositions(count: number): void {
    if (!this.#given) this.declare(Array.from({ length: count }, (_, j) => String(j)));
    if (count !== this.#words.size)
      throw new InvalidDataError(`The model has ${this.#words.size} words, the file has ${count} columns.`);
  }

  /** There is such a document, even if no word is in it. */
  open(document: number): void {
    this.#documents = Math.max(this.#documents, document + 1);
  }

  /** @param word by name, or by position */
  add(document: number, word: string | number, count: number): void {
    this.open(document);
    const index = typeof word === 'number' ? word : this.#indexOf(word);
    if (index === undefined) return;
    this.#entries.documents.push(document);
    this.#entries.words.push(index);
    this.#entries.counts.push(count);
  }

  build(documents: string[] | undefined): WordCounts {
    if (this.#documents === 0) throw new FileFormatError('The CSV file has a header but no counts below it.');
    const words = [...this.#words.keys()];
    if (this.#unknown.size > 0) {
      const some = list([...this.#unknown], 3);
      if (this.#entries.counts.length === 0) {
        throw new InvalidDataError(`The model knows none of these words: ${some}.`);
      }
      note(`words that the model does not know are left out: ${some}.`);
    }
    return { counts: this.#sparse(words.length), words, documents };
  }

  #indexOf(word: string): number | undefined {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    if (this.#given) return void this.#unknown.add(word);
    const index = this.#words.size;
    this.#words.set(word, index);
    return index;
  }

  /** In the order of the documents. */
  #sparse(vocabulary: number): SparseCounts {
    const [documents, words, counts] = [
      this.#entries.documents,
      this.#entries.words,
      this.#entries.counts,
    ].map(array => array.toArray());
    const n = this.#documents;
    const indptr = new Uint32Array(n + 1);
    for (const document of documents) indptr[document + 1]++;
    for (let d = 0; d < n; d++) indptr[d + 1] += indptr[d];
    const next = indptr.slice();
    const data = new Float64Array(counts.length);
    const indices = new Uint32Array(counts.length);
    documents.forEach((document, i) => {
      const at = next[document]++;
      data[at] = counts[i];
      indices[at] = words[i];
    });
    return { data, indices, indptr, shape: [n, vocabulary] };
  }
}

function checkWidth({ fields, number }: Line, width: number): void {
  if (fields.length === width) return;
  throw new FileFormatError(
    `Line ${number()} has ${fields.length} fields where the first line has ${width}.`,
  );
}

const isNumber = (field: string) => Number.isFinite(plainNumber(field));

function countOf(field: string, { number }: Line, column: string): number {
  const count = plainNumber(field);
  if (count >= 0 && Number.isFinite(count)) return count;
  throw new FileFormatError(
    `Line ${number()}, column ${quote(column)}: expected a count ≥ 0, got ${quote(field)}.`,
  );
}
