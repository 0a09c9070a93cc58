import { FileFormatError } from '../../errors.js';
import { list, quote } from '../../quote.js';

/**
 * The columns that words choose, in the order of the words: each is a name, a position from 0, or a range of either
 * (`2-5`, `a-d`, both ends included). A name is taken as such before it is taken for anything else.
 *
 * @throws FileFormatError for a word that chooses nothing, or a column that is chosen twice
 */
export function chooseColumns(names: readonly string[], choice: readonly string[]): number[] {
  if (choice.length === 0) throw new FileFormatError(`No column is chosen; the file has ${list(names)}.`);
  const index = new Index(names);
  const chosen = choice.flatMap(word => index.find(word));
  const taken = new Set<number>();
  for (const column of chosen) {
    if (taken.has(column))
      throw new FileFormatError(`Column ${quote(names[column])} is chosen more than once.`);
    taken.add(column);
  }
  return chosen;
}

/** A word that chooses this column alone and needs no care in a shell: its name, or else its position. */
export function wordFor(names: readonly string[], column: number): string {
  const name = names[column];
  const isPlain = /^[\p{L}_][\p{L}\p{N}_. ]{0,58}$/u.test(name) && name.trim() === name;
  return isPlain && names.indexOf(name) === names.lastIndexOf(name) ? name : String(column);
}

class Index {
  /** Undefined for a name that several columns have. */
  readonly #byName = new Map<string, number | undefined>();

  constructor(private readonly names: readonly string[]) {
    names.forEach((name, column) => {
      this.#byName.set(name, this.#byName.has(name) ? undefined : column);
    });
  }

  find(word: string): number[] {
    const one = this.#one(word);
    if (one !== undefined) return [one];
    const ranges = this.#ranges(word);
    if (ranges.length === 1) return ranges[0];
    const has = `the file has ${list(this.names)}`;
    throw new FileFormatError(
      ranges.length > 1
        ? `${quote(word)} can be read as several ranges of columns; ${has}. Try positions, counted from 0.`
        : `There is no column ${quote(word)}; ${has}.`,
    );
  }

  #one(word: string): number | undefined {
    if (this.#byName.has(word)) {
      const column = this.#byName.get(word);
      if (column !== undefined) return column;
      throw new FileFormatError(
        `The header names column ${quote(word)} more than once: ${list(this.names)}. Try its position, counted from 0.`,
      );
    }
    return /^\d{1,9}$/.test(word) && Number(word) < this.names.length ? Number(word) : undefined;
  }

  #ranges(word: string): number[][] {
    const ranges: number[][] = [];
    for (let dash = word.indexOf('-', 1); dash > 0; dash = word.indexOf('-', dash + 1)) {
      const [first, last] = [this.#one(word.slice(0, dash).trim()), this.#one(word.slice(dash + 1).trim())];
      if (first === undefined || last === undefined || last < first) continue;
      ranges.push(Array.from({ length: last - first + 1 }, (_, i) => first + i));
    }
    return ranges;
  }
}
