import { AbortedError, EmError } from '../../src/index.js';
import { type ChosenDevice, deviceFor } from '../fit/device.js';
import { download } from './download.js';
import { byId, element } from './elements.js';
import type { FormFields } from './form-fields.js';
import { clear, notice, wordsOf } from './notices.js';
import type { RunPanel } from './run-panel.js';

export interface FitJob<M> {
  /** What ids in this view begin with. */
  readonly prefix: string;
  readonly fields: FormFields;
  readonly run: RunPanel;
  /** What the downloaded model is called. */
  readonly fileName: string;
  isModel(value: unknown): value is M;
  /** Fit what the form says. Models on the way are handed to `keep`. */
  fit(device: ChosenDevice, signal: AbortSignal): Promise<void>;
}

/** The buttons of a view: one fit at a time, that can be cancelled; the last good model, to be downloaded. */
export class FitControls<M extends object> {
  readonly #fitButton: HTMLButtonElement;
  readonly #cancelButton: HTMLButtonElement;
  readonly #downloadButton: HTMLButtonElement;
  #model: M | undefined;
  #running: AbortController | undefined;

  constructor(private readonly job: FitJob<M>) {
    const { prefix, fields, fileName } = job;
    [this.#fitButton, this.#cancelButton, this.#downloadButton] = ['fit', 'cancel', 'download'].map(name =>
      element(prefix + name, HTMLButtonElement),
    );
    fields.form.addEventListener('submit', event => {
      event.preventDefault();
      void this.#fit();
    });
    this.#cancelButton.addEventListener('click', () => this.#running?.abort());
    this.#downloadButton.addEventListener('click', () => this.#model && download(this.#model, fileName));
  }

  /** Whether there are rows to fit. */
  set ready(ready: boolean) {
    this.#fitButton.disabled = !ready;
  }

  keep(model: M | undefined): void {
    this.#model = model;
    this.#downloadButton.disabled = model === undefined;
  }

  async #fit(): Promise<void> {
    if (this.#running || this.#fitButton.disabled) return;
    const { prefix, fields, run } = this.job;
    this.#running = new AbortController();
    this.#setRunning(true);
    clear('error');
    const plot = byId(`${prefix}plot`);
    if (plot.getBoundingClientRect().top < 0) plot.scrollIntoView(); // on a phone it lies above the settings
    try {
      const device = await deviceFor(fields.device);
      sayDevice(device);
      run.say('fitting', 'Loading the rows and choosing a start…');
      await this.job.fit(device, this.#running.signal);
    } catch (error) {
      this.#failed(error);
    }
    this.#running = undefined;
    this.#setRunning(false);
  }

  #failed(error: unknown): void {
    const { run, isModel } = this.job;
    const lastGood = error instanceof EmError && error.lastGood;
    if (isModel(lastGood)) this.keep(lastGood);
    if (error instanceof AbortedError) {
      const kept = this.#model ? 'The model before it is kept.' : '';
      run.say('aborted', `Aborted before the first iteration. ${kept}`);
      return;
    }
    run.say('failed', this.#model ? 'Failed. The last good model is kept.' : 'Failed.');
    notice('error', wordsOf(error));
  }

  #setRunning(busy: boolean): void {
    this.#cancelButton.disabled = !busy;
    this.#fitButton.disabled = busy;
    for (const name of ['data-fields', 'model-fields'])
      element(this.job.prefix + name, HTMLFieldSetElement).disabled = busy;
  }
}

function sayDevice({ fellBack, reason }: ChosenDevice): void {
  if (fellBack) notice('note', `WebGPU is not there, so this fit runs on the CPU. ${reason}`);
}
