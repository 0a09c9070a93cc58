import { csvFile } from '../data/csv-file.js';
import type { DataSet } from '../data/data-set.js';
import { oldFaithful } from '../data/old-faithful.js';
import { synthetic } from '../data/synthetic.js';
import { onDrop } from './drop.js';
import { byId, element } from './elements.js';
import { count, percent, plural } from './format.js';
import { clear, notice, wordsOf } from './notices.js';
import type { Settings } from './settings.js';

interface Listeners {
  /** Rows are on their way. */
  loading(): void;
  /** Here are rows; undefined if what was asked for could not be had, and the rows before stay. */
  loaded(data: DataSet | undefined): void;
}

/** Where rows come from: the choice of a source, and what each source asks for. */
export class DataPanel {
  readonly #file = element('csv-file', HTMLInputElement);
  readonly #summary = byId('data-summary');
  #loading = new AbortController();
  #shown: DataSet | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly listeners: Listeners,
  ) {
    for (const radio of settings.form.querySelectorAll('[name=source]'))
      radio.addEventListener('change', () => this.#choose());
    byId('synthetic-fields').addEventListener('change', () => this.#choose());
    this.#file.addEventListener('change', () => this.#choose());
    onDrop(file => this.#take(file));
    this.#choose();
  }

  #choose(): void {
    const { source } = this.settings;
    byId('synthetic-fields').hidden = source !== 'synthetic';
    byId('csv-fields').hidden = source !== 'csv';
    const file = this.#file.files?.[0];
    if (source === 'old-faithful') void this.#load('Reading…', async () => oldFaithful());
    else if (source === 'synthetic')
      void this.#load('Drawing rows…', signal =>
        synthetic(this.settings.synthetic, signal, share => {
          this.#summary.textContent = `Drawing rows… ${percent(share)}`;
        }),
      );
    else if (file) void this.#load(`Reading ${file.name}…`, () => csvFile(file));
  }

  #take(file: File): void {
    if (byId('data-fields').matches(':disabled')) {
      notice('error', 'A fit is running. Cancel it before dropping another file.');
      return;
    }
    this.settings.source = 'csv';
    this.#file.value = '';
    byId('synthetic-fields').hidden = true;
    byId('csv-fields').hidden = false;
    void this.#load(`Reading ${file.name}…`, () => csvFile(file));
  }

  /** The last request wins. */
  async #load(message: string, make: (signal: AbortSignal) => Promise<DataSet>): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    clear('error');
    this.#summary.textContent = message;
    this.listeners.loading();
    try {
      const data = await make(signal);
      if (signal.aborted) return;
      this.#shown = data;
      this.listeners.loaded(data);
    } catch (error) {
      if (signal.aborted) return;
      notice('error', wordsOf(error));
      this.listeners.loaded(undefined);
    }
    this.#summary.textContent = this.#shown ? summary(this.#shown) : '';
  }
}

function summary({ name, points: { shape }, note }: DataSet): string {
  const size = `${name}: ${plural(shape[0], 'row')} × ${count(shape[1])} ${shape[1] === 1 ? 'column' : 'columns'}.`;
  return note ? `${size} ${note}` : size;
}
