import type { HiddenMarkovModel } from '../../src/index.js';
import { componentColour, css } from '../plot/palette.js';
import { theme } from '../plot/theme.js';
import { byId, make } from './elements.js';
import { fixed } from './format.js';
import { numbered } from './numbered.js';

/** The transition matrix, from the state of a row to that of a column: the likelier, the more of its colour. */
export function showTransitions({ nStates: k, transitionMatrix }: HiddenMarkovModel, atMost: number): void {
  const table = byId('transitions');
  const shown = Array.from({ length: Math.min(k, atMost) }, (_, state) => state);
  const decimals = decimalsFor(transitionMatrix, k);
  const { dark } = theme();
  const rows = shown.map(from => {
    const cells = shown.map(to => {
      const probability = transitionMatrix[from * k + to];
      const cell = make('td', fixed(probability, decimals));
      // The square root lets rare steps be told from those that never happen.
      cell.style.background = css(componentColour(to, dark), 0.6 * Math.sqrt(probability));
      cell.title = `From state ${from} to state ${to}: ${probability}`;
      return cell;
    });
    const row = make('tr');
    row.append(numbered(from, 'row'), ...cells);
    return row;
  });
  const corner = make('td');
  table.querySelector('thead tr')!.replaceChildren(corner, ...shown.map(to => numbered(to, 'col')));
  table.querySelector('tbody')!.replaceChildren(...rows);
}

/** As many as give the likeliest way out of a state three digits, from 2 to 5. */
function decimalsFor(transitionMatrix: Float64Array, k: number): number {
  const leave = Array.from({ length: k }, (_, state) => Math.max(0, 1 - transitionMatrix[state * (k + 1)]));
  const digits = 2 - Math.floor(Math.log10(Math.max(...leave)));
  return Math.min(5, Math.max(2, digits));
}
