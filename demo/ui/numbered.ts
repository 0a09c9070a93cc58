import { componentColour, css } from '../plot/palette.js';
import { theme } from '../plot/theme.js';
import { make } from './elements.js';

/** A table's header for state or component k: its colour and number. */
export function numbered(k: number, scope: 'row' | 'col'): HTMLTableCellElement {
  const swatch = make('span', '', 'swatch');
  swatch.style.background = css(componentColour(k, theme().dark));
  const header = make('th');
  header.scope = scope;
  header.append(swatch, String(k));
  return header;
}
