import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKind, readData } from '../../src/cli/data.js';
import { describe as describeError, exitCodeOf } from '../../src/cli/exit.js';
import { checkWritable, FileError, readJson, readText } from '../../src/cli/files.js';
import { csvLines, nested, writeRows } from '../../src/cli/output.js';
import { formatNpy, parseNpy } from '../../src/data/npy.js';
import { AbortedError, FileFormatError, InvalidArgumentError, ModelFormatError } from '../../src/errors.js';

let folder: string;
const at = (name: string) => join(folder, name);
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'webgpu-em-'));
  mkdirSync(at('folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('reading', () => {
  it('tells .npy from everything else by its ending', () => {
    expect(['a.npy', 'A.NPY', 'a.csv', 'a.tsv', '-', 'npy'].map(fileKind)).toEqual([
      'npy',
      'npy',
      'csv',
      'csv',
      'csv',
      'csv',
    ]);
  });

  it('reads rows from both kinds', async () => {
    const values = new Float64Array([1, 2, 3, 4]);
    const csv = await readData(put('rows.csv', 'a,b\n1,2\n3,4\n'));
    expect(csv).toEqual({ points: { data: values, shape: [2, 2] }, columns: ['a', 'b'], notes: [] });
    const npy = await readData(put('rows.npy', formatNpy({ data: values, shape: [2, 2] })));
    expect(npy).toEqual({ points: { data: values, shape: [2, 2] }, columns: ['0', '1'], notes: [] });
    expect((await readData(at('rows.csv'), { columns: ['b'] })).points.data).toEqual(
      new Float64Array([2, 4]),
    );
  });

  it('names the file in what is wrong with it', async () => {
    const csv = put('text.csv', 'a,b\n1,x\n');
    await expect(readData(csv)).rejects.toThrow(`${csv}: Line 2, column "b"`);
    const npy = put('broken.npy', formatNpy({ data: new Float64Array(4), shape: [4] }).subarray(0, 130));
    await expect(readData(npy)).rejects.toThrow(`${npy}: The .npy file is truncated`);
  });

  it('chooses columns of .npy by position', async () => {
    const { points, columns } = await readData(at('rows.npy'), { columns: ['1'] });
    expect({ ...points, columns }).toEqual({
      data: new Float64Array([2, 4]),
      shape: [2, 1],
      columns: ['1'],
    });
    const sequences = readData(at('rows.npy'), { sequenceColumn: '0' });
    await expect(sequences).rejects.toThrow(InvalidArgumentError);
  });

  it('says why a file cannot be read', async () => {
    await expect(readText(at('none.csv'))).rejects.toThrow(
      new FileError(`${at('none.csv')} cannot be read: there is no such file.`),
    );
    await expect(readText(at('folder'))).rejects.toThrow('it is a folder; expected a file.');
    await expect(readText(join(put('file', ''), 'x.csv'))).rejects.toThrow('is not a folder.');
    await expect(readText(put('binary.csv', new Uint8Array([80, 75, 0, 1])))).rejects.toThrow(
      FileFormatError,
    );
  });

  it('says what is wrong with JSON', async () => {
    const error = await readJson(put('model.json', '{"format": ')).catch((error: Error) => error);
    expect(error).toBeInstanceOf(ModelFormatError);
    expect((error as Error).message).toMatch(/^.*model\.json: Expected a model in JSON\./);
    expect((error as Error).message).not.toContain('\n');
  });
});

describe('writing', () => {
  it('is checked before the work', async () => {
    await checkWritable(at('new.json'));
    await checkWritable(put('old.json', '{}'));
    await expect(checkWritable(at('nowhere/model.json'))).rejects.toThrow(
      `there is no folder ${at('nowhere')}.`,
    );
    await expect(checkWritable(at('folder'))).rejects.toThrow('it is a folder; expected a file.');
    await expect(checkWritable(join(at('file'), 'model.json'))).rejects.toThrow('is not a folder.');
  });

  it('writes CSV that reads back as it was', async () => {
    const data = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i) * 10 ** ((i % 40) - 20));
    const array = { data, shape: [10_000, 2] };
    await writeRows({ out: at('out.csv') }, { array, header: ['x0', 'x1'], json: () => ({}) });
    expect(await readData(at('out.csv'))).toEqual({
      points: { data, shape: [10_000, 2] },
      columns: ['x0', 'x1'],
      notes: [],
    });
  });

  it('writes .npy by its ending', async () => {
    const array = { data: new Uint32Array([2, 0, 1]), shape: [3] };
    await writeRows({ out: at('out.npy') }, { array, header: ['component'], json: () => ({}) });
    expect([...parseNpy(readFileSync(at('out.npy'))).data]).toEqual([2, 0, 1]);
  });

  it('puts a header above vectors and matrices', () => {
    const vector = csvLines({ data: new Uint32Array([2, 0]), shape: [2] }, ['component']);
    expect([...vector].join('')).toBe('component\n2\n0\n');
    const rows = { data: new Float64Array([1, 2, 3, 4]), shape: [2, 2] };
    expect([...csvLines(rows, ['a', 'b'])].join('')).toBe('a,b\n1,2\n3,4\n');
    expect(nested(rows)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('failing', () => {
  it('takes one line and one exit code', () => {
    expect(describeError(new InvalidArgumentError('No.\n  Really.'))).toBe('No. Really.');
    expect(describeError(new TypeError('x is undefined'))).toContain('unexpected');
    expect(exitCodeOf(new InvalidArgumentError('No.'))).toBe(1);
    expect(exitCodeOf(new AbortedError('Stopped.'))).toBe(130);
  });
});
