/** The element with this id, of this kind. */
export function element<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} with id ${id}.`);
  return found;
}

export const byId = (id: string) => element(id, HTMLElement);

/** A new element with text in it. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, text = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
