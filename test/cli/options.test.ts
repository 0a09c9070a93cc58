import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  parseColumns,
  parseCount,
  parseNonNegative,
  parsePositiveInteger,
  parseStart,
} from '../../src/cli/options.js';

const refused = (parse: (text: string) => unknown, texts: string[]) => {
  for (const text of texts) expect(() => parse(text), text).toThrow(InvalidArgumentError);
};

describe('option values', () => {
  it('positive integers', () => {
    expect(parsePositiveInteger('3')).toBe(3);
    refused(parsePositiveInteger, ['0', '-1', '2.5', '1e3', 'two', '', ' ', '0x10', '9007199254740993']);
  });

  it('counts', () => {
    expect(parseCount('0')).toBe(0);
    refused(parseCount, ['-1', '0.5', 'none', '']);
  });

  it('numbers from 0', () => {
    expect([parseNonNegative('0'), parseNonNegative('1e-6'), parseNonNegative('.5')]).toEqual([0, 1e-6, 0.5]);
    refused(parseNonNegative, ['-1e-9', 'NaN', 'Infinity', '', ' ', '1,5']);
  });

  it('columns', () => {
    expect(parseColumns('a')).toEqual(['a']);
    expect(parseColumns('a, b b,0')).toEqual(['a', 'b b', '0']);
    expect(parseColumns('"a,b",c')).toEqual(['a,b', 'c']);
    refused(parseColumns, ['', 'a,,b', 'a,']);
  });

  it('starts', () => {
    expect(parseStart('k-means++')).toBe('k-means++');
    expect(parseStart('folder/model.json')).toEqual({ file: 'folder/model.json' });
    refused(parseStart, ['kmeans', '', 'K-means', 'model.npy']);
  });
});
