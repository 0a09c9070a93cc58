import type { DeviceName } from '../fit/device.js';

/** What a form says. Numbers are checked by whoever uses them: an empty or misspelt one is NaN here. */
export class FormFields {
  constructor(readonly form: HTMLFormElement) {}

  get device(): DeviceName {
    return this.text('device') as DeviceName;
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

  text(name: string): string {
    return this.field(name).value.trim();
  }

  number(name: string): number {
    const text = this.text(name);
    return text === '' ? Number.NaN : Number(text);
  }

  checked(name: string): boolean {
    return this.field(name).matches(':checked');
  }
}
