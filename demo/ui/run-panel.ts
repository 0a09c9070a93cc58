import type { FitInfo } from '../../src/index.js';
import type { Progressed } from '../fit/course.js';
import type { ChosenDevice } from '../fit/device.js';
import { LikelihoodCurve } from '../plot/likelihood-curve.js';
import { byId, element, make } from './elements.js';
import { count, fixed, large, plural } from './format.js';

type State = 'idle' | 'fitting' | 'done' | 'aborted' | 'failed';

/** How the fit goes: state, figures, the likelihood's curve, notes. */
export class RunPanel {
  readonly curve: LikelihoodCurve;
  #histories: Progressed['histories'] = [];

  /** @param prefix what ids in this view begin with */
  constructor(private readonly prefix = '') {
    this.curve = new LikelihoodCurve(element(`${prefix}curve`, HTMLCanvasElement));
  }

  /** Nothing has been fitted to these rows. */
  reset(): void {
    this.say('idle', 'Press Fit.');
    for (const id of ['log-likelihood', 'iterations', 'rows-per-second']) this.#figure(id, undefined, '–');
    this.#id('device').replaceChildren('–');
    this.curve.show([], 1);
    this.#notes([]);
  }

  say(state: State, message: string): void {
    this.#id('run').dataset.state = state;
    const status = this.#id('status');
    status.ariaLive = state === 'fitting' ? 'off' : 'polite'; // not a word a frame to a screen reader
    status.textContent = message;
  }

  /** The first step replaces what the panel showed before. */
  step(
    { histories, rowsPerSecond }: Progressed,
    { backend, reason }: Pick<ChosenDevice, 'backend' | 'reason'>,
    nRows: number,
  ): void {
    const history = histories.at(-1) ?? [];
    const iterations = history.length - 1;
    if (histories.length === 1 && iterations === 0) {
      const name = backend.device === 'webgpu' ? 'WebGPU' : 'CPU';
      this.#id('device').replaceChildren(
        `${name}: ${backend.adapter}`,
        make('span', `Why: ${reason}`, 'hint'),
      );
      this.#notes([]);
    }
    const start = histories.length > 1 ? `, start ${histories.length}` : '';
    this.say('fitting', `Fitting: iteration ${iterations}${start}`);
    this.#figures(history[iterations], iterations);
    this.#figure('rows-per-second', rowsPerSecond, rowsPerSecond === undefined ? '–' : large(rowsPerSecond));
    this.#histories = histories;
    this.curve.show(histories, nRows);
  }

  /** The start that was kept is drawn over the others. */
  finish({ fitInfo }: { readonly fitInfo: FitInfo }, nRows: number): void {
    this.#figures(fitInfo.logLikelihood, fitInfo.nIter);
    this.curve.show([...this.#histories, fitInfo.history], nRows);
    this.say(fitInfo.stopReason === 'aborted' ? 'aborted' : 'done', ending(fitInfo));
    this.#notes(fitInfo.notes.map(note => note.message));
  }

  #figures(logLikelihood: number, iterations: number): void {
    this.#figure('log-likelihood', logLikelihood, fixed(logLikelihood, 2));
    this.#figure('iterations', iterations, count(iterations));
  }

  #notes(messages: string[]): void {
    const list = this.#id('fit-notes');
    list.replaceChildren(...messages.map(message => make('li', message)));
    list.hidden = messages.length === 0;
  }

  #figure(id: string, value: number | undefined, text: string): void {
    const data = element(this.prefix + id, HTMLDataElement);
    data.value = value === undefined ? '' : String(value);
    data.textContent = text;
  }

  #id(name: string): HTMLElement {
    return byId(this.prefix + name);
  }
}

function ending({ stopReason, nIter }: FitInfo): string {
  const iterations = plural(nIter, 'iteration');
  if (stopReason === 'tolerance') return `Converged after ${iterations}.`;
  if (stopReason === 'maxIter') return `Stopped after ${iterations}, the most allowed: not converged.`;
  return `Aborted after ${iterations}. The last good model is kept.`;
}
