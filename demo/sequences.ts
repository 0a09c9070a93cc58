import { type Forecast, HiddenMarkovModel } from '../src/index.js';
import type { DataSet } from './data/data-set.js';
import { earthquakes } from './data/earthquakes.js';
import { regimes } from './data/regimes.js';
import { type Series, seriesOf } from './data/series.js';
import { factsOf } from './fit/chain-facts.js';
import type { ChosenDevice } from './fit/device.js';
import { type ChainView, runChainFit } from './fit/run-chain-fit.js';
import { SeriesPlot } from './plot/series-plot.js';
import { onThemeChange } from './plot/theme.js';
import { ChainFields } from './ui/chain-settings.js';
import { ColumnPanel } from './ui/column-panel.js';
import { DataPanel, type DataPanelParts } from './ui/data-panel.js';
import { byId, element } from './ui/elements.js';
import { FitControls } from './ui/fit-controls.js';
import { showForecast } from './ui/forecast.js';
import { moment } from './ui/format.js';
import { RunPanel } from './ui/run-panel.js';
import { SpanPanel } from './ui/span-panel.js';
import { showStates } from './ui/states-panel.js';

const prefix = 'sequence-';

/** What has been found so far. */
type Shown = Partial<Pick<ChainView, 'model' | 'states'>> & { readonly forecast?: Forecast };

/** The view of hidden Markov models: a series from the data panel, its states found and shown as the fit goes. */
export class SequencesView {
  readonly #fields = new ChainFields(element('sequence-controls', HTMLFormElement));
  readonly #plot = new SeriesPlot(element('series', HTMLCanvasElement));
  readonly #run = new RunPanel(prefix);
  readonly #span = new SpanPanel(
    () => this.#plot.frame,
    () => this.#draw(),
  );
  readonly #column = new ColumnPanel(this.#fields, () => this.#begin());
  readonly #controls = new FitControls<HiddenMarkovModel>({
    prefix,
    fields: this.#fields,
    run: this.#run,
    fileName: 'hidden-markov-model.json',
    isModel: value => value instanceof HiddenMarkovModel,
    fit: (device, signal) => this.#fit(device, signal),
  });
  #data!: DataSet;
  #series!: Series;
  #shown: Shown = {};

  constructor() {
    const sources: DataPanelParts['sources'] = {
      earthquakes: async () => earthquakes(),
      synthetic: signal => regimes(this.#fields.regimes, signal),
    };
    new DataPanel(
      { view: byId('sequences-view'), prefix, fields: this.#fields, sources },
      {
        loading: () => {
          this.#controls.ready = false;
        },
        loaded: data => {
          this.#controls.ready = true;
          if (data) this.#take(data);
        },
      },
    );
    onThemeChange(() => {
      this.#show(this.#shown);
      this.#run.curve.redraw();
    });
  }

  #take(data: DataSet): void {
    this.#data = data;
    this.#fields.field('nStates').value = String(data.nComponents);
    this.#column.offer(data.columns);
    this.#begin();
  }

  /** The chosen column becomes the series; nothing has been fitted to it. */
  #begin(): void {
    this.#series = seriesOf(this.#data, this.#column.chosen);
    const { name, values, isCounts } = this.#series;
    this.#fields.field('emission').value = isCounts ? 'poisson' : 'gaussian';
    byId('sequence-plot-title').textContent = name;
    this.#span.reset(values.length);
    this.#run.reset();
    this.#controls.keep(undefined);
    this.#show({});
  }

  async #fit({ backend, reason }: ChosenDevice, signal: AbortSignal): Promise<void> {
    const series = this.#series;
    const n = series.values.length;
    const show = (view: ChainView) => {
      this.#controls.keep(undefined);
      this.#show(view);
      this.#run.step(view, { backend, reason }, n);
    };
    const { model, forecast } = await runChainFit({
      series,
      settings: this.#fields.fit,
      backend,
      signal,
      show,
    });
    this.#controls.keep(model);
    this.#run.finish(model, n);
    this.#show({ ...this.#shown, model, forecast });
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.#draw();
    showStates(shown.model, this.#series.time.unit, shown.states);
    showForecast(this.#series, shown.model, shown.forecast);
  }

  #draw(): void {
    const { model, states } = this.#shown;
    const { span } = this.#span;
    const levels = model && factsOf(model).map(({ mean }) => mean);
    this.#plot.show({ series: this.#series, span, states, levels });
    const { unit, first } = this.#series.time;
    byId('series-span').textContent = `${unit}s ${moment(first + span.from)}–${moment(first + span.to - 1)}`;
  }
}
