import { describe, expect, test } from 'vitest';
import { HiddenMarkovModel, InvalidDataError, type SequenceData } from '../../src/index.js';

/** What is no sequence of numbers is refused, and a table of rows is not taken for sequences. */

const onCpu = { device: 'cpu' } as const;
const fit = (sequences: unknown, options: object = {}) =>
  HiddenMarkovModel.fit(sequences as SequenceData, { nStates: 2, ...onCpu, ...options });
const random = (i: number) => ((i * 7919) % 101) / 10;
const rows = Array.from({ length: 60 }, (_, i) => [random(i), random(i + 31)]);

describe('what is no number', () => {
  test.each([
    ['null', [[1, null, 3]], /Sequence 0: Row 1 must be a number, got null/],
    ['text', [[1, '2', 3]], /Sequence 0: Row 1 must be a number, got "2"/],
    ['truth', [[1, 2, true]], /Sequence 0: Row 2 must be a number, got true/],
    ['a list', [[1, [], 3]], /Sequence 0: /],
    ['an object', [1, {}, 3], /Sequence 0 must be numbers, rows or/],
    ['text in one sequence', [1, '2', 3], /Row 1 must be a number, got "2"/],
    ['null in one sequence', [null, 1], /Row 0 must be a number, got null/],
    ['text alone', ['1'], /Row 0 must be a number, got "1"/],
    ['big integers', BigInt64Array.of(1n, 2n), /Row 0 must be a number, got 1/],
    ['text in rows', [[[1], ['2']]], /Sequence 0: Row 1, column 0 must be a number, got "2"/],
    ['a length without numbers', [{ length: 3 }], /Sequence 0: Expected points as/],
    ['a length of millions without numbers', [[1], { length: 3e8 }], /Sequence 1: Expected points as/],
    ['a shape without data', [{ shape: [3, 1] }], /Sequence 0: data must be a Float32Array/],
    ['data without a shape', [{ data: Float64Array.of(1), shape: '1,1' }], /Sequence 0: Expected points as/],
    ['a map', [new Map([[1, 2]])], /Sequence 0/],
    ['a hole', Object.assign([[1, 2]], { 2: [3] }), /Sequence 1 must be numbers, rows or .*, got nothing/],
    ['a hole among rows', [Object.assign([[1]], { 2: [2] })], /Sequence 0: Row 1 has no values/],
    ['text that is no sequence', [[1, 2], '345'], /Sequence 1 must be numbers, rows or .*, got "345"/],
  ])('%s', async (_, sequences, message) => {
    const refused = fit(sequences);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(InvalidDataError);
  });
});

describe('a table of rows', () => {
  test('is refused by name, and each advice works when followed', async () => {
    await expect(fit(rows)).rejects.toThrow(
      'These 60 arrays of 2 numbers may be rows or sequences. If they are rows, pass lengths: [60],',
    );
    expect((await fit(rows, { lengths: [60] })).nFeatures).toBe(2);
    const sequences = rows.map(row => row.map(value => [value]));
    expect((await fit(sequences)).nFeatures).toBe(1);
  });

  test.each([
    ['of one column', rows.map(([value]) => [value])],
    ['of typed rows', rows.map(row => Float64Array.from(row))],
    ['of few rows', rows.slice(0, 2)],
    [
      'of many columns',
      Array.from({ length: 40 }, (_, i) => Array.from({ length: 30 }, (_, j) => random(i + j))),
    ],
  ])('%s', async (_, table) => {
    await expect(fit(table)).rejects.toThrow(/may be rows or sequences/);
  });

  test('is one sequence of a model that has as many features', async () => {
    const model = await fit(rows, { lengths: [60] });
    expect(await model.scoreSequences(rows)).toEqual(await model.scoreSequences([rows]));
    expect((await model.decode(rows)).states).toHaveLength(60);
  });

  test('is sequences of a model of one feature, and of symbols', async () => {
    const model = await fit([rows.map(([value]) => value)]);
    expect(await model.scoreSequences(rows)).toHaveLength(60);
    const symbols = [
      [0, 1, 0],
      [1, 1, 0],
    ];
    const categorical = await fit(symbols, { emission: 'categorical' });
    expect(await categorical.scoreSequences(symbols)).toHaveLength(2);
  });

  test('sequences of other or of great lengths stay sequences', async () => {
    expect(
      (
        await fit([
          [1, 2, 3],
          [4, 5],
        ])
      ).nFeatures,
    ).toBe(1);
    const long = [0, 1, 2].map(i => Array.from({ length: 129 }, (_, t) => random(t + i)));
    expect((await fit(long)).nFeatures).toBe(1);
    expect((await fit([[1, 2, 3]], { nStates: 1 })).nFeatures).toBe(1);
  });
});
