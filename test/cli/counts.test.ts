import { describe, expect, it } from 'vitest';
import { parseCounts, readCounts } from '../../src/cli/counts.js';
import { EmError, FileFormatError, InvalidDataError } from '../../src/errors.js';
import { put } from './harness.js';

/** Counts as rows. */
const dense = (text: string, vocabulary?: string[]) => {
  const { counts, words, documents } = parseCounts(text, vocabulary);
  const { data, indices, indptr, shape } = counts;
  const rows = Array.from({ length: shape[0] }, (_, d) => {
    const row = new Array<number>(shape[1]).fill(0);
    for (let t = indptr[d]; t < indptr[d + 1]; t++) row[indices[t]] += data[t];
    return row;
  });
  return { rows, words, documents };
};

describe('word counts', () => {
  it('come one a line, in any order', () => {
    expect(dense('doc,word,count\nb,pear,2\na,apple,1\nb,"a, b",3\n\na,pear,4\n')).toEqual({
      rows: [
        [2, 0, 3],
        [4, 1, 0],
      ],
      words: ['pear', 'apple', 'a, b'],
      documents: ['b', 'a'],
    });
    expect(dense('Document;Word;Count\n1;7;2\n').documents).toEqual(['1']);
  });

  it('or a column for each word', () => {
    const rows = [
      [1, 0],
      [0, 0],
      [2, 3],
    ];
    expect(dense('apple,pear\n1,0\n0,0\n2,3\n')).toEqual({ rows, words: ['apple', 'pear'] });
    expect(dense('1,0\n0,0\n2,3\n')).toEqual({ rows, words: ['0', '1'] });
    const named = { rows, words: ['apple', 'pear'], documents: ['x', 'y', 'z'] };
    expect(dense('doc,apple,pear\nx,1,0\ny,0,0\nz,2,3\n')).toEqual(named);
    expect(dense(',apple,pear\r\nx,1,0\r\ny,0,0\r\nz,2,3\r\n')).toEqual(named);
  });

  it('of more words than a mixture has features', () => {
    const words = Array.from({ length: 300 }, (_, v) => `w${v}`);
    expect(dense(`${words.join(',')}\n${words.map((_, v) => v).join(',')}\n`).rows[0][299]).toBe(299);
  });

  it('follow a given vocabulary', () => {
    const words = ['pear', 'apple'];
    expect(dense('apple,plum,pear\n1,2,3\n', words)).toEqual({ rows: [[3, 1]], words });
    expect(dense('doc,word,count\na,apple,1\na,plum,5\n', words).rows).toEqual([[0, 1]]);
    expect(dense('1,2\n', words).rows).toEqual([[1, 2]]);
    expect(() => parseCounts('1,2,3\n', words)).toThrow('The model has 2 words, the file has 3 columns.');
    expect(() => parseCounts('plum,fig\n1,2\n', words)).toThrow(InvalidDataError);
  });

  it('of 100,000 words are told apart in time linear in the line', () => {
    const words = Array.from({ length: 100_000 }, (_, v) => `w${v}`);
    expect(parseCounts(`${words.join(',')}\n${'1,'.repeat(99_999)}1`).counts.shape).toEqual([1, 100_000]);
    expect(() => parseCounts(`doc,word,count\n${'"a","b",1\n'.repeat(50_000)}"`)).toThrow('never closed');
  });

  it('of documents and words that begin with #', () => {
    expect(dense('doc,word,count\n#1,#tag,2\n')).toEqual({ rows: [[2]], words: ['#tag'], documents: ['#1'] });
    expect(dense('#a,#b\n1,2\n')).toEqual({ rows: [[1, 2]], words: ['#a', '#b'] });
  });

  it.each([`a,a\n1,2\n`, `doc,word,count\na,b,x\n`, `a,b\n1,x\n`, `b\n1\n`])(
    '%j: text from the file is quoted and cut in messages',
    pattern => {
      const long = '\u001b[31m\u202e'.repeat(10_000);
      const text = pattern.replaceAll('a', long).replaceAll('x', `x${long}`);
      let message = '';
      try {
        parseCounts(text, pattern.startsWith('b') ? [long] : undefined);
      } catch (error) {
        expect(error).toBeInstanceOf(EmError);
        ({ message } = error as Error);
      }
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(message.length).toBeGreaterThan(0);
      expect(message.length).toBeLessThan(300);
    },
  );

  it.each([
    ['', /empty/],
    ['doc,word,count\n', /no counts below/],
    ['apple,pear\n', /no counts below/],
    ['doc,word,count\na,apple\n', /Line 2 has 2 fields where the first line has 3/],
    ['doc,word,count\n"a\nb",x,1\n\na,apple,-1\n', /Line 5, column "count": expected a count ≥ 0, got "-1"/],
    ['apple,pear\n1,many\n', /Line 2, column "pear": expected a count ≥ 0, got "many"/],
    ['apple,pear\n1,1e999\n', /expected a count ≥ 0, got "1e999"/],
    ['apple,pear\n1,0x10\n', /expected a count ≥ 0, got "0x10"/],
    ['apple,apple\n1,2\n', /names "apple" more than once/],
    ['doc\na\n', /a column for each word/],
    ['doc,word,count\na,"b,1\n', /Line 2 opens a quote that is never closed/],
  ])('%j is refused', (text, message) => {
    expect(() => parseCounts(text)).toThrow(FileFormatError);
    expect(() => parseCounts(text)).toThrow(message);
  });

  it('are named by their file in what is wrong', async () => {
    const file = put('words.csv', 'a,b\n1,x\n');
    await expect(readCounts(file)).rejects.toThrow(`${file}: Line 2`);
    await expect(readCounts('words.npy')).rejects.toThrow('Word counts come as CSV');
  });
});
