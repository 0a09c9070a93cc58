/** Reads a CSV file off the page's thread: a hundred megabytes take seconds. */
import { type CsvData, type CsvOptions, decompressed, parseCsv, textOf } from '../../src/index.js';

/** What a person may say of a file. */
export type Told = Pick<CsvOptions, 'columns' | 'delimiter' | 'decimal' | 'missing'>;

/** Another way to read a file, and what it is called. */
export interface Way {
  readonly label: string;
  readonly told: Told;
}

export type Answer = CsvData | { readonly problem: string; readonly ways: readonly Way[] };

self.onmessage = async ({ data: [file, told] }: MessageEvent<[File, Told]>) => {
  const ways: Way[] = [];
  const advise = (told: Told) => {
    const label = labelOf(told);
    ways.push({ label, told });
    return `“${label}”`;
  };
  try {
    const text = textOf(await decompressed(new Uint8Array(await file.arrayBuffer())));
    const answer = parseCsv(text, { skipText: true, ...told, advise });
    self.postMessage(answer satisfies Answer, { transfer: [answer.points.data.buffer] });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    self.postMessage({ problem, ways } satisfies Answer);
  }
};

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

function labelOf({ columns, delimiter, decimal, missing }: Told): string {
  const parts = [
    delimiter !== undefined && `${DELIMITERS[delimiter] ?? delimiter} between columns`,
    decimal !== undefined && `a decimal ${decimal === ',' ? 'comma' : 'point'}`,
    columns && `columns ${columns.join(', ')} only`,
    missing && 'without such rows',
  ];
  return `Read with ${parts.filter(part => part !== false && part !== undefined).join(', ')}`.replace(
    /with without/,
    'without',
  );
}
