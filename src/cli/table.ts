/** Lines of cells, aligned: the first column to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = columnWidths(rows);
  return rows
    .map(row =>
      row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j]) : cell.padStart(widths[j]))).join('  '),
    )
    .map(line => line.trimEnd())
    .join('\n');
}

/** Names and their values, one pair a line. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const [width] = columnWidths(pairs);
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** A number for people: `digits` significant digits, no trailing zeros. */
export const formatNumber = (value: number, digits = 5): string => String(Number(value.toPrecision(digits)));

/** A log-likelihood or criterion, where differences matter: three decimals. */
export const formatNats = (value: number): string => value.toFixed(3);

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, j) => {
      widths[j] = Math.max(widths[j] ?? 0, cell.length);
    });
  }
  return widths;
}
