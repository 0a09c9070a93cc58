import { byId, make } from './elements.js';
import type { Settings } from './settings.js';

/** Which two columns are drawn. */
export class AxesPanel {
  readonly #selects: HTMLSelectElement[];

  constructor(settings: Settings, onChange: () => void) {
    this.#selects = ['xAxis', 'yAxis'].map(name => settings.field(name) as HTMLSelectElement);
    byId('axes-fields').addEventListener('change', onChange);
  }

  get axes(): readonly [number, number] {
    const [across, up] = this.#selects.map(select => Number(select.value));
    return [across, up];
  }

  /** Offer these columns; the first two are chosen. There is nothing to choose among two or fewer. */
  offer(columns: readonly string[]): void {
    this.#selects.forEach((select, position) => {
      const options = columns.map((name, j) => {
        const option = make('option', name);
        option.value = String(j);
        return option;
      });
      select.replaceChildren(...options);
      select.value = String(Math.min(position, columns.length - 1));
    });
    byId('axes-fields').hidden = columns.length <= 2;
  }
}
