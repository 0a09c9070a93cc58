import { describe, expect, test } from 'vitest';
import { cutSpans, NO_JOINT, PIECE_WORDS } from '../../src/backends/webgpu/chain/pieces.js';
import { webgpu } from '../../src/index.js';
import { identical, near } from '../support/assert.js';
import { onBoth, randomChain } from './random-chain.js';

const OPTIONS = { segmentRows: 512, chunkRows: 300, busyPieces: 4, leastRows: 10, mostRows: 50 };

describe.each([
  { lengths: [1, 2, 3, 290, 4, 300, 1] },
  { lengths: [2000] },
  { lengths: [100, 700, 100, 100, 5] },
])('$lengths in chunks of 300 rows and segments of 512', ({ lengths }) => {
  const spans = cutSpans({ lengths: Uint32Array.from(lengths) }, OPTIONS);
  const n = lengths.reduce((sum, length) => sum + length);

  test('every row is in one piece, and every sequence is joined from its first row to its last', () => {
    const seen = new Uint32Array(n);
    const ends = new Map<string, number>();
    let sequence = -1;
    spans.forEach(({ chunks, nJoints }, span) => {
      const joined = new Set<number>();
      for (const { chunk, pieces, places, sequences } of chunks) {
        expect(Math.floor(chunk.rowBegin / 512)).toBe(Math.floor((chunk.rowBegin + chunk.count - 1) / 512));
        for (const place of places) {
          const [begin, count, before, after] = pieces.subarray(place * PIECE_WORDS);
          expect(count).toBeLessThanOrEqual(50);
          const row = chunk.rowBegin + begin;
          for (let i = row; i < row + count; i++) seen[i]++;
          if (before === NO_JOINT) sequence++;
          else expect(ends.get(`${span} ${before}`)).toBe(row);
          expect(sequences[place]).toBe(sequence);
          if (after !== NO_JOINT) {
            expect(joined.has(after)).toBe(false);
            joined.add(after);
            ends.set(`${span} ${after}`, row + count);
          }
        }
      }
      expect(joined.size).toBe(nJoints);
    });
    expect(Array.from(seen)).toEqual(new Array(n).fill(1));
    expect(sequence).toBe(lengths.length - 1);
  });

  test('the longest pieces come first', () => {
    for (const { pieces } of spans.flatMap(({ chunks }) => chunks)) {
      const counts = Array.from(pieces).filter((_, i) => i % PIECE_WORDS === 1);
      expect(counts.every((count, i) => i === 0 || count <= counts[i - 1] + 1)).toBe(true);
    }
  });
});

test('however a sequence is cut, its likelihood is the same', async () => {
  const problem = randomChain({ nStates: 4, lengths: [4000] });
  const { chain } = problem;
  const cut = async (rows: number) => {
    const backend = await webgpu(undefined, { chains: { leastRows: rows, mostRows: rows, chunkRows: 4096 } });
    const found = await onBoth(backend, problem, ({ gpu }) => gpu.walks.forwardBackward(chain));
    backend.dispose();
    return found;
  };
  const [whole, pieces] = [await cut(4096), await cut(100)];
  near(pieces.logLikelihood, whole.logLikelihood, { rel: 2e-7 });
  pieces.chain.transitions.forEach((value, i) => {
    near(value, whole.chain.transitions[i], { rel: 1e-5, abs: 1e-3 }, `ξ ${i}`);
  });
  expect(() => identical(pieces.chain.transitions, whole.chain.transitions)).toThrow(); // they are cut
});
