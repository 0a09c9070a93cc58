/** How far two numbers may be apart: `abs`, or `rel` of the right one. */
export interface Bound {
  readonly abs: number;
  readonly rel: number;
}

/** What float32 is held to, and what it is held to where a note says that it is not enough. Nats, for log densities. */
export const TIGHT: Bound = { abs: 1e-4, rel: 1e-6 };
export const LOOSE: Bound = { abs: 1e-2, rel: 1e-4 };
/** What float64 is held to. */
export const EXACT: Bound = { abs: 1e-9, rel: 1e-11 };

const allowed = ({ abs, rel }: Bound, right: number) => abs + rel * Math.abs(right);

/** What the properties of one case showed: by kind, the first that did not hold, and those that a note excused. */
export class Findings {
  readonly failures: Record<string, string> = {};
  readonly excuses: Record<string, string> = {};
  /** Kinds of notes that results carried, and what else is worth counting. */
  readonly seen = new Set<string>();
  /** Why there was nothing to compare. */
  refused: string | undefined;

  fail(kind: string, figures: string): void {
    this.failures[kind] ??= figures;
  }

  holds(kind: string, condition: boolean, figures: () => string): void {
    if (!condition) this.fail(kind, figures());
  }

  /**
   * Each number is near the right one: within TIGHT, or `bound`. Where there is a `note`, what is within LOOSE is excused.
   * `allowance`: what each may be off by besides.
   */
  near(
    kind: string,
    actual: ArrayLike<number>,
    right: ArrayLike<number>,
    { bound = TIGHT, note, allowance = () => 0, each = i => `[${i}]` }: NearOptions = {},
  ): void {
    let worst = { share: 0, at: -1 };
    for (let i = 0; i < right.length; i++) {
      if (Object.is(actual[i], right[i])) continue;
      const share = Math.abs(actual[i] - right[i]) / (allowed(bound, right[i]) + allowance(i));
      if (!(share <= worst.share))
        worst = { share: Number.isNaN(share) ? Number.POSITIVE_INFINITY : share, at: i };
    }
    if (worst.share <= 1) return;
    const { at } = worst;
    const off = Math.abs(actual[at] - right[at]);
    const most = allowed(bound, right[at]) + allowance(at);
    const figures = `${each(at)}: ${actual[at]} for ${right[at]}, off by ${figure(off)} where ${figure(most)} is allowed`;
    if (note && off <= allowed(LOOSE, right[at]) + allowance(at))
      this.excuses[kind] ??= `${note}: ${figures}`;
    else this.fail(kind, figures);
  }
}

interface NearOptions {
  readonly bound?: Bound;
  readonly note?: string;
  readonly allowance?: (i: number) => number;
  readonly each?: (i: number) => string;
}

export const figure = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : `${value}`);
