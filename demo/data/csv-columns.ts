import Papa from 'papaparse';

/** Lines that tell what a column holds. */
const LINES = 100;
const HEAD = 1 << 20;

export interface Columns {
  numeric: string[];
  text: string[];
}

/**
 * Which columns hold numbers: those with a number in any of the first lines. A stray word in one of them is left to
 * `parseCsv` to complain about; a column of words alone is no mistake.
 */
export function columnsOf(text: string): Columns {
  const { data } = Papa.parse<string[]>(text.slice(0, HEAD), { preview: LINES, skipEmptyLines: 'greedy' });
  const columns: Columns = { numeric: [], text: [] };
  const [first = [], ...below] = data;
  const hasHeader = !first.every(isNumber);
  first.forEach((field, index) => {
    const name = hasHeader ? field.trim().replace(/\s+/g, ' ') : String(index);
    const isText = hasHeader && below.length > 0 && !below.some(row => isNumber(row[index] ?? ''));
    columns[isText ? 'text' : 'numeric'].push(name);
  });
  return columns;
}

const isNumber = (field: string) => field.trim() !== '' && Number.isFinite(Number(field));
