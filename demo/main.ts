/** The page: rows from the data panel, settings from the form, fits shown as they go. */
import { AbortedError, EmError, GaussianMixture } from '../src/index.js';
import type { DataSet } from './data/data-set.js';
import { drawnCount, drawnRows } from './data/drawn-rows.js';
import { type ChosenDevice, deviceFor, findWebGpu } from './fit/device.js';
import { runFit } from './fit/run-fit.js';
import { type Picture, Scatter } from './plot/scatter.js';
import { onThemeChange } from './plot/theme.js';
import { AxesPanel } from './ui/axes-panel.js';
import { showComponents } from './ui/components-table.js';
import { DataPanel } from './ui/data-panel.js';
import { download } from './ui/download.js';
import { byId, element } from './ui/elements.js';
import { count } from './ui/format.js';
import { clear, notice, wordsOf } from './ui/notices.js';
import { RunPanel } from './ui/run-panel.js';
import { Settings } from './ui/settings.js';

const form = element('controls', HTMLFormElement);
const fitButton = element('fit', HTMLButtonElement);
const cancelButton = element('cancel', HTMLButtonElement);
const downloadButton = element('download', HTMLButtonElement);
const scatter = new Scatter(element('scatter', HTMLCanvasElement));
const settings = new Settings(form);
const run = new RunPanel();
const axes = new AxesPanel(settings, () => show({}));

let data: DataSet;
let model: GaussianMixture | undefined;
let picture: Picture;

new DataPanel(settings, {
  loading() {
    fitButton.disabled = true;
  },
  loaded(loaded) {
    fitButton.disabled = false;
    if (!loaded) return;
    data = loaded;
    settings.field('nComponents').value = String(data.nComponents);
    axes.offer(data.columns);
    run.reset();
    keep(undefined);
    const drawn = drawnRows(data.points, drawnCount(data.points.shape, data.nComponents));
    show({ drawn, columns: data.columns, model: undefined, responsibilities: undefined });
    byId('plot-title').textContent = data.name;
  },
});

/** Change part of the picture. */
function show(change: Partial<Picture>): void {
  picture = { ...picture, axes: axes.axes, ...change };
  scatter.show(picture);
  showComponents(picture.model, picture.columns, picture.axes);
  const [drawn, all] = [picture.drawn.shape[0], data.points.shape[0]];
  byId('drawn').textContent =
    drawn === all ? `Showing all ${count(all)}` : `Showing ${count(drawn)} of ${count(all)}`;
}

function keep(kept: GaussianMixture | undefined): void {
  model = kept;
  downloadButton.disabled = kept === undefined;
}

let running: AbortController | undefined;

async function fit(): Promise<void> {
  if (running || fitButton.disabled) return;
  running = new AbortController();
  setRunning(true);
  clear('error');
  const plot = byId('plot');
  if (plot.getBoundingClientRect().top < 0) plot.scrollIntoView(); // on a phone it lies above the settings
  try {
    const device = await deviceFor(settings.device);
    sayDevice(device);
    await fitOn(device, running.signal);
  } catch (error) {
    failed(error);
  }
  running = undefined;
  setRunning(false);
}

async function fitOn(device: ChosenDevice, signal: AbortSignal): Promise<void> {
  run.say('fitting', 'Loading the rows and choosing a start…');
  const { points } = data;
  const drawn = drawnRows(points, drawnCount(points.shape, settings.fit.nComponents || 1));
  const fitted = await runFit({
    points,
    drawn,
    settings: settings.fit,
    backend: device.backend,
    signal,
    show(view) {
      keep(undefined);
      show({ drawn, model: view.model, responsibilities: view.responsibilities });
      run.step(view, device, points.shape[0]);
    },
  });
  keep(fitted);
  run.finish(fitted, points.shape[0]);
}

function failed(error: unknown): void {
  const lastGood = error instanceof EmError && error.lastGood;
  if (lastGood instanceof GaussianMixture) keep(lastGood);
  if (error instanceof AbortedError) {
    run.say('aborted', `Aborted before the first iteration. ${model ? 'The model before it is kept.' : ''}`);
    return;
  }
  run.say('failed', model ? 'Failed. The last good model is kept.' : 'Failed.');
  notice('error', wordsOf(error));
}

function setRunning(busy: boolean): void {
  cancelButton.disabled = !busy;
  fitButton.disabled = busy;
  for (const id of ['data-fields', 'model-fields']) element(id, HTMLFieldSetElement).disabled = busy;
}

function sayDevice({ fellBack, reason }: ChosenDevice): void {
  if (fellBack) notice('note', `WebGPU is not there, so this fit runs on the CPU. ${reason}`);
}

form.addEventListener('submit', event => {
  event.preventDefault();
  void fit();
});
cancelButton.addEventListener('click', () => running?.abort());
downloadButton.addEventListener('click', () => model && download(model, 'gaussian-mixture.json'));
onThemeChange(() => {
  show({});
  run.curve.redraw();
});

void findWebGpu().then(found => {
  const badge = byId('device-here');
  if ('gpu' in found) {
    badge.textContent = `WebGPU: ${found.gpu.adapter}`;
    if (found.gpu.isFallback) badge.textContent += ', in software';
    return;
  }
  badge.textContent = 'No WebGPU: fits run on the CPU';
  badge.classList.add('missing');
  notice('note', `No WebGPU here, so fits run on the CPU. ${found.missing}`);
});
