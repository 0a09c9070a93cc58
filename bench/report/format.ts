/** Numbers for people. */

/** Three significant digits, without an exponent. */
export function digits(value: number, count = 3): string {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(count)))));
  return value.toFixed(Math.min(Math.max(0, count - 1 - exponent), 20));
}

const TIME_UNITS = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
] as const;

export function duration(seconds: number): string {
  const [size, unit] = TIME_UNITS.find(([size]) => Number(seconds.toPrecision(3)) >= size) ?? TIME_UNITS[3];
  return `${digits(seconds / size)} ${unit}`;
}

export const percent = (share: number): string => `${digits(100 * share, 2)} %`;

export const times = (ratio: number): string => `${digits(ratio, ratio >= 100 ? 3 : 2)}×`;
