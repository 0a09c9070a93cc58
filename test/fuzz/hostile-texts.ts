import { gzipSync } from 'node:zlib';
import type { Rng } from '../../src/numerics/rng.js';
import { encoded, LARGEST } from './bytes.js';
import { pick, rarely } from './kind.js';

/** Texts of a few letters many times: long fields, long lines, many lines, quotes that never end. */
export function hostileText(rng: Rng): Uint8Array {
  const count = pick([1000, 10_000, 100_000, 300_000], rng);
  const of = (piece: string) => piece.repeat(Math.min(count, Math.floor(LARGEST / piece.length)));
  const letter = pick([...'0123456789 ,;|\t\'"#.-+eEx%\u00a0\u001b\u202e'], rng);
  const runs: (() => string)[] = [
    () =>
      `${of(pick(['1', '9', '1.', '0', ' ', '\t', '-', '1,000', '1 000', ',000', '.', 'e', '\u00a0'], rng))}${pick(['', 'x', ',', '\n1'], rng)}`,
    () => `a,b\n1,${of(letter)}${pick(['', 'x', '\n2,3'], rng)}\n`,
    () => `${of(letter)}\n1,2\n3,4\n`,
    () => `${of(pick(['a', 'name ', '\u001b[31m', '"', '""', '", "', "'", '\\"'], rng))},b\n1,2\n`,
    () =>
      `${of(pick([',', ';', '\t', '|', '1,', 'x,', 'x;', '"",', '1|'], rng))}1\n${pick(['1,2', '', of('1,')], rng)}\n`,
    () =>
      `${pick(['a,b\n', '', 'a b\n', 'a;b\n'], rng)}${of(pick(['1,2\n', '1\n', '\n', ' \n', '#\n', '1,2,3\n1\n', '"1","2"\n', '1 2\n', '1;2,5\n'], rng))}`,
    () =>
      `"${of(pick(['\n', 'a\n', '1,2\n', '""', '"", "', ','], rng))}${pick(['', '"', '"x', '",1\n'], rng)}`,
    () => `a,b\n1,2\n${of(pick(['"x",1\n', '"x"y\n', '1,"\n', '1,2,"3"\n', '"'], rng))}`,
    () => `#${of(pick(['#', ' ', 'a ', '"', ','], rng))}\n1,2\n3,4\n`,
    () =>
      `sep=${pick([...';,"#\\x\u0000\t |=1'], rng)}${pick(['\n', '\r', ''], rng)}${of(pick(['1;2\n', '"', '#', 'x'], rng))}`,
    () =>
      `${of(pick(['[', '{"a":', '<', '\\', '\ud800', '\ufeff', '\u0000', '\r', '\r\n', '\u2028', 'ı', 'ﬀ'], rng))}1,2\n`,
  ];
  const bytes = encoded(pick(runs, rng)());
  return rarely(8, rng) ? compressed(bytes, rng) : bytes;
}

/** A gzip file, whole or broken, or one of several parts. */
export function compressed(bytes: Uint8Array, rng: Rng): Uint8Array {
  const whole = new Uint8Array(gzipSync(bytes, { level: 1 }));
  if (rarely(2, rng)) return whole;
  const at = rng.integer(whole.length);
  return pick(
    [
      () => whole.subarray(0, at),
      () => whole.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      () => Uint8Array.from([...whole.subarray(0, 2000), ...whole.subarray(0, 2000)]),
    ],
    rng,
  )();
}

const bombs = new Map<number, Uint8Array>();

/** 128 MiB of one byte in 128 KiB. */
export function gzipBomb(rng: Rng): Uint8Array {
  const byte = pick([0, 10, 48], rng);
  const bomb = bombs.get(byte) ?? new Uint8Array(gzipSync(new Uint8Array(2 ** 27).fill(byte)));
  bombs.set(byte, bomb);
  return bomb;
}
