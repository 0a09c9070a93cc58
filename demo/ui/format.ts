/** Numbers as people read them. */
const withMinus = (text: string) => text.replaceAll('-', '−');

export const count = (value: number) => value.toLocaleString('en');

/** A zero after rounding has no sign. */
export const fixed = (value: number, decimals: number) =>
  withMinus(
    (Math.abs(value) < 0.5 * 10 ** -decimals ? 0 : value).toLocaleString('en', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }),
  );

/** How to write values that differ by about `scale`: with three digits of their differences. */
export function formatAt(scale: number): (value: number) => string {
  const decimals = 2 - Math.floor(Math.log10(scale));
  if (decimals > 6 || decimals < -4) return value => withMinus(value.toExponential(3)).replace('e+', 'e');
  return value => fixed(value, Math.max(0, decimals));
}

/** 12.3 million */
export const large = (value: number) =>
  value.toLocaleString('en', { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 3 });

export const percent = (share: number) =>
  share.toLocaleString('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const plural = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** A moment of a series; years have no thousands. */
export const moment = (value: number) => (value < 10_000 ? String(value) : count(value));
