/** What the column says of each sequence, and how many rows it has. */
export interface CsvSequences {
  names: string[];
  lengths: number[];
}

/** Tells rows apart by what a column says of each. */
export class SequenceColumn {
  readonly #indices = new Map<string, number>();
  readonly #sequences: CsvSequences = { names: [], lengths: [] };
  readonly #ofRow: number[] = [];
  /** How many times a sequence went on after rows of others. */
  #resumed = 0;

  add(field: string): void {
    const name = field.trim();
    const { names, lengths } = this.#sequences;
    let index = this.#indices.get(name);
    if (index === undefined) {
      index = names.push(name) - 1;
      lengths.push(0);
      this.#indices.set(name, index);
    } else if (index !== this.#ofRow[this.#ofRow.length - 1]) this.#resumed++;
    lengths[index]++;
    this.#ofRow.push(index);
  }

  /** The sequences in the order in which they begin; `order[i]` is the row that comes i-th, undefined where rows stay. */
  finish(): { sequences: CsvSequences; order?: Uint32Array } {
    const sequences = this.#sequences;
    if (this.#resumed === 0) return { sequences };
    let begin = 0;
    const next = sequences.lengths.map(length => {
      const own = begin;
      begin += length;
      return own;
    });
    const order = new Uint32Array(begin);
    this.#ofRow.forEach((sequence, row) => {
      order[next[sequence]++] = row;
    });
    return { sequences, order };
  }
}
