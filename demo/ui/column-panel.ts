import { byId, make } from './elements.js';
import type { FormFields } from './form-fields.js';

/** Which column of a file is the series. */
export class ColumnPanel {
  readonly #select: HTMLSelectElement;

  constructor(fields: FormFields, onChange: () => void) {
    this.#select = fields.field('column') as HTMLSelectElement;
    this.#select.addEventListener('change', onChange);
  }

  get chosen(): number {
    return Number(this.#select.value);
  }

  /** Offer these columns; the first is chosen. One is no choice. */
  offer(columns: readonly string[]): void {
    const options = columns.map((name, j) => {
      const option = make('option', name);
      option.value = String(j);
      return option;
    });
    this.#select.replaceChildren(...options);
    byId('column-fields').hidden = columns.length === 1;
  }
}
