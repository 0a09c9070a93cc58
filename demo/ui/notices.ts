import { byId, make } from './elements.js';

/** What the page has to say, in words. An error replaces the last error, a note the last note. */
type Kind = 'error' | 'note';

export function notice(kind: Kind, message: string): void {
  clear(kind);
  const box = make('div', '', `notice ${kind}`);
  if (kind === 'error') box.setAttribute('role', 'alert');
  const close = make('button', '×');
  close.type = 'button';
  close.setAttribute('aria-label', 'Dismiss');
  close.onclick = () => box.remove();
  box.append(make('p', message), close);
  byId('notices').append(box);
}

export function clear(kind: Kind): void {
  for (const box of document.querySelectorAll(`#notices .${kind}`)) box.remove();
}

/** An error in words. Those of the library can be shown as they are. */
export const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
