import { FileFormatError } from '../errors.js';

/** More than a JavaScript string can hold. */
const MOST_BYTES = 2 ** 30;
/** Tables shrink to a tenth, those of hardly anything but zeros to a fiftieth; a file that is made to fill memory to a thousandth. */
const MOST_TIMES = 100;
/** So much may come of any file. */
const FREE_BYTES = 2 ** 26;

/** What marks an encoding at the beginning of a file. */
const MARKS: readonly (readonly [encoding: string, ...mark: number[]])[] = [
  ['utf-8', 0xef, 0xbb, 0xbf],
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
];

const beginsWith = (bytes: Uint8Array, mark: readonly number[]) =>
  bytes.length >= mark.length && mark.every((byte, i) => bytes[i] === byte);

/**
 * The content of a file, decompressed if it is a gzip file, as its first bytes say.
 *
 * @throws FileFormatError for one that is broken, or that holds more than 1 GiB, or more than 64 MiB and 100 times its bytes
 */
export async function decompressed(bytes: Uint8Array): Promise<Uint8Array> {
  if (!beginsWith(bytes, [0x1f, 0x8b])) return bytes;
  const most = Math.min(MOST_BYTES, Math.max(FREE_BYTES, MOST_TIMES * bytes.length));
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > most) {
        await reader.cancel();
        break;
      }
    }
  } catch (cause) {
    throw new FileFormatError('The gzip file is broken or cut short. Try to copy it again.', { cause });
  }
  if (length > most) {
    throw new FileFormatError(
      most === MOST_BYTES
        ? 'The gzip file holds more than 1 GiB. Try to divide it, or a .npy file.'
        : `The gzip file of ${bytes.length} bytes holds more than ${Math.floor(most / 2 ** 20)} MiB, far more than tables do. Try to decompress it first, if it is one.`,
    );
  }
  return joined(chunks, length);
}

/**
 * The text of a file: in UTF-8, in UTF-16 where a byte order mark or the zeros of its first bytes say so, else as Windows
 * wrote it before (windows-1252).
 *
 * @throws FileFormatError for binary data, or more than a string can hold
 */
export function textOf(bytes: Uint8Array): string {
  const marked =
    MARKS.find(([, ...mark]) => beginsWith(bytes, mark))?.[0] ?? utf16Of(bytes.subarray(0, 4096));
  if (!marked?.startsWith('utf-16') && bytes.subarray(0, 4096).includes(0)) {
    throw new FileFormatError('Expected text (UTF-8, or UTF-16 with its mark), got binary data.');
  }
  try {
    return decoded(bytes, marked ?? 'utf-8');
  } catch (cause) {
    throw new FileFormatError(
      `The text of ${Math.round(bytes.length / 2 ** 20)} MiB is longer than JavaScript's strings. Try a .npy file.`,
      { cause },
    );
  }
}

/** UTF-16 without a mark: half of each letter of European languages, digit and delimiter is a zero, and always the same half. */
function utf16Of(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0];
  bytes.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]++;
  });
  const [high, low] = zeros;
  if (bytes.length % 2 > 0 || Math.min(high, low) > 0 || high + low < 0.4 * bytes.length) return undefined;
  return low > 0 ? 'utf-16le' : 'utf-16be';
}

/** 0x80 to 0x9f in windows-1252: decoders of some versions of Node take them for the control characters of Latin-1. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function decoded(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (encoding !== 'utf-8' || !(error instanceof TypeError)) throw error;
    const text = new TextDecoder('windows-1252').decode(bytes);
    return text.replace(/[\u0080-\u009f]/g, letter => WINDOWS[letter.charCodeAt(0) - 0x80]);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
