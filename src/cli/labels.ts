import { parseNpy } from '../data/npy.js';
import { FileFormatError } from '../errors.js';
import { fileKind } from './data.js';
import { about, readBytes, readText } from './files.js';

/**
 * One integer a row, −1 where a line says −1, nan or nothing: of a .npy file, or of a text file of one column. A first
 * line that is none of these is a header.
 */
export function readLabels(path: string): Promise<Int32Array> {
  return about(path, async () => {
    if (fileKind(path) === 'csv') return parseLabels(await readText(path));
    const { data, shape } = parseNpy(await readBytes(path));
    if (shape[1] !== 1) throw new FileFormatError(`Expected one column of labels, got ${shape[1]}.`);
    return Int32Array.from(data, (value, row) => checked(value, `Row ${row}`, String(value)));
  });
}

export function parseLabels(text: string): Int32Array {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  if (lines[lines.length - 1] === '') lines.pop();
  const values = lines.map(labelOf);
  const first = Number.isNaN(values[0]) ? 1 : 0;
  if (values.length <= first) throw new FileFormatError('Expected a label a line, got none.');
  return Int32Array.from(values.slice(first), (value, i) =>
    checked(value, `Line ${i + first + 1}`, lines[i + first]),
  );
}

/** Rows that have the same number, each group's indices; rows of −1 are in none. */
export function groupsOf(labels: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, row) => {
    if (label < 0) return;
    const group = groups.get(label);
    if (group) group.push(row);
    else groups.set(label, [row]);
  });
  return [...groups.values()];
}

/** NaN for what is no number. */
function labelOf(line: string): number {
  const field = line.replaceAll('"', '').trim();
  return field === '' || /^nan$/i.test(field) ? -1 : Number(field);
}

function checked(value: number, where: string, got: string): number {
  if (Number.isInteger(value) && value >= -1 && value < 2 ** 31) return value;
  throw new FileFormatError(
    `${where}: expected one label, an integer from 0, or −1 or nothing where unknown; got "${got}".`,
  );
}
