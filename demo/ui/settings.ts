import type { CovarianceName } from '../../src/index.js';
import type { SyntheticOptions } from '../data/synthetic.js';
import type { DeviceName } from '../fit/device.js';
import type { FitSettings } from '../fit/run-fit.js';

/** What the form says. Numbers are checked by whoever uses them: an empty or misspelt one is NaN here. */
export class Settings {
  constructor(readonly form: HTMLFormElement) {}

  get fit(): FitSettings {
    return {
      nComponents: this.#number('nComponents'),
      covarianceType: this.#text('covarianceType') as CovarianceName,
      init: this.#text('init') as 'k-means++',
      nInit: this.#number('nInit'),
      tol: this.#number('tol'),
      maxIter: this.#number('maxIter'),
      regCovar: this.#number('regCovar'),
      seed: this.#number('seed'),
      watch: this.field('watch').matches(':checked'),
    };
  }

  get device(): DeviceName {
    return this.#text('device') as DeviceName;
  }

  get synthetic(): SyntheticOptions {
    return {
      nRows: this.#number('nRows'),
      nFeatures: this.#number('nFeatures'),
      nClusters: this.#number('nClusters'),
      seed: this.#number('dataSeed'),
    };
  }

  get source(): string {
    return String(new FormData(this.form).get('source'));
  }

  set source(value: string) {
    this.form.querySelector<HTMLInputElement>(`[name=source][value=${value}]`)!.checked = true;
  }

  field(name: string) {
    return this.form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  }

  #text(name: string): string {
    return this.field(name).value.trim();
  }

  #number(name: string): number {
    const text = this.#text(name);
    return text === '' ? Number.NaN : Number(text);
  }
}
