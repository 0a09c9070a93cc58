import type { Rng } from '../../src/numerics/rng.js';
import { pick } from './kind.js';

/** No input is longer: time and memory are those of its bytes. */
export const LARGEST = 2 ** 20;

/** Bytes that mean something in tables, in headers and in encodings. */
const TELLING = [
  ...[0, 9, 10, 13, 27, 32, 34, 35, 39, 40, 41, 43, 44, 45, 46, 48, 49, 57, 59, 61, 69, 76, 78, 120, 124],
  ...[0x7f, 0x80, 0xa0, 0xc3, 0xe2, 0xef, 0xfe, 0xff],
];

/** Bytes with one to three places changed: flipped, cut out, repeated, moved, or filled with others. */
export function mutated(bytes: Uint8Array, other: Uint8Array, rng: Rng): Uint8Array {
  let result = bytes;
  for (let changes = 1 + rng.integer(3); changes > 0; changes--) result = changed(result, other, rng);
  return result.subarray(0, LARGEST);
}

function changed(bytes: Uint8Array, other: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.integer(bytes.length + 1);
  const end = Math.min(bytes.length, at + pick([1, 1, 2, 3, 8, 30, 1e6], rng));
  const piece = bytes.subarray(at, end);
  const changes: (() => Uint8Array)[] = [
    () =>
      joined(
        bytes.subarray(0, at),
        piece.map(byte => byte ^ (1 << rng.integer(8))),
        bytes.subarray(end),
      ),
    () => joined(bytes.subarray(0, at), bytes.subarray(end)),
    () => bytes.subarray(0, at),
    () => joined(bytes.subarray(0, at), repeated(piece, pick([2, 3, 10, 1000], rng)), bytes.subarray(end)),
    () => joined(bytes, other),
    () => joined(bytes.subarray(0, at), other.subarray(rng.integer(other.length + 1))),
    () => joined(bytes.subarray(0, at), Uint8Array.of(pick(TELLING, rng)), bytes.subarray(end)),
    () => joined(bytes.subarray(0, at), Uint8Array.of(pick(TELLING, rng)), bytes.subarray(at)),
    () => {
      const run = new Uint8Array(pick([1, 10, 1000, 100_000], rng)).fill(pick(TELLING, rng));
      return joined(bytes.subarray(0, at), run, bytes.subarray(at));
    },
  ];
  return pick(changes, rng)();
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** As often as fits. */
function repeated(piece: Uint8Array, times: number): Uint8Array {
  const copies = Math.min(times, Math.floor(LARGEST / Math.max(1, piece.length)));
  return joined(...new Array<Uint8Array>(copies).fill(piece));
}

export const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
