import Papa from 'papaparse';
import type { SparseCounts } from '../data/sparse-counts.js';
import { FileFormatError, InvalidDataError } from '../errors.js';
import { fileKind } from './data.js';
import { note } from './exit.js';
import { about, readText } from './files.js';
import { parseNumber } from './options.js';

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

export function parseCounts(text: string, vocabulary?: readonly string[]): WordCounts {
  const [first, ...lines] = linesOf(text);
  if (!first) throw new FileFormatError('The CSV file is empty; expected word counts.');
  const header = first.fields.map(field => field.trim());
  const builder = new Builder(vocabulary);
  const names = /^doc(ument)?,word,count$/i.test(header.join(','))
    ? addTriples(lines, builder)
    : addDocuments(first, lines, builder);
  return builder.build(names);
}

interface Line {
  readonly fields: string[];
  /** As an editor counts it. */
  readonly number: number;
}

/** The lines that are not blank. */
function linesOf(text: string): Line[] {
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const { data, errors } = Papa.parse<string[]>(plain, { newline: '\n' });
  let next = 1;
  const lines = data.map(fields => {
    const number = next;
    next += fields.reduce((sum, field) => sum + field.split('\n').length - 1, 1);
    return { fields, number };
  });
  const quotes = errors.find(error => error.type === 'Quotes');
  if (quotes) {
    throw new FileFormatError(
      `Line ${lines[quotes.row ?? 0].number} has a quote that is stray or never closed.`,
    );
  }
  return lines.filter(({ fields }) => fields.length > 1 || fields[0].trim() !== '');
}

/** @returns the documents' names, in the order in which they come */
function addTriples(lines: readonly Line[], builder: Builder): string[] {
  const documents = new Map<string, number>();
  for (const line of lines) {
    checkWidth(line, 3);
    const [document, word, count] = line.fields.map(field => field.trim());
    const index = documents.get(document) ?? documents.size;
    documents.set(document, index);
    builder.add(index, word, countOf(count, line, 'count'));
  }
  return [...documents.keys()];
}

/** @returns the documents' names, if there are any */
function addDocuments(first: Line, lines: readonly Line[], builder: Builder): string[] | undefined {
  const width = first.fields.length;
  const hasHeader = first.fields.some(field => Number.isNaN(parseNumber(field)));
  const hasNames = hasHeader && /^(doc|document)?$/i.test(first.fields[0].trim());
  const words = first.fields
    .map((field, j) => (hasHeader ? field.trim() : String(j)))
    .slice(hasNames ? 1 : 0);
  const repeated = words.find((word, j) => words.indexOf(word) < j);
  if (repeated !== undefined) throw new FileFormatError(`The header names "${repeated}" more than once.`);
  if (words.length === 0) throw new FileFormatError('Expected a column for each word, got none.');
  if (hasHeader) builder.declare(words);
  else builder.declarePositions(width);
  const documents = hasHeader ? lines : [first, ...lines];
  documents.forEach((line, index) => {
    checkWidth(line, width);
    builder.open(index);
    line.fields.slice(hasNames ? 1 : 0).forEach((field, j) => {
      const count = countOf(field, line, words[j]);
      if (count > 0) builder.add(index, hasHeader ? words[j] : j, count);
    });
  });
  return hasNames ? documents.map(({ fields }) => fields[0].trim()) : undefined;
}

/** Counts as they come, until all documents and words are known. */
class Builder {
  readonly #given: boolean;
  readonly #words: Map<string, number>;
  readonly #unknown = new Set<string>();
  readonly #entries: { document: number; word: number; count: number }[] = [];
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
    if (index !== undefined) this.#entries.push({ document, word: index, count });
  }

  build(documents: string[] | undefined): WordCounts {
    if (this.#documents === 0) throw new FileFormatError('The CSV file has a header but no counts below it.');
    const words = [...this.#words.keys()];
    if (this.#unknown.size > 0) {
      const some = [...this.#unknown].slice(0, 3).join(', ');
      if (this.#entries.length === 0) {
        throw new InvalidDataError(`The model knows none of these words (${some}, …).`);
      }
      note(`words that the model does not know are left out: ${this.#unknown.size} (${some}, …)`);
    }
    return { counts: sparse(this.#entries, this.#documents, words.length), words, documents };
  }

  #indexOf(word: string): number | undefined {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    if (this.#given) return void this.#unknown.add(word);
    const index = this.#words.size;
    this.#words.set(word, index);
    return index;
  }
}

function sparse(
  entries: readonly { document: number; word: number; count: number }[],
  n: number,
  vocabulary: number,
): SparseCounts {
  const indptr = new Uint32Array(n + 1);
  for (const { document } of entries) indptr[document + 1]++;
  for (let d = 0; d < n; d++) indptr[d + 1] += indptr[d];
  const next = indptr.slice();
  const data = new Float64Array(entries.length);
  const indices = new Uint32Array(entries.length);
  for (const { document, word, count } of entries) {
    const at = next[document]++;
    data[at] = count;
    indices[at] = word;
  }
  return { data, indices, indptr, shape: [n, vocabulary] };
}

function checkWidth({ fields, number }: Line, width: number): void {
  if (fields.length === width) return;
  throw new FileFormatError(`Line ${number} has ${fields.length} fields where the first line has ${width}.`);
}

function countOf(field: string, { number }: Line, column: string): number {
  const count = parseNumber(field);
  if (count >= 0) return count;
  throw new FileFormatError(
    `Line ${number}, column "${column}": expected a count ≥ 0, got "${field.trim()}".`,
  );
}
