import type { Chain } from '../../../contract/chains.js';
import type { Statistics } from '../../../contract/statistics.js';
import type { Commands } from '../device/commands.js';
import type { Packed } from '../mixture/pack.js';
import type { ChainChunk } from './pieces.js';
import { Scales } from './scales.js';
import { type ChainKernelName, type Direction, TOTAL_GROUPS } from './shaders.js';
import { type ChainWorkspace, SCALE_WORDS } from './workspace.js';

/** Rounds of handing over that are submitted at a time. */
const ROUNDS = 4;

type Stages = Parameters<ChainWorkspace['mixture']['encode']>[1];

/**
 * One pass of walks with the same θ. Pieces of one sequence are walked side by side, each from a message that a short
 * walk ahead of it has found; those whose message was wrong go again until none is, so that what comes out is that of one
 * long walk, to rounding. Chains forget where they began; one that does not is walked piece after piece.
 */
export class ChainWalk {
  private constructor(
    readonly workspace: ChainWorkspace,
    readonly packed: Packed,
    private readonly logits: Stages,
    private readonly statistics: Stages,
  ) {}

  static async begin(workspace: ChainWorkspace, chain: Chain): Promise<ChainWalk> {
    const { mixture, plan } = workspace;
    const logits = await mixture.logitsStages();
    const statistics = plan.fused ? [] : await mixture.statisticsStages();
    if (workspace.spans.some(span => span.nJoints > 0)) {
      await workspace.prepare(['joints', 'forward'], ['joints', 'backward'], ['joints', 'viterbi']);
    }
    return new ChainWalk(workspace, workspace.write(chain), logits, statistics);
  }

  /** α of a chunk and what its pieces leave. */
  async filter(chunk: ChainChunk, direction: Direction = 'forward'): Promise<Scales> {
    return (await this.forward(chunk, false, direction))();
  }

  /**
   * Emissions and α of a chunk.
   *
   * @param isKnown whether its joints have what pieces are to begin with
   * @returns reads what its pieces left
   */
  async forward(
    chunk: ChainChunk,
    isKnown: boolean,
    direction: Direction = 'forward',
  ): Promise<() => Promise<Scales>> {
    const commands = this.workspace.mixture.commands();
    const { mixture, plan } = this.workspace;
    if (direction !== 'forward' || !plan.fused) await mixture.encode(commands, this.logits, chunk.chunk);
    if (direction === 'forward' && plan.walk === 'group') {
      await this.workspace.encode(commands, 'levels', direction, chunk);
    }
    await this.#walk(commands, direction, chunk, isKnown);
    const read = await this.workspace.copy(commands, 'scales', 4 * SCALE_WORDS * chunk.nPieces);
    await commands.submit();
    return async () => new Scales(chunk, await read());
  }

  /** ξ of a chunk, and its γ in place of its emissions or summed up. */
  async backward(chunk: ChainChunk): Promise<void> {
    await this.#walk(this.workspace.mixture.commands(), 'backward', chunk, false);
  }

  /** γ of a chunk in place of its emissions. */
  async smooth(chunk: ChainChunk, isKnown: boolean): Promise<void> {
    await this.#walk(this.workspace.mixture.commands(), 'backward', chunk, isKnown, 'smooth');
  }

  async #walk(
    commands: Commands,
    direction: Direction,
    chunk: ChainChunk,
    isKnown: boolean,
    kernel: ChainKernelName = direction,
  ): Promise<void> {
    const { workspace } = this;
    const [begin, end] = direction === 'backward' ? chunk.after : chunk.before;
    if (isKnown || begin === end) {
      await workspace.encode(commands, kernel, direction, chunk);
      await commands.submit();
      return;
    }
    await workspace.encode(commands, kernel, direction, chunk, 'warm');
    await workspace.encode(commands, 'joints', direction, chunk);
    await workspace.encode(commands, kernel, direction, chunk);
    await workspace.encode(commands, 'joints', direction, chunk, 'changed');
    await workspace.encode(commands, kernel, direction, chunk, 'changed');
    let wrong = await this.#check(commands, direction, chunk);
    while (wrong > 0) {
      const again = workspace.mixture.commands();
      for (let round = 0; round < ROUNDS; round++) {
        if (round > 0) await workspace.encode(again, 'joints', direction, chunk, 'changed');
        await workspace.encode(again, kernel, direction, chunk, 'changed');
      }
      wrong = await this.#check(again, direction, chunk);
    }
  }

  /** Hand over and submit. @returns how many pieces have to go again */
  async #check(commands: Commands, direction: Direction, chunk: ChainChunk): Promise<number> {
    this.workspace.clear(commands, `${direction} changes`);
    await this.workspace.encode(commands, 'joints', direction, chunk, 'changed');
    const read = await this.workspace.copy(commands, `${direction} changes`, 4);
    await commands.submit();
    return new Uint32Array(await read())[0];
  }

  /** Sum up γ and ξ of a chunk. */
  async accumulate(chunk: ChainChunk, isFirst: boolean): Promise<void> {
    const { workspace } = this;
    const commands = this.workspace.mixture.commands();
    if (isFirst) {
      workspace.clear(commands, 'totals');
      if (!workspace.plan.fused) workspace.mixture.clearPartials(commands);
    }
    await workspace.encode(commands, 'reduce', 'backward', chunk);
    if (!workspace.plan.fused) {
      workspace.writeShares(chunk);
      await workspace.mixture.encode(commands, this.statistics, chunk.chunk);
    }
    await commands.submit();
  }

  /** Add what was summed up to `statistics` and `totals`, in float64. */
  async read(statistics: Statistics, totals: Float64Array): Promise<void> {
    const { mixture, plan } = this.workspace;
    const commands = this.workspace.mixture.commands();
    const [round] = mixture.roundsOf();
    if (!plan.fused) mixture.copyStatistics(commands, round);
    const read = await this.workspace.copy(commands, 'totals');
    await commands.submit();
    if (!plan.fused) await mixture.readStatistics(statistics, round, true); // its log-likelihood is none of ours
    const data = new Float32Array(await read());
    for (let group = 0; group < TOTAL_GROUPS; group++) {
      const from = group * totals.length;
      for (let i = 0; i < totals.length; i++) totals[i] += data[from + i];
    }
  }

  /** [count, K] γ of the chunk that was walked last, each row adding up to 1 in float64. */
  async readPosterior({ chunk: { count } }: ChainChunk): Promise<Float64Array> {
    const { nStates: k, mixture } = this.workspace;
    const { chunkRows } = mixture.geometry;
    const commands = this.workspace.mixture.commands();
    const read = await this.workspace.copy(commands, 'logits');
    await commands.submit();
    const logits = new Float32Array(await read());
    const posterior = new Float64Array(count * k);
    for (let row = 0, at = 0; row < count; row++, at += k) {
      let sum = 0;
      for (let state = 0; state < k; state++) {
        const logit = logits[4 * ((state >> 2) * chunkRows + row) + (state & 3)];
        const value = logit > LOG2_NOTHING ? 2 ** logit : 0;
        posterior[at + state] = value;
        sum += value;
      }
      for (let state = at; state < at + k; state++) posterior[state] /= sum;
    }
    return posterior;
  }

  /** [⌈K / 4⌉, stride, 4] of the chunk that was walked last. */
  async readPointers(): Promise<Uint8Array> {
    const { quads, mixture } = this.workspace;
    const commands = this.workspace.mixture.commands();
    const read = await this.workspace.copy(commands, 'pointers', 4 * quads * mixture.geometry.chunkRows);
    await commands.submit();
    return new Uint8Array(await read());
  }
}

/** As in shaders/include/chain-end.wgsl. */
const LOG2_NOTHING = -300;
