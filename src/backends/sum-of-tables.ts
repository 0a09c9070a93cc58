import type { Chain, ChainWalks, Sequences, StateRun } from '../contract/chains.js';
import type { Densities } from '../contract/densities.js';
import type { Assignment, SumOptions, TableEStepOptions } from '../contract/e-step.js';
import type { Posterior, PosteriorOptions, ResponsibilitySource } from '../contract/posterior.js';
import { add, type Statistics } from '../contract/statistics.js';
import type { Backend, Rows } from '../contract/table.js';
import type { ColumnMoments } from '../data/columns.js';
import { ImpossibleSequenceError, InvalidArgumentError } from '../errors.js';

/**
 * The rows of several tables, one after the other: a table. Statistics add in the order of the parts, so that bits do
 * not depend on where parts are. A block of rows is that block of every part.
 *
 * @throws InvalidArgumentError for no tables, or tables of different numbers of features
 */
export function sumOfTables(parts: readonly Rows[]): Rows {
  const [first, ...others] = parts;
  if (!first) throw new InvalidArgumentError('Expected one table at least, got none.');
  const other = others.find(({ shape }) => shape[1] !== first.shape[1]);
  if (other) {
    throw new InvalidArgumentError(
      `Tables that add have equally many features, got ${first.shape[1]} and ${other.shape[1]}.`,
    );
  }
  return others.length === 0 ? first : new SumOfTables(parts);
}

class SumOfTables implements Rows {
  readonly backend: Backend;
  readonly shape: readonly [number, number];
  readonly mass: number;
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly squares: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly walks: ChainWalks | undefined;
  /** [parts] the first row of each. */
  readonly #begins: readonly number[];

  constructor(
    readonly parts: readonly Rows[],
    readonly sequences?: Sequences,
  ) {
    const n = parts.reduce((sum, { shape }) => sum + shape[0], 0);
    this.backend = parts.map(({ backend }) => backend).reduce((a, b) => (b.epsilon > a.epsilon ? b : a));
    this.shape = [n, parts[0].shape[1]];
    this.#begins = beginsOf(parts.map(({ shape }) => shape[0]));
    this.mass = parts.reduce((sum, { mass }) => sum + mass, 0);
    ({ center: this.center, scale: this.scale, squares: this.squares } = columnsOf(parts, this.mass));
    this.weights = weightsOf(parts, n);
    this.walks = sequences && new SumOfWalks(parts, this.#begins);
  }

  eStep(densities: Densities, { assignment, ...options }: TableEStepOptions = {}): Promise<Statistics> {
    return this.#sum((part, begin) =>
      part.eStep(densities, { ...options, assignment: assignment && drawnFrom(assignment, begin) }),
    );
  }

  accumulate(densities: Densities, source: ResponsibilitySource, options?: SumOptions): Promise<Statistics> {
    return this.#sum((part, first) =>
      part.accumulate(densities, (begin, count) => source(first + begin, count), options),
    );
  }

  async #sum(of: (part: Rows, begin: number) => Promise<Statistics>): Promise<Statistics> {
    let sum: Statistics | undefined;
    for (const [p, part] of this.parts.entries()) {
      const own = await of(part, this.#begins[p]);
      sum = sum ? add(sum, own) : own;
    }
    return sum as Statistics;
  }

  async *posterior(densities: Densities, options?: PosteriorOptions): AsyncIterable<Posterior> {
    for (const [p, part] of this.parts.entries()) {
      for await (const run of part.posterior(densities, options)) {
        yield { ...run, begin: this.#begins[p] + run.begin };
      }
    }
  }

  /** @throws InvalidArgumentError for sequences that do not end where parts do */
  divide({ lengths, weights }: Sequences): Rows {
    let next = 0;
    const divided = this.parts.map((part, p) => {
      const first = next;
      for (let rows = 0; rows < part.shape[0] && next < lengths.length; ) rows += lengths[next++];
      const own = { lengths: lengths.slice(first, next), weights: weights?.slice(first, next) };
      const rows = own.lengths.reduce((sum, length) => sum + length, 0);
      if (rows !== part.shape[0]) {
        throw new InvalidArgumentError(
          `Parts end where sequences do, but sequence ${next - 1} goes on after the end of part ${p} (both count from 0). Try parts of whole sequences.`,
        );
      }
      return part.divide(own);
    });
    return new SumOfTables(divided, { lengths, weights });
  }

  async read(begin: number, count: number): Promise<Float64Array> {
    const d = this.shape[1];
    const values = new Float64Array(count * d);
    for (const [p, part] of this.parts.entries()) {
      const first = Math.max(begin, this.#begins[p]);
      const end = Math.min(begin + count, this.#begins[p] + part.shape[0]);
      if (first < end) values.set(await part.read(first - this.#begins[p], end - first), (first - begin) * d);
    }
    return values;
  }

  async take(indices: ArrayLike<number>): Promise<Float64Array> {
    const d = this.shape[1];
    const values = new Float64Array(indices.length * d);
    for (const [p, part] of this.parts.entries()) {
      const begin = this.#begins[p];
      const places = Array.from({ length: indices.length }, (_, at) => at).filter(
        at => indices[at] >= begin && indices[at] < begin + part.shape[0],
      );
      const taken = await part.take(places.map(at => indices[at] - begin));
      places.forEach((at, i) => {
        values.set(taken.subarray(i * d, (i + 1) * d), at * d);
      });
    }
    return values;
  }

  async inFloat64(): Promise<Rows> {
    const parts = await Promise.all(this.parts.map(async part => (await part.inFloat64?.()) ?? part));
    return new SumOfTables(parts, this.sequences);
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }
}

/** Walks along the sequences of the parts, one part after the other. */
class SumOfWalks implements ChainWalks {
  /** [parts] the first sequence of each. */
  readonly #firsts: readonly number[];

  constructor(
    private readonly parts: readonly Rows[],
    private readonly begins: readonly number[],
  ) {
    this.#firsts = beginsOf(parts.map(({ sequences }) => (sequences as Sequences).lengths.length));
  }

  async forwardBackward(chain: Chain, options?: SumOptions) {
    const found = await this.#each(walks => walks.forwardBackward(chain, options));
    return found.reduce<Statistics>(
      (sum, own) => (sum === own ? own : add(sum, own)),
      found[0],
    ) as (typeof found)[0];
  }

  async *smoothed(chain: Chain): AsyncIterable<StateRun> {
    for (const [p, { walks }] of this.parts.entries()) {
      try {
        for await (const run of (walks as ChainWalks).smoothed(chain)) {
          yield { ...run, begin: this.begins[p] + run.begin };
        }
      } catch (error) {
        throw this.#placed(error, p);
      }
    }
  }

  async logLikelihoods(chain: Chain): Promise<Float64Array> {
    return Float64Array.from(
      (await this.#each(walks => walks.logLikelihoods(chain))).flatMap(part => [...part]),
    );
  }

  async viterbi(chain: Chain) {
    const found = await this.#each(walks => walks.viterbi(chain));
    return {
      states: Uint32Array.from(found.flatMap(({ states }) => [...states])),
      logProbabilities: Float64Array.from(found.flatMap(({ logProbabilities }) => [...logProbabilities])),
    };
  }

  async #each<T>(of: (walks: ChainWalks) => Promise<T>): Promise<T[]> {
    const found: T[] = [];
    for (const [p, { walks }] of this.parts.entries()) {
      try {
        found.push(await of(walks as ChainWalks));
      } catch (error) {
        throw this.#placed(error, p);
      }
    }
    return found;
  }

  /** The same error, of a sequence counted from the first of all. */
  #placed(error: unknown, part: number): unknown {
    if (!(error instanceof ImpossibleSequenceError && error.place)) return error;
    const { sequence, row } = error.place;
    return ImpossibleSequenceError.of(this.#firsts[part] + sequence, row);
  }
}

/** Draws depend on which row it is, of all. */
const drawnFrom = (assignment: Assignment, begin: number): Assignment =>
  typeof assignment === 'object' ? { ...assignment, begin: (assignment.begin ?? 0) + begin } : assignment;

function beginsOf(lengths: readonly number[]): number[] {
  let end = 0;
  return lengths.map(length => {
    end += length;
    return end - length;
  });
}

/**
 * Means and widths of the columns of all rows from those of the parts (Chan, Golub & LeVeque 1983):
 * Σ (x − c)² = Σ_p [S_p + m_p (c_p − c)²].
 */
function columnsOf(parts: readonly Rows[], mass: number): ColumnMoments {
  const sum = (of: (part: Rows, j: number) => number) =>
    parts[0].center.map((_, j) => parts.reduce((total, part) => total + of(part, j), 0));
  const [{ center: first }] = parts;
  const offset = sum((part, j) => part.mass * (part.center[j] - first[j]));
  const center = first.map((value, j) => value + offset[j] / mass);
  const squares = sum((part, j) => part.squares[j] + part.mass * (part.center[j] - center[j]) ** 2);
  return { center, squares, scale: squares.map(value => Math.sqrt(value / mass) || 1) };
}

function weightsOf(parts: readonly Rows[], n: number): Float64Array | undefined {
  if (parts.every(({ weights }) => !weights)) return undefined;
  const all = new Float64Array(n).fill(1);
  let begin = 0;
  for (const { weights, shape } of parts) {
    if (weights) all.set(weights, begin);
    begin += shape[0];
  }
  return all;
}
