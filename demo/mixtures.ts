import { GaussianMixture } from '../src/index.js';
import type { DataSet } from './data/data-set.js';
import { drawnCount, drawnRows } from './data/drawn-rows.js';
import { oldFaithful } from './data/old-faithful.js';
import { synthetic } from './data/synthetic.js';
import type { ChosenDevice } from './fit/device.js';
import { type FitView, runFit } from './fit/run-fit.js';
import { type Picture, Scatter } from './plot/scatter.js';
import { onThemeChange } from './plot/theme.js';
import { AxesPanel } from './ui/axes-panel.js';
import { showComponents } from './ui/components-table.js';
import { DataPanel, type DataPanelParts } from './ui/data-panel.js';
import { byId, element } from './ui/elements.js';
import { FitControls } from './ui/fit-controls.js';
import { count } from './ui/format.js';
import { RunPanel } from './ui/run-panel.js';
import { Settings } from './ui/settings.js';

/** The view of mixtures: rows from the data panel, settings from the form, fits shown as they go. */
export class MixturesView {
  readonly #settings = new Settings(element('controls', HTMLFormElement));
  readonly #scatter = new Scatter(element('scatter', HTMLCanvasElement));
  readonly #run = new RunPanel();
  readonly #axes = new AxesPanel(this.#settings, () => this.#show({}));
  readonly #controls = new FitControls<GaussianMixture>({
    prefix: '',
    fields: this.#settings,
    run: this.#run,
    fileName: 'gaussian-mixture.json',
    isModel: value => value instanceof GaussianMixture,
    fit: (device, signal) => this.#fit(device, signal),
  });
  #data!: DataSet;
  #picture!: Picture;

  constructor() {
    const sources: DataPanelParts['sources'] = {
      'old-faithful': async () => oldFaithful(),
      synthetic: (signal, onProgress) => synthetic(this.#settings.synthetic, signal, onProgress),
    };
    new DataPanel(
      { view: byId('mixtures-view'), prefix: '', fields: this.#settings, sources },
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
      this.#show({});
      this.#run.curve.redraw();
    });
  }

  #take(data: DataSet): void {
    this.#data = data;
    const { points, columns, nComponents, name } = data;
    this.#settings.field('nComponents').value = String(nComponents);
    this.#axes.offer(columns);
    this.#run.reset();
    this.#controls.keep(undefined);
    const drawn = drawnRows(points, drawnCount(points.shape, nComponents));
    this.#show({ drawn, columns, model: undefined, responsibilities: undefined });
    byId('plot-title').textContent = name;
  }

  async #fit({ backend, reason }: ChosenDevice, signal: AbortSignal): Promise<void> {
    const { points } = this.#data;
    const settings = this.#settings.fit;
    const drawn = drawnRows(points, drawnCount(points.shape, settings.nComponents || 1));
    const show = (view: FitView) => {
      this.#controls.keep(undefined);
      this.#show({ drawn, model: view.model, responsibilities: view.responsibilities });
      this.#run.step(view, { backend, reason }, points.shape[0]);
    };
    const fitted = await runFit({ points, drawn, settings, backend, signal, show });
    this.#controls.keep(fitted);
    this.#run.finish(fitted, points.shape[0]);
  }

  /** Change part of the picture. */
  #show(change: Partial<Picture>): void {
    this.#picture = { ...this.#picture, axes: this.#axes.axes, ...change };
    const { model, columns, axes, drawn } = this.#picture;
    this.#scatter.show(this.#picture);
    showComponents(model, columns, axes);
    const [few, all] = [drawn.shape[0], this.#data.points.shape[0]];
    byId('drawn').textContent =
      few === all ? `Showing all ${count(all)}` : `Showing ${count(few)} of ${count(all)}`;
  }
}
