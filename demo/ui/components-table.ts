import type { GaussianMixture } from '../../src/index.js';
import { covarianceAt, meanAt } from '../plot/marginal.js';
import { byId, make } from './elements.js';
import { formatAt, percent } from './format.js';
import { numbered } from './numbered.js';

const MOST_ROWS = 30;

/** Each component's number, colour, weight, and mean in the drawn columns. */
export function showComponents(
  model: GaussianMixture | undefined,
  columns: readonly string[],
  [a, b]: readonly [number, number],
): void {
  const panel = byId('components');
  panel.hidden = model === undefined;
  if (!model) return;
  const drawn = a === b ? [a] : [a, b];
  const shown = Math.min(model.nComponents, MOST_ROWS);
  const deviation = (j: number) =>
    Math.sqrt(Math.max(...Array.from(model.weights, (_, k) => covarianceAt(model, k, j, j))));
  const formats = drawn.map(j => formatAt(deviation(j)));
  const rows = Array.from({ length: shown }, (_, k) => {
    const row = make('tr');
    const cells = [percent(model.weights[k]), ...drawn.map((j, at) => formats[at](meanAt(model, k, j)))];
    row.append(numbered(k, 'row'), ...cells.map(text => make('td', text)));
    return row;
  });
  panel.querySelector('tbody')!.replaceChildren(...rows);
  byId('mean-x').textContent = `Mean ${columns[a]}`;
  byId('mean-y').textContent = a === b ? '' : `Mean ${columns[b]}`;
  byId('mean-y').hidden = a === b;
  const rest = model.nComponents - shown;
  panel.querySelector('.hint')!.textContent = rest > 0 ? `And ${rest} more, in the model file.` : '';
}
