import type { Chain, ChainWalks, Sequences, StateRun } from '../../../contract/chains.js';
import type { SumOptions } from '../../../contract/e-step.js';
import { type ChainSums, emptyStatistics, type Statistics } from '../../../contract/statistics.js';
import { InvalidArgumentError } from '../../../errors.js';
import { checkDensities, checkFinite } from '../../checks.js';
import { paddedComponents } from '../mixture/geometry.js';
import { precisionNotes } from '../mixture/in-float64.js';
import { lostOfLikelihood, type Packed, statisticUnits } from '../mixture/pack.js';
import { choosePlan } from '../mixture/regimes.js';
import { MOST_BLUR, mostBlurOf, type Resolution, ROUNDING, resolve } from '../mixture/resolution.js';
import type { GpuRows } from '../rows/rows.js';
import { traceBack } from './back-pointers.js';
import { transitionFactor } from './pack.js';
import type { ChainChunk, Span } from './pieces.js';
import { type ChainAdapter, type ChainPlan, chainPlan, MOST_STATES } from './plan.js';
import type { Scales } from './scales.js';
import { sumQuads } from './shaders.js';
import { ChainWalk } from './walk.js';
import { ChainWorkspace } from './workspace.js';

/** A sequence that runs through several chunks is walked forward twice: larger ones are worth their memory. */
const SCRATCH_BYTES = 80 * 2 ** 20;

/** Chunks whose sums may be added up in float32 before float64 takes them. */
const CHUNKS_PER_READ = 64;

/** Chains on a GPU. */
export class GpuChains {
  readonly #workspaces = new WeakMap<GpuRows, ChainWorkspace>();

  constructor(
    private readonly adapter: ChainAdapter,
    private readonly options: Partial<ChainPlan> = {},
  ) {}

  /** What walks along these sequences. */
  along(rows: GpuRows, sequences: Sequences): ChainWalks {
    return new GpuWalks(rows, sequences, chain => this.#workspace(rows, sequences, chain));
  }

  /** Scratch for one shape of chain and sequences: that of the rows' last use, or made anew in its place. */
  #workspace(rows: GpuRows, sequences: Sequences, { emission }: Chain): ChainWorkspace {
    const { form, nComponents, nFeatures, moments } = emission;
    const shape = { form, nComponents, nFeatures, moments };
    const last = this.#workspaces.get(rows);
    if (last && sameShape(last.shape, shape) && sameSequences(last.sequences, sequences)) return last;
    if (last) last.dispose();
    else rows.onRelease(() => this.#workspaces.get(rows)?.dispose());
    const plan = chainPlan(shape, rows.shape[0], this.adapter, this.options);
    const { software } = this.adapter;
    const mixturePlan = {
      ...choosePlan(shape, rows.shape[0], software, plan.fused ? 'strip' : undefined),
      scratchBytes: SCRATCH_BYTES,
    };
    const own = { lengths: sequences.lengths.slice(), weights: sequences.weights?.slice() };
    const workspace = new ChainWorkspace(rows, shape, own, plan, mixturePlan, software);
    this.#workspaces.set(rows, workspace);
    return workspace;
  }
}

/** Walks along the sequences of resident rows. */
class GpuWalks implements ChainWalks {
  constructor(
    private readonly rows: GpuRows,
    private readonly sequences: Sequences,
    private readonly workspaceFor: (chain: Chain) => ChainWorkspace,
  ) {}

  async forwardBackward(chain: Chain, options: SumOptions = {}) {
    const asked = resolve(this.rows, chain.emission, mostBlurOf(this.rows.shape[0]));
    if (options.exact || options.origin || !isResident(asked)) {
      const walks = await this.#twin();
      const found = await walks.forwardBackward(chain, options);
      if (asked.kind !== 'all') return found;
      return { ...found, notes: precisionNotes(asked) };
    }
    return this.#exclusive(chain, async workspace => {
      const { emission } = chain;
      const { nComponents: k, moments } = emission;
      await workspace.prepare(['forward', 'forward'], ['backward', 'backward'], ['reduce', 'backward']);
      const walk = await ChainWalk.begin(workspace, chain);
      const statistics = emptyStatistics(k, moments, walk.packed.origin);
      const likelihood = new Likelihood(workspace, walk.packed);
      const totals = new Float64Array(workspace.totalsLength);
      let chunks: ChainChunk[] = [];
      let scales: (() => Promise<Scales>)[] = [];
      const merge = async () => {
        if (chunks.length > 0) await walk.read(statistics, totals);
        for (const read of scales) likelihood.add(await read());
        chunks = [];
        scales = [];
      };
      for (const span of workspace.spans) {
        const isOne = span.chunks.length === 1;
        if (!isOne) for (const each of span.chunks) likelihood.add(await walk.filter(each));
        for (const chunk of [...span.chunks].reverse()) {
          const left = await walk.forward(chunk, !isOne);
          if (isOne) scales.push(left);
          await walk.backward(chunk);
          await walk.accumulate(chunk, chunks.length === 0);
          chunks.push(chunk);
          if (chunks.length === CHUNKS_PER_READ) await merge();
        }
      }
      await merge();
      if (workspace.plan.fused) addSums(statistics, totals, workspace);
      const sums = { ...statistics, ...likelihood.total(statistics), rounding: ROUNDING };
      return checkFinite({ ...sums, chain: unpackTotals(totals, chain) });
    });
  }

  async *smoothed(chain: Chain): AsyncIterable<StateRun> {
    if (!this.#canScore(chain)) {
      const walks = await this.#twin();
      yield* walks.smoothed(chain);
      return;
    }
    const spans = await this.#exclusive(chain, async ({ spans }) => spans.length);
    for (let index = 0; index < spans; index++) {
      let epoch = -1;
      let chunks = 1;
      for (let at = 0; at < chunks; at++) {
        yield await this.#exclusive(chain, async workspace => {
          await workspace.prepare(['forward', 'forward'], ['smooth', 'backward']);
          const span = workspace.spans[index];
          chunks = span.chunks.length;
          const isKnown = workspace.epoch === epoch;
          const walk = await ChainWalk.begin(workspace, chain);
          epoch = workspace.epoch;
          if (chunks > 1 && !isKnown) await smoothSpan(walk, span);
          const chunk = span.chunks[at];
          const scales = await walk.forward(chunk, chunks > 1);
          await walk.smooth(chunk, chunks > 1);
          (await scales()).check(this.sequences);
          const probabilities = await walk.readPosterior(chunk);
          return { begin: chunk.chunk.rowBegin, probabilities };
        });
      }
    }
  }

  async logLikelihoods(chain: Chain): Promise<Float64Array> {
    if (!this.#canScore(chain)) {
      const walks = await this.#twin();
      return walks.logLikelihoods(chain);
    }
    return this.#exclusive(chain, async workspace => {
      await workspace.prepare(['forward', 'forward']);
      const walk = await ChainWalk.begin(workspace, chain);
      const result = new Float64Array(this.sequences.lengths.length);
      for (const chunk of workspace.chunks) {
        const scales = await walk.filter(chunk);
        addToSequences(result, scales, piece =>
          scales.dead(piece) === undefined ? scales.logLikelihood(piece) : Number.NEGATIVE_INFINITY,
        );
      }
      return inNats(result, walk);
    });
  }

  async viterbi(chain: Chain) {
    if (!this.#canScore(chain)) {
      const walks = await this.#twin();
      return walks.viterbi(chain);
    }
    return this.#exclusive(chain, async workspace => {
      await workspace.prepare(['viterbi', 'viterbi']);
      const walk = await ChainWalk.begin(workspace, chain);
      const states = new Uint32Array(this.rows.shape[0]);
      const result = new Float64Array(this.sequences.lengths.length);
      for (const span of workspace.spans) {
        const isOne = span.chunks.length === 1;
        const left: Scales[] = [];
        for (const chunk of span.chunks) {
          const scales = await walk.filter(chunk, 'viterbi');
          scales.check(this.sequences);
          addToSequences(result, scales, piece => scales.logBest(piece));
          left.push(scales);
        }
        let state = 0;
        for (const scales of left.reverse()) {
          if (!isOne) await walk.forward(scales.chunk, true, 'viterbi');
          const pointers = await walk.readPointers();
          state = traceBack(scales, pointers, workspace.mixture.geometry.chunkRows, state, states);
        }
      }
      return { states, logProbabilities: inNats(result, walk) };
    });
  }

  #canScore({ emission }: Chain): boolean {
    return isResident(resolve(this.rows, emission, MOST_BLUR.scores));
  }

  /** What walks along the same rows in float64: a row that is not resident has its neighbours walk with it. */
  async #twin(): Promise<ChainWalks> {
    const twin = (await this.rows.inFloat64()).divide(this.sequences);
    return twin.walks as ChainWalks;
  }

  #exclusive<T>(chain: Chain, work: (workspace: ChainWorkspace) => Promise<T>): Promise<T> {
    const resident = this.rows;
    checkDensities(resident, chain.emission);
    const { nComponents } = chain.emission;
    if (nComponents > MOST_STATES) {
      throw new InvalidArgumentError(
        `Chains on WebGPU have at most ${MOST_STATES} states, got ${nComponents}. Try device: 'cpu'.`,
      );
    }
    return resident.exclusive(() => {
      resident.hide(resident.far, new Float32Array(chain.emission.nFeatures));
      const workspace = this.workspaceFor(chain);
      return work(workspace).catch(error => {
        workspace.dispose(); // what was refused must not be found here by the next attempt
        throw error;
      });
    });
  }
}

const isResident = (asked: Resolution) =>
  asked.kind === 'rows' && asked.indices.length + asked.unseen.length === 0;

/** The joints of a span of several chunks, in both directions. */
async function smoothSpan(walk: ChainWalk, { chunks }: Span): Promise<void> {
  for (const chunk of chunks) (await walk.filter(chunk)).check(walk.workspace.sequences);
  for (const chunk of [...chunks].reverse()) {
    await walk.forward(chunk, true);
    await walk.smooth(chunk, false);
  }
}

/** Σ log p(sequence) and how many rows there are, each as often as its sequence counts. */
class Likelihood {
  #bits = 0;

  constructor(
    readonly workspace: ChainWorkspace,
    readonly packed: Packed,
  ) {}

  /** @throws ImpossibleSequenceError */
  add(scales: Scales): void {
    const { sequences } = this.workspace;
    scales.check(sequences);
    scales.chunk.sequences.forEach((sequence, piece) => {
      this.#bits += (sequences.weights?.[sequence] ?? 1) * scales.logLikelihood(piece);
    });
  }

  total(statistics: Statistics): Pick<Statistics, 'mass' | 'logLikelihood'> {
    const { lengths, weights } = this.workspace.sequences;
    const mass = lengths.reduce((sum, length, i) => sum + length * (weights?.[i] ?? 1), 0);
    const common = mass * this.packed.constant + lostOfLikelihood(this.packed, statistics);
    return { mass, logLikelihood: this.#bits * Math.LN2 + common };
  }
}

function addToSequences(sums: Float64Array, { chunk }: Scales, of: (piece: number) => number): void {
  for (const piece of chunk.places) sums[chunk.sequences[piece]] += of(piece);
}

/** Base-2 log densities of whole sequences as the device knows them, in nats and complete. */
function inNats(bits: Float64Array, { workspace, packed }: ChainWalk): Float64Array {
  const { lengths } = workspace.sequences;
  return bits.map((value, sequence) => value * Math.LN2 + lengths[sequence] * packed.constant);
}

function unpackTotals(totals: Float64Array, { logTransition, logInitial }: Chain): ChainSums {
  const k = logInitial.length;
  const padded = paddedComponents(k);
  const transitions = logTransition.map((value, at) => {
    const j = Math.floor(at / k);
    return totals[j * padded + (at - j * k)] * transitionFactor(value);
  });
  return { initial: totals.slice(k * padded, k * padded + k), transitions };
}

/** The emissions' statistics, which follow ξ and γ_1. */
function addSums(
  { counts, sums }: Statistics,
  totals: Float64Array,
  { mixture, shape, rows }: ChainWorkspace,
): void {
  const k = shape.nComponents;
  const { layout, units } = {
    layout: mixture.geometry.sums,
    units: statisticUnits(shape.moments, rows.units.scale),
  };
  const length = 4 * sumQuads(layout.length);
  const begin = (k + 1) * paddedComponents(k);
  for (let c = 0, at = begin; c < k; c++, at += length) {
    counts[c] += totals[at + layout.count];
    for (let t = 0; t < units.length; t++)
      sums[c * units.length + t] += units[t] * totals[at + layout.sums[t]];
  }
}

const sameShape = <T extends object>(a: T, b: T) =>
  (Object.keys(a) as (keyof T)[]).every(name => a[name] === b[name]);

function sameSequences(a: Sequences, b: Sequences): boolean {
  const same = (x?: ArrayLike<number>, y?: ArrayLike<number>) =>
    x?.length === y?.length && Array.prototype.every.call(x ?? [], (value, i) => value === y?.[i]);
  return same(a.lengths, b.lengths) && same(a.weights, b.weights);
}
