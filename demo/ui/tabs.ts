import { byId, element } from './elements.js';
import { clear } from './notices.js';

/** Views by the name that the page's address gives them: `#name`. Each is loaded when it is first shown. */
export type Views = Readonly<Record<string, () => Promise<unknown>>>;

/** Tabs of the page: one view is seen at a time. Arrow keys, Home and End go from tab to tab. */
export class Tabs {
  readonly #names: string[];
  readonly #loaded = new Set<string>();

  constructor(private readonly views: Views) {
    this.#names = Object.keys(views);
    this.#names.forEach((name, i) => {
      this.#tab(name).onclick = () => this.#go(name);
      this.#tab(name).onkeydown = event => this.#move(event, i);
    });
    addEventListener('hashchange', () => this.#show());
    this.#show();
  }

  #tab(name: string): HTMLButtonElement {
    return element(`${name}-tab`, HTMLButtonElement);
  }

  #go(name: string): void {
    location.hash = name;
  }

  #move(event: KeyboardEvent, i: number): void {
    const last = this.#names.length - 1;
    const places: Record<string, number> = {
      ArrowRight: i === last ? 0 : i + 1,
      ArrowLeft: i === 0 ? last : i - 1,
      Home: 0,
      End: last,
    };
    const name = this.#names[places[event.key] ?? -1];
    if (!name) return;
    event.preventDefault();
    this.#tab(name).focus();
    this.#go(name);
  }

  #show(): void {
    const asked = location.hash.slice(1);
    const shown = this.#names.includes(asked) ? asked : this.#names[0];
    clear('error'); // it was about the other view
    for (const name of this.#names) {
      const selected = name === shown;
      this.#tab(name).ariaSelected = String(selected);
      this.#tab(name).tabIndex = selected ? 0 : -1;
      byId(`${name}-view`).hidden = !selected;
    }
    if (this.#loaded.has(shown)) return;
    this.#loaded.add(shown);
    void this.views[shown]();
  }
}
