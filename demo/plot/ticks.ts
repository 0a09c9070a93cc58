/** Round numbers for an axis: 1, 2 or 5 times a power of ten apart. */
export interface Ticks {
  readonly values: number[];
  readonly format: (value: number) => string;
}

export function niceTicks(low: number, high: number, atMost: number): Ticks {
  const step = niceStep((high - low) / Math.max(1, atMost));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: Math.max(0, last - first) + 1 }, (_, i) => (first + i) * step);
  return { values, format: formatter(step, Math.max(Math.abs(low), Math.abs(high))) };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find(candidate => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function formatter(step: number, largest: number): Ticks['format'] {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const scientific = decimals > 6 || (largest >= 1e6 && step >= 1e4);
  const digits = Math.max(0, Math.ceil(Math.log10(largest / step)));
  const plain = new Intl.NumberFormat('en', {
    minimumFractionDigits: Math.min(decimals, 20),
    maximumFractionDigits: Math.min(decimals, 20),
    useGrouping: largest >= 1e4,
  });
  return value => {
    const tidy = Math.abs(value) < step / 2 ? 0 : value;
    if (scientific && tidy === 0) return '0';
    const text = scientific ? tidy.toExponential(Math.min(digits, 6)) : plain.format(tidy);
    return text.replaceAll('-', '−').replace('e+', 'e');
  };
}
