import type { Chain, ChainWalks, Sequences, StateRun } from '../../../contract/chains.js';
import type { SumOptions } from '../../../contract/e-step.js';
import { emptyStatistics } from '../../../contract/statistics.js';
import { ImpossibleSequenceError } from '../../../errors.js';
import { sumOf } from '../../../numerics/sum.js';
import { checkDensities, checkFinite } from '../../checks.js';
import { ACCUMULATE, BLOCK_ROWS } from '../mixture/accumulate.js';
import { expNonPositive } from '../mixture/exp.js';
import type { CpuMemory } from '../table.js';
import { addProducts, chainBackward, transitionSums, weighRows } from './backward.js';
import { chainForward } from './forward.js';
import { type Span, spans, windowRows } from './spans.js';
import { viterbiBack, viterbiForward } from './viterbi.js';
import { type ChainWindow, chainWindow, fillWindow, placeOf, transitionsOf } from './window.js';

/** One window's pass along the chain: the first row from which on no path is possible, or −1. */
type Pass = (window: ChainWindow) => number;

/** Chains in float64. Everything is walked in windows; a sequence longer than one leaves a checkpoint at each. */
export class CpuWalks implements ChainWalks {
  constructor(
    private readonly memory: CpuMemory,
    private readonly sequences: Sequences,
  ) {}

  async forwardBackward(chain: Chain, { origin = chain.emission.means }: SumOptions = {}) {
    const { emission } = chain;
    const { nComponents: k, nFeatures: d, moments } = emission;
    const { sequences } = this;
    const walk = this.#walk(chain);
    const { window, transitions } = walk;
    const statistics = emptyStatistics(k, moments, origin);
    const initial = new Float64Array(k);
    const { products, rest } = transitionSums(k);
    let logLikelihood = 0;
    let mass = 0;
    for (const span of spans(sequences, window.first.length)) {
      for await (const _ of walk.backwards(span, rest)) {
        if (sequences.weights) weighRows(window, k);
        addProducts(window, k, products);
        for (let row = 0; row < window.count; row += BLOCK_ROWS) {
          const count = Math.min(BLOCK_ROWS, window.count - row);
          const posterior = window.posterior.subarray((row + 1) * k);
          const { counts, sums } = statistics;
          ACCUMULATE[moments](walk.x, window.begin + row, count, posterior, origin, d, counts, sums);
        }
        for (let row = 0; row < window.count; row++) {
          const weight = window.weight[row];
          window.norms[row] *= weight;
          mass += weight;
          if (window.first[row]) addTo(initial, window.posterior, (row + 1) * k);
        }
        logLikelihood += sumOf(window.norms, 0, window.count);
      }
    }
    const joint = products.map((product, at) => product * transitions.forth[at] + rest[at]);
    const all = { ...statistics, mass, logLikelihood, chain: { initial, transitions: joint } };
    return checkFinite(all);
  }

  async *smoothed(chain: Chain): AsyncIterable<StateRun> {
    const { sequences } = this;
    const walk = this.#walk(chain);
    const { window, transitions } = walk;
    const k = transitions.nStates;
    const { rest } = transitionSums(k);
    for (const span of spans(sequences, window.first.length)) {
      const ends = new Float64Array(span.nWindows * k);
      const checkpoints = await walk.filter(span);
      for (let index = span.nWindows - 1; index > 0; index--) {
        await walk.smooth(span, index, checkpoints, ends, rest);
      }
      for (let index = 0; index < span.nWindows; index++) {
        await walk.smooth(span, index, checkpoints, ends, rest);
        const probabilities = window.posterior.slice(k, (1 + window.count) * k);
        yield { begin: window.begin, probabilities };
      }
    }
  }

  async logLikelihoods(chain: Chain): Promise<Float64Array> {
    const { sequences } = this;
    const walk = this.#walk(chain);
    const { window, transitions } = walk;
    const k = transitions.nStates;
    const result = new Float64Array(sequences.lengths.length);
    for (const span of spans(sequences, window.first.length)) {
      for (let index = 0; index < span.nWindows; index++) {
        await this.memory.pause();
        walk.fill(span, index);
        chainForward(window, transitions);
        addNorms(window, span.firstSequence, result);
        window.logForward.copyWithin(0, window.count * k, (1 + window.count) * k);
        window.forward.copyWithin(0, window.count * k, (1 + window.count) * k);
      }
    }
    return result;
  }

  async viterbi(chain: Chain) {
    const { sequences } = this;
    const walk = this.#walk(chain);
    const { window, transitions } = walk;
    const k = transitions.nStates;
    const pointers = new Uint16Array(window.first.length * k);
    const states = new Uint32Array(this.memory.shape[0]);
    const logProbabilities = new Float64Array(sequences.lengths.length);
    for (const span of spans(sequences, window.first.length)) {
      const checkpoints = await walk.filter(span, window => viterbiForward(window, transitions));
      let state = 0;
      for (let index = span.nWindows - 1; index >= 0; index--) {
        await walk.resume(span, index, checkpoints, window => viterbiForward(window, transitions, pointers));
        state = viterbiBack(window, k, pointers, state, states);
        addNorms(window, span.firstSequence, logProbabilities);
      }
    }
    return { states, logProbabilities };
  }

  #walk(chain: Chain): Walk {
    const { memory, sequences } = this;
    checkDensities(memory, chain.emission);
    return new Walk(memory.data, sequences, chain, memory.pause);
  }
}

/** The window that moves along the sequences. */
class Walk {
  readonly window: ChainWindow;
  readonly transitions;

  constructor(
    readonly x: Float64Array,
    readonly sequences: Sequences,
    readonly chain: Chain,
    readonly pause: () => Promise<void> | undefined,
  ) {
    const k = chain.logInitial.length;
    this.window = chainWindow(windowRows(sequences, k), k);
    this.transitions = transitionsOf(chain);
  }

  fill(span: Span, index: number): void {
    fillWindow(this.window, this.x, span, index, this.sequences, this.chain);
  }

  /** Forward through all windows of a span but the last: [windows, K] the messages before each. */
  async filter(span: Span, pass: Pass = this.#forward): Promise<Float64Array> {
    const k = this.transitions.nStates;
    const checkpoints = new Float64Array(span.nWindows * k);
    for (let index = 0; index + 1 < span.nWindows; index++) {
      await this.resume(span, index, checkpoints, pass);
      const { logForward, count } = this.window;
      checkpoints.set(logForward.subarray(count * k, (1 + count) * k), (index + 1) * k);
    }
    return checkpoints;
  }

  /** One pass over a window from its checkpoint. @throws ImpossibleSequenceError */
  async resume(span: Span, index: number, checkpoints: Float64Array, pass: Pass): Promise<void> {
    await this.pause();
    const { window } = this;
    this.fill(span, index);
    const k = this.transitions.nStates;
    window.logForward.set(checkpoints.subarray(index * k, (index + 1) * k));
    for (let state = 0; state < k; state++) window.forward[state] = expNonPositive(window.logForward[state]);
    const impossible = pass(window);
    if (impossible < 0) return;
    const { sequence, row } = placeOf(this.sequences, span, window, impossible);
    throw ImpossibleSequenceError.of(sequence, row);
  }

  /** Posteriors of a window, given that of its last row in `ends` [windows, K]; leaves the one before it there. */
  async smooth(
    span: Span,
    index: number,
    checkpoints: Float64Array,
    ends: Float64Array,
    rest: Float64Array,
  ): Promise<void> {
    await this.resume(span, index, checkpoints, this.#forward);
    await this.pause();
    const { window, transitions } = this;
    const k = transitions.nStates;
    window.posterior.set(ends.subarray(index * k, (index + 1) * k), window.count * k);
    chainBackward(window, transitions, rest);
    if (index > 0) ends.set(window.posterior.subarray(0, k), (index - 1) * k);
  }

  /** The windows of a span with their posteriors, the last first. */
  async *backwards(span: Span, rest: Float64Array): AsyncGenerator<void> {
    const checkpoints = await this.filter(span);
    const ends = new Float64Array(span.nWindows * this.transitions.nStates);
    for (let index = span.nWindows - 1; index >= 0; index--) {
      await this.smooth(span, index, checkpoints, ends, rest);
      yield;
    }
  }

  readonly #forward: Pass = window => chainForward(window, this.transitions);
}

function addTo(sums: Float64Array, values: Float64Array, from: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[from + i];
}

/** Add what the window's rows contribute to log p of their sequences, the first of which is `sequence`. */
function addNorms({ count, last, norms }: ChainWindow, sequence: number, sums: Float64Array): void {
  let begin = 0;
  let at = sequence;
  for (let row = 0; row < count; row++) {
    if (!last[row] && row + 1 < count) continue;
    sums[at++] += sumOf(norms, begin, row + 1);
    begin = row + 1;
  }
}
