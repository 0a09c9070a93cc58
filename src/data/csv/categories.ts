import { isMissing } from './numbers.js';

/** Codes of one column's values: those of known levels, or of levels that are found as rows come. */
export class Categories {
  readonly #codes: Map<string, number>;

  /** @param known levels in the order of their codes: no others are taken */
  constructor(readonly known?: readonly string[]) {
    this.#codes = new Map(known?.map((level, code) => [level, code]));
  }

  /** NaN for a missing value, and for a level that is not known. */
  code(field: string): number {
    const level = field.trim();
    const code = this.#codes.get(level);
    if (code !== undefined) return code;
    if (this.known || isMissing(level)) return Number.NaN;
    this.#codes.set(level, this.#codes.size);
    return this.#codes.size - 1;
  }

  /**
   * What each code stands for in the end: the number itself where all values of the column are numbers; else its place
   * among the levels, sorted, so that they do not depend on the order of the rows.
   */
  finish(numberOf: (field: string) => number): { levels?: readonly string[]; values: Float64Array } {
    const found = [...this.#codes.keys()];
    if (this.known) return { levels: this.known, values: Float64Array.from(found.keys()) };
    const numbers = Float64Array.from(found, numberOf);
    if (numbers.every(Number.isFinite)) return { values: numbers };
    const levels = found.slice().sort();
    const places = new Map(levels.map((level, place) => [level, place]));
    return { levels, values: Float64Array.from(found, level => places.get(level) as number) };
  }
}
