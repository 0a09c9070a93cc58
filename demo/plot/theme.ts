import type { Rgb } from './palette.js';

/** The colours of style.css, for canvases. */
export interface Theme {
  readonly dark: boolean;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly accent: string;
  /** behind everything */
  readonly surface: string;
  /** rows without a component */
  readonly plain: Rgb;
  readonly font: string;
}

const darkness = matchMedia('(prefers-color-scheme: dark)');

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    dark: darkness.matches,
    ink: read('--ink'),
    muted: read('--muted'),
    grid: read('--grid'),
    accent: read('--accent'),
    surface: read('--surface'),
    plain: darkness.matches ? [140, 152, 170] : [104, 116, 134],
    font: read('--font'),
  };
}

export const onThemeChange = (listener: () => void) => darkness.addEventListener('change', listener);
