import { wordFor } from './columns.js';
import type { Layout } from './layout.js';
import { type Decimal, isMissing, numberIn } from './numbers.js';
import type { Delimiter } from './records.js';

/** Options that an advice may name. */
export interface Advised {
  readonly columns?: readonly string[];
  readonly delimiter?: Delimiter;
  readonly decimal?: Decimal;
  readonly missing?: 'drop';
}

/** A field that cannot be read. */
export interface BadField {
  readonly field: string;
  readonly column: number;
  readonly layout: Layout;
  readonly told: {
    readonly columns?: readonly string[];
    readonly decimal?: Decimal;
    readonly delimiter?: Delimiter;
  };
}

export interface Attempts {
  /** Whether the file can be read so: an advice is given only if following it works. */
  works(options: Advised): boolean;
  layoutFor(options: Advised): Layout;
  say(options: Advised): string;
}

const MEND = 'Try to mend or to drop the line.';

/** What to try. */
export function adviceOn({ field, column, layout, told }: BadField, attempts: Attempts): string {
  const { works, say } = attempts;
  /** The least that has to be told besides. */
  const complete = (options: Advised): Advised | undefined => {
    const columns = told.columns ? undefined : numericColumns(attempts.layoutFor(options));
    const drop = { ...options, missing: 'drop' } as const;
    const candidates: Advised[] = isMissing(field) ? [drop] : [options, drop];
    if (columns) candidates.push({ ...options, columns }, { ...drop, columns });
    return candidates.find(works);
  };

  if (told.decimal === undefined && !isMissing(field)) {
    const readings = (['.', ','] as const)
      .filter(decimal => Number.isFinite(numberIn(field, decimal)))
      .map(decimal => ({ value: numberIn(field, decimal), options: complete({ decimal }) }))
      .filter(({ options }) => options !== undefined);
    if (readings.length > 0) {
      const tries = readings.map(({ value, options }) => `${say(options!)} if that is ${value}`);
      return `Try ${tries.join(', or ')}.`;
    }
  }
  if (told.delimiter === undefined && /[;,|\t]/.test(field)) {
    const options = [';', '\t', '|', ','].map(delimiter => complete({ delimiter })).find(found => found);
    return options ? `Try ${say(options)}.` : MEND; // what columns there are is in doubt
  }
  if (!isMissing(field) && !layout.text.includes(column)) return MEND; // one slip in a column of numbers
  const options = complete({});
  return options ? `Try ${say(options)}${options.missing ? ', which leaves such rows out' : ''}.` : MEND;
}

/** Those to fit, by words that need no care; undefined where nothing would be left out, or nothing left. */
function numericColumns({ names, text, leftOut }: Layout): string[] | undefined {
  const out = new Set([...text, ...leftOut.map(({ column }) => column)]);
  const columns = [...names.keys()].filter(column => !out.has(column));
  return columns.length === 0 || text.length === 0
    ? undefined
    : columns.map(column => wordFor(names, column));
}

/** Options as `parseCsv` takes them. */
export const asLiteral = (options: Advised): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');
