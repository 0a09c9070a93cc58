import type { Told } from '../data/csv.worker.js';
import { csvFile, UnclearFileError } from '../data/csv-file.js';
import type { DataSet } from '../data/data-set.js';
import { onDrop } from './drop.js';
import { byId, element } from './elements.js';
import type { FormFields } from './form-fields.js';
import { count, percent, plural } from './format.js';
import { type Action, clear, notice, wordsOf } from './notices.js';

interface Listeners {
  /** Rows are on their way. */
  loading(): void;
  /** Here are rows; undefined if what was asked for could not be had, and the rows before stay. */
  loaded(data: DataSet | undefined): void;
}

type Source = (signal: AbortSignal, onProgress: (share: number) => void) => Promise<DataSet>;

export interface DataPanelParts {
  /** The view that the panel is in: files dropped on another are not its own. */
  readonly view: HTMLElement;
  /** What ids in this view begin with. */
  readonly prefix: string;
  readonly fields: FormFields;
  /** What rows there are besides those of files. */
  readonly sources: Readonly<Record<string, Source>>;
}

/** Where rows come from: the choice of a source, and what each source asks for. */
export class DataPanel {
  readonly #id: (name: string) => HTMLElement;
  readonly #file: HTMLInputElement;
  readonly #summary: HTMLElement;
  #loading = new AbortController();
  #shown: DataSet | undefined;

  constructor(
    private readonly parts: DataPanelParts,
    private readonly listeners: Listeners,
  ) {
    const { view, prefix, fields } = parts;
    this.#id = name => byId(prefix + name);
    this.#file = element(`${prefix}csv-file`, HTMLInputElement);
    this.#summary = this.#id('data-summary');
    for (const radio of fields.form.querySelectorAll('[name=source]'))
      radio.addEventListener('change', () => this.#choose());
    this.#id('synthetic-fields').addEventListener('change', () => this.#choose());
    this.#file.addEventListener('change', () => this.#choose());
    onDrop(view, file => this.#take(file));
    this.#choose();
  }

  #choose(): void {
    const { fields, sources } = this.parts;
    const { source } = fields;
    this.#showFieldsOf(source);
    const file = this.#file.files?.[0];
    if (source !== 'csv') void this.#load(sources[source]);
    else if (file) void this.#read(file);
  }

  #showFieldsOf(source: string): void {
    this.#id('synthetic-fields').hidden = source !== 'synthetic';
    this.#id('csv-fields').hidden = source !== 'csv';
  }

  #take(file: File): void {
    if (this.#id('data-fields').matches(':disabled')) {
      notice('error', 'A fit is running. Cancel it before dropping another file.');
      return;
    }
    this.parts.fields.source = 'csv';
    this.#file.value = '';
    this.#showFieldsOf('csv');
    void this.#read(file);
  }

  #read(file: File, told?: Told): Promise<void> {
    return this.#load(() => csvFile(file, told), `Reading ${file.name}…`);
  }

  /** Where a file could be read otherwise, that is offered. */
  #actionsOn(error: unknown): Action[] {
    if (!(error instanceof UnclearFileError)) return [];
    const { file, ways } = error;
    return ways.map(({ label, told }) => ({ label, act: () => this.#read(file, told) }));
  }

  /** The last request wins. */
  async #load(source: Source, message = 'Drawing rows…'): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    clear('error');
    this.#summary.textContent = message;
    this.listeners.loading();
    try {
      const data = await source(signal, share => {
        this.#summary.textContent = `${message} ${percent(share)}`;
      });
      if (signal.aborted) return;
      this.#shown = data;
      this.listeners.loaded(data);
    } catch (error) {
      if (signal.aborted) return;
      notice('error', wordsOf(error), this.#actionsOn(error));
      this.listeners.loaded(undefined);
    }
    this.#summary.textContent = this.#shown ? summary(this.#shown) : '';
  }
}

function summary({ name, points: { shape }, note }: DataSet): string {
  const size = `${name}: ${plural(shape[0], 'row')} × ${count(shape[1])} ${shape[1] === 1 ? 'column' : 'columns'}.`;
  return note ? `${size} ${note}` : size;
}
