import { copyFileSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../src/cli/program.js';
import { at, inRepository, onCpu, put } from './harness.js';

/**
 * Files as the defaults of pandas, NumPy, R, Excel and scikit-learn write them. What they mean is computed from the tables
 * in memory by test/reference/files/make.py and make.R, and not from the files.
 */

interface Meaning {
  columns: string[];
  rows: number;
  logLikelihood: number;
  means: number[];
}

interface Words {
  columns: string[];
  rows: number;
  logLikelihood: number;
  levels: string[][];
}

const folder = inRepository('test/reference/files/');
const read = <T>(...names: string[]): Record<string, T> =>
  Object.assign({}, ...names.map(name => JSON.parse(readFileSync(folder + name, 'utf8'))));
const meanings = read<Meaning>('expected.json', 'r/expected.json');
const words = read<Words>('levels.json', 'r/levels.json');

const DROP = '--missing drop';
const MEND = 'to mend or to drop the line';
const NO_SPECIES = '--columns Sepal.Length,Sepal.Width,Petal.Length,Petal.Width';

/** What is refused, and the advice that is followed, until the file fits. All others fit at once. */
const REFUSED: Record<string, string[]> = {
  'pandas/to_csv-categories.csv': ['--columns 0,1,2,3'],
  'pandas/to_csv-categories-with-index.csv': ['--columns 1,2,3,4'],
  'pandas/to_csv-gaps.csv': [DROP],
  'pandas/to_csv-gaps-as-NaN.csv': [DROP],
  'pandas/to_csv-gaps-as-bars.csv': [DROP],
  'pandas/to_csv-infinite.csv': [MEND, MEND],
  'pandas/to_csv-texts.csv': ['--columns age,weight'],
  'pandas/to_csv-dates.csv': ['--columns age,weight'],
  'pandas/to_csv-booleans.csv': ['--columns age,weight'],
  'numpy/savetxt-nan.txt': [DROP],
  'numpy/gaps.npy': [DROP],
  'excel/csv-empty-lines.csv': [DROP],
  'excel/csv-german-dates.csv': ['--columns Umsatz'],
  'excel/csv-cell-errors-german.csv': [DROP],
  'excel/csv-cell-errors.csv': [DROP],
  'excel/csv-thousands-in-doubt.csv': ['--decimal .'],
  'r/write.csv-factor.csv': [NO_SPECIES],
  'r/write.csv-factor-without-quotes.csv': [NO_SPECIES],
  'r/write.csv2-factor.csv': [NO_SPECIES],
  'r/write.table-factor.txt': [NO_SPECIES],
  'r/write.csv-NA.csv': [DROP],
  'r/write.csv-NA-as-nothing.csv': [DROP],
  'r/write.csv2-NA.csv': [DROP],
  'r/write.table-NA.txt': [DROP],
  'r/write.csv-dates.csv': ['--columns eruptions,waiting'],
  'r/write.csv-logical.csv': ['--columns eruptions,waiting'],
  'r/write.csv-infinite.csv': new Array(4).fill(MEND),
};

let stdout = '';
let stderr = '';
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    stdout += chunk;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    stderr += chunk;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

interface Fitted {
  columns?: string[];
  levelNames?: string[][];
  fit: { logLikelihood: number };
  means?: number[][];
  aic: number;
  bic: number;
}

/** The model of a file by the command line, in this process; or why it is refused. */
async function fit(file: string, ...flags: string[]): Promise<{ model?: Fitted; refusal: string }> {
  stdout = stderr = '';
  const code = await run(['fit', file, '--components', '1', '--json', ...onCpu, ...flags]);
  const refusal = /^error: (.*)$/m.exec(stderr)?.[1] ?? '';
  expect(refusal === '' ? 0 : 1, stderr).toBe(code);
  return code === 0 ? { model: JSON.parse(stdout), refusal } : { refusal };
}

/** n of BIC − AIC = p (log n − 2), AIC = 2 p − 2 log L */
function rowsOf({ aic, bic, fit: { logLikelihood } }: Fitted): number {
  const p = (aic + 2 * logLikelihood) / 2;
  return Math.round(Math.exp((bic - aic) / p + 2));
}

/** `--flag value`, as a shell has them: one list for each way that an advice offers. */
function advised(refusal: string): string[][] {
  const [, advice = ''] = /\. Try (.*)$/.exec(refusal) ?? [];
  return advice
    .split(/, or /)
    .map(way =>
      (way.match(/--[a-z]+ ('[^']*'|[^\s,]\S*[^\s,.]|[.,])/g) ?? []).flatMap(option =>
        option.split(/ (.*)/, 2).map(word => word.replaceAll("'", '')),
      ),
    );
}

/** The file without the line that its refusal names. */
function withoutLine(file: string, refusal: string): string {
  const line = Number(/Line (\d+)/.exec(refusal)?.[1]);
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.splice(line - 1, 1);
  return put('mended.csv', lines.join('\n'));
}

const isMeant = (model: Fitted | undefined, { means }: Meaning): boolean =>
  model?.means?.[0].every((mean, j) => Math.abs(mean - means[j]) < 1e-6 * Math.max(1, Math.abs(mean))) ??
  false;

/** Follow what the refusals say, until the file fits: where several ways are offered, all work, and the one is taken that is meant. */
async function follow(path: string, meaning: Meaning): Promise<{ model?: Fitted; followed: string[] }> {
  const followed: string[] = [];
  let [file, flags] = [path, [] as string[]];
  let { model, refusal } = await fit(file);
  while (!model && followed.length < 5) {
    if (refusal.endsWith(`Try ${MEND}.`)) {
      followed.push(MEND);
      file = withoutLine(file, refusal);
    } else {
      const ways = advised(refusal);
      expect(
        ways.every(way => way.length > 0),
        refusal,
      ).toBe(true);
      let [taken] = ways;
      if (ways.length > 1) {
        const results = [];
        for (const way of ways) results.push((await fit(file, ...flags, ...way)).model);
        expect(
          results.every(result => result),
          refusal,
        ).toBe(true);
        taken = ways[results.findIndex(result => isMeant(result, meaning))];
      }
      followed.push(taken.join(' '));
      flags = [...flags, ...taken];
    }
    ({ model, refusal } = await fit(file, ...flags));
  }
  return { model, followed };
}

describe('a file fits as a person means it, or says what to try', () => {
  test.each(Object.keys(meanings))('%s', async name => {
    const meaning = meanings[name];
    const { model, followed } = await follow(folder + name, meaning);
    expect(followed).toEqual(REFUSED[name] ?? []);
    expect(rowsOf(model!)).toBe(meaning.rows);
    const hasNames = meaning.columns.some((column, j) => column !== String(j));
    expect(model?.columns).toEqual(
      hasNames || /of-array/.test(name) ? model?.columns && meaning.columns : undefined,
    );
    expect(isMeant(model, meaning), `${model?.means}`).toBe(true);
    const { logLikelihood } = meaning;
    expect(Math.abs(model!.fit.logLikelihood / logLikelihood - 1)).toBeLessThan(1e-6);
  });

  test('all that is said to be refused is there', () => {
    expect(Object.keys(REFUSED).filter(name => !(name in meanings))).toEqual([]);
  });
});

describe('columns of words are categories', () => {
  test.each(Object.keys(words))('%s', async name => {
    const { columns, rows, levels, logLikelihood } = words[name];
    const others = name in meanings ? ['--columns', columns.join(',')] : [];
    const { model, refusal } = await fit(folder + name, '--family', 'categorical', ...others);
    expect(refusal).toBe('');
    expect([model?.columns, model?.levelNames]).toEqual([columns, levels]);
    expect(rowsOf(model!)).toBe(rows);
    expect(Math.abs(model!.fit.logLikelihood / logLikelihood - 1)).toBeLessThan(1e-9);
  });
});

test.each([['numpy/savetxt.txt.gz', 'numpy/savetxt.txt']])(
  '%s is read by what it is, whatever it is called',
  async (zipped, plain) => {
    expect(gunzipSync(readFileSync(folder + zipped)).equals(readFileSync(folder + plain))).toBe(true);
    copyFileSync(folder + zipped, at('called-otherwise.csv'));
    const [one, other] = [await fit(at('called-otherwise.csv')), await fit(folder + plain)];
    expect(one.model?.means).toEqual(other.model?.means);
  },
);
