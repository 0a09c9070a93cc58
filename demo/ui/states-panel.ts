import type { HiddenMarkovModel } from '../../src/index.js';
import { factsOf } from '../fit/chain-facts.js';
import { byId, make } from './elements.js';
import { count, fixed, formatAt, percent } from './format.js';
import { numbered } from './numbered.js';
import { showTransitions } from './transitions-table.js';

const MOST_ROWS = 16;

/** Each state's share, parameters and duration, and the transition matrix. */
export function showStates(model: HiddenMarkovModel | undefined, unit: string, states?: Uint32Array): void {
  const panel = byId('sequence-states');
  panel.hidden = model === undefined;
  if (!model) return;
  const facts = factsOf(model, states);
  const isPoisson = model.family === 'poisson';
  const format = formatAt(Math.max(...facts.map(({ deviation }) => deviation)) || 1);
  const heads = ['Share', ...(isPoisson ? ['Rate'] : ['Mean', 'SD']), `Lasts (${unit}s)`].map(text => {
    const head = make('th', text);
    head.scope = 'col';
    return head;
  });
  const corner = make('th', 'k');
  corner.scope = 'col';
  const rows = facts.slice(0, MOST_ROWS).map(({ share, mean, deviation, duration }, k) => {
    const row = make('tr');
    const cells = [
      share === undefined ? '–' : percent(share),
      format(mean),
      ...(isPoisson ? [] : [format(deviation)]),
      durationText(duration),
    ];
    row.append(numbered(k, 'row'), ...cells.map(text => make('td', text)));
    return row;
  });
  const table = byId('states-table');
  table.querySelector('thead tr')!.replaceChildren(corner, ...heads);
  table.querySelector('tbody')!.replaceChildren(...rows);
  showTransitions(model, MOST_ROWS);
  const rest = model.nStates - MOST_ROWS;
  byId('states-rest').textContent = rest > 0 ? `And ${rest} more, in the model file.` : '';
}

function durationText(duration: number): string {
  if (!Number.isFinite(duration)) return '∞';
  return duration < 1000 ? fixed(duration, 1) : count(Math.round(duration));
}
