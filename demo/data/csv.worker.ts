/** Reads a CSV file off the page's thread: a hundred megabytes take seconds. */
import { type CsvData, FileFormatError, parseCsv } from '../../src/index.js';
import { columnsOf } from './csv-columns.js';

export type Answer = (CsvData & { leftOut: string[] }) | { problem: string };

self.onmessage = async ({ data: file }: MessageEvent<File>) => {
  try {
    const answer = read(await file.text());
    self.postMessage(answer satisfies Answer, { transfer: [answer.points.data.buffer] });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    self.postMessage({ problem } satisfies Answer);
  }
};

function read(text: string): CsvData & { leftOut: string[] } {
  const { numeric, text: words } = columnsOf(text);
  if (words.length === 0) return { ...parseCsv(text), leftOut: [] };
  if (numeric.length === 0) {
    throw new FileFormatError(`No column holds numbers; the file has ${words.join(', ')}.`);
  }
  return { ...parseCsv(text, { columns: numeric }), leftOut: words };
}
