import { byId, make } from './elements.js';

/** What the page has to say, in words. An error replaces the last error, a note the last note. */
type Kind = 'error' | 'note';

/** What a person can do about it. */
export interface Action {
  readonly label: string;
  act(): unknown;
}

export function notice(kind: Kind, message: string, actions: readonly Action[] = []): void {
  clear(kind);
  const box = make('div', '', `notice ${kind}`);
  if (kind === 'error') box.setAttribute('role', 'alert');
  const close = make('button', '×');
  close.type = 'button';
  close.setAttribute('aria-label', 'Dismiss');
  close.onclick = () => box.remove();
  const buttons = actions.map(({ label, act }) => {
    const button = make('button', label, 'action');
    button.type = 'button';
    button.onclick = act;
    return button;
  });
  box.append(make('p', message), ...buttons, close);
  byId('notices').append(box);
}

export function clear(kind: Kind): void {
  for (const box of document.querySelectorAll(`#notices .${kind}`)) box.remove();
}

/** An error in words. Those of the library can be shown as they are. */
export const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
