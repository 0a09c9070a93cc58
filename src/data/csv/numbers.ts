/** The mark before decimals; the other one of point and comma, blanks and apostrophes may then group digits by threes. */
export type Decimal = '.' | ',';

/** What spreadsheets show where a formula has no value, in English and German. */
export const CELL_ERRORS = '#n/a #nv #div/0! #value! #wert! #ref! #bezug! #name? #num! #zahl! #null!'.split(
  ' ',
);

/** What files write where there is no value: the words that pandas and R know, and those of SAS and the UCI archive. */
const MISSING = new Set(
  [
    '',
    '.',
    '?',
    'na',
    'n/a',
    '#na',
    '<na>',
    'nan',
    '-nan',
    '+nan',
    '1.#ind',
    '-1.#ind',
    '1.#qnan',
    '-1.#qnan',
  ].concat(['null', 'none', 'nil'], CELL_ERRORS),
);

export const isMissing = (field: string): boolean =>
  field.length < 20 && MISSING.has(field.trim().toLowerCase());

export const isInfinite = (field: string): boolean =>
  field.length < 20 && /^[+-]?inf(inity)?$/i.test(field.trim());

/** A number with a decimal point and nothing between its digits, in linear time; NaN for anything else. */
export function plainNumber(field: string): number {
  const value = Number(field);
  if (value === 0 && field.trim() === '') return Number.NaN;
  // Number() knows 0x, 0b and 0o, after blanks of any kind.
  const first = field.charCodeAt(0);
  const isOdd = (field.charCodeAt(1) | 32) > 95 || first <= 32 || first > 127;
  if (isOdd && /^\s*0[xbo]/i.test(field)) return Number.NaN;
  return value;
}

/** A number as people write it, such as 81,654.5, or 81.654,5 with a decimal comma; NaN for what is none. */
export function numberIn(field: string, decimal: Decimal): number {
  const at = field.indexOf(decimal);
  const whole = at < 0 ? field : field.slice(0, at);
  const digits = withoutGroups(whole.trim(), decimal === '.' ? ',' : '.');
  return plainNumber(at < 0 ? digits : `${digits}.${field.slice(at + 1)}`);
}

/** Digits in groups of three as one run; what is not grouped so stays as it is. */
function withoutGroups(whole: string, mark: string): string {
  const separator = /[.,'’ \u00a0\u202f]/.exec(whole)?.[0];
  if (separator === undefined) return whole;
  if ('.,'.includes(separator) && separator !== mark) return 'none';
  const [first, ...groups] = whole.split(separator);
  const isGrouped = /^[+-]?[1-9]\d{0,2}$/.test(first) && groups.every(group => /^\d{3}$/.test(group));
  return isGrouped ? first + groups.join('') : 'none';
}

/** What the fields of a file say about its decimal mark. */
export class DecimalVotes {
  #point = 0;
  #comma = 0;
  /** 81,654 */
  #either = 0;
  /** 81 654 and 81,654.5: no plain numbers */
  #grouped = 0;

  add(field: string): void {
    const plain = Number.isFinite(plainNumber(field));
    const [point, comma] = [numberIn(field, '.'), numberIn(field, ',')].map(Number.isFinite);
    if (point && !comma) {
      this.#point++;
      if (!plain) this.#grouped++;
    } else if (comma && !point) this.#comma++;
    else if (!plain && point && comma) {
      if (field.includes(',') || field.includes('.')) this.#either++;
      else this.#grouped++;
    }
  }

  /** Undefined where no number needs to know, or where nothing tells: numbers are then plain ones. */
  get decimal(): Decimal | undefined {
    if (this.#comma > 0) return this.#point > 0 ? undefined : ',';
    if (this.#either + this.#grouped === 0) return undefined;
    return this.#either > 0 && this.#point === 0 ? undefined : '.';
  }
}
