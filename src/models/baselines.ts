import type { Rows } from '../contract/table.js';
import type { Family } from '../families/family.js';

/** Rows whose baselines are computed at a time. */
const BLOCK_ROWS = 2 ** 14;

/** What a family's `densities` leave out, row by row, where they leave something out: computed once for all rows. */
export class Baselines {
  readonly #known = new WeakMap<Rows, Promise<Float64Array | undefined>>();

  constructor(readonly family: Pick<Family, 'baseline'>) {}

  /** [n] @throws InvalidDataError for a row outside of the family's support */
  of(rows: Rows): Promise<Float64Array | undefined> {
    let baseline = this.#known.get(rows);
    if (!baseline) {
      baseline = this.#compute(rows);
      this.#known.set(rows, baseline);
      baseline.catch(() => this.#known.delete(rows));
    }
    return baseline;
  }

  async #compute(rows: Rows): Promise<Float64Array | undefined> {
    const { family } = this;
    if (!family.baseline) return undefined;
    const n = rows.shape[0];
    const baseline = new Float64Array(n);
    for (let begin = 0; begin < n; begin += BLOCK_ROWS) {
      const x = await rows.read(begin, Math.min(BLOCK_ROWS, n - begin));
      baseline.set(family.baseline(x, rows, begin), begin);
    }
    return baseline;
  }
}
