import { InvalidArgumentError } from './errors.js';
import { quote } from './quote.js';

/**
 * A number as an option. Text is none, whatever it reads like, nor is null, true or a list.
 *
 * @param expected what it must be, in words
 * @throws InvalidArgumentError
 */
export function checkNumber(
  name: string,
  value: unknown,
  expected: string,
  isValid: (value: number) => boolean,
): number {
  if (typeof value === 'number' && isValid(value)) return value;
  throw new InvalidArgumentError(`${name} must be ${expected}, got ${inWords(value)}.`);
}

/** @throws InvalidArgumentError unless `value` is an integer from `least` to `most` */
export function checkInteger(
  name: string,
  value: unknown,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const range = most === Number.POSITIVE_INFINITY ? `≥ ${least}` : `from ${least} to ${most}`;
  return checkNumber(
    name,
    value,
    `an integer ${range}`,
    number => Number.isSafeInteger(number) && number >= least && number <= most,
  );
}

/** @throws InvalidArgumentError unless `value` is finite and > 0 */
export const checkPositive = (name: string, value: unknown): number =>
  checkNumber(name, value, 'a finite number > 0', number => number > 0 && Number.isFinite(number));

/** @throws InvalidArgumentError unless `value` is finite and ≥ `least` */
export const checkAtLeast = (name: string, value: unknown, least: number): number =>
  checkNumber(
    name,
    value,
    `a finite number ≥ ${least}`,
    number => number >= least && Number.isFinite(number),
  );

/** The first entry that is no number, or none that `isValid` takes; −1 where all are. */
export function badNumber(values: ArrayLike<unknown>, isValid: (value: number) => boolean): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !isValid(value)) return i;
  }
  return -1;
}

/** @throws InvalidArgumentError unless `values` is a list of numbers that `isValid` takes */
export function checkNumbers(
  name: string,
  values: unknown,
  expected: string,
  isValid: (value: number) => boolean,
): Float64Array {
  if (!isList(values)) throw new InvalidArgumentError(`${name} must be ${expected}, got ${inWords(values)}.`);
  const bad = badNumber(values, isValid);
  if (bad < 0) return Float64Array.from(values as ArrayLike<number>);
  throw new InvalidArgumentError(`${name} must be ${expected}, got ${inWords(values[bad])} at index ${bad}.`);
}

export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

const MOST_LETTERS = 40;

/** Whatever was given, in a few letters: text in quotes, which tells "2" from 2. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return quote(value, MOST_LETTERS);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined ? 'nothing' : String(value);
}
