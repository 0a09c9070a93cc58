import type { Densities } from '../../../contract/densities.js';
import { blockRange, type SumOptions, type TableEStepOptions } from '../../../contract/e-step.js';
import type { Posterior, PosteriorOptions, ResponsibilitySource } from '../../../contract/posterior.js';
import { emptyStatistics, type Statistics } from '../../../contract/statistics.js';
import { checkDensities, checkFinite } from '../../checks.js';
import type { Commands } from '../device/commands.js';
import type { Chunk } from '../rows/chunks.js';
import type { GpuRows } from '../rows/rows.js';
import { gauged } from './gauge.js';
import { paddedComponents } from './geometry.js';
import {
  corrected,
  eStepOf,
  eStepOfAll,
  hideRows,
  patchPosterior,
  rowsHeldBy,
  rowsOf,
  type Selection,
  statisticsOf,
} from './in-float64.js';
import { posteriorFrom, transposeLogits } from './logits.js';
import { lostOfLikelihood, type Packed } from './pack.js';
import {
  coarseRows,
  drownedDistances,
  isBlurred,
  MOST_BLUR,
  mostBlurOf,
  type Resolution,
  ROUNDING,
  resolve,
  undetermined,
  widen,
} from './resolution.js';
import type { Tuner } from './tuner.js';
import { beyond, originOf, seenBy } from './unseen.js';
import type { Workspace } from './workspace.js';
import type { Workspaces } from './workspaces.js';

/** Mixtures on a GPU: (θ, resident rows) → statistics, in float32 with float64 merges. */
export class GpuMixtures {
  /** @param tuner absent where tiles are given */
  constructor(
    private readonly workspaces: Workspaces,
    private readonly tuner: Tuner | undefined,
  ) {}

  async eStep(rows: GpuRows, densities: Densities, options: TableEStepOptions = {}): Promise<Statistics> {
    const { densities: own, unit } = gauged(densities, rows.units, options.assignment === 'hard');
    const statistics = await this.#eStep(rows, own, options);
    return { ...statistics, logLikelihood: unit * statistics.logLikelihood };
  }

  async #eStep(rows: GpuRows, densities: Densities, options: TableEStepOptions): Promise<Statistics> {
    const { assignment = 'exact', block } = options;
    const rule = typeof assignment === 'object' ? 'sampled' : assignment;
    const [begin, end] = blockRange(rows.shape[0], block);
    return this.#exclusive(
      rows,
      densities,
      async workspace => {
        const resident = workspace.rows;
        const resolution = await this.#resolve(workspace, densities, options);
        if (resolution.kind === 'all') return eStepOfAll(resident, densities, options, resolution);
        const hidden = hideRows(resident, resolution.indices, resolution.substitute, begin, end);
        await this.tuner?.tune(workspace);
        const stages = await workspace.eStepStages(rule);
        const packed = workspace.write(seenBy(densities, resolution.unseen, resident.units));
        const origin = originOf(packed, densities, resolution.unseen);
        if (typeof assignment === 'object') workspace.writeDraws(assignment);
        const encode = (commands: Commands, chunk: Chunk) => workspace.encode(commands, stages, chunk);
        const found = await this.#reduce(workspace, packed, encode, workspace.isFused(rule), block?.index);
        const drowned = drownedDistances(found, densities, packed.constant, resident.units);
        if (drowned) return eStepOfAll(resident, densities, options, drowned);
        const partOf = (rows: Selection) => eStepOf(rows, densities, origin, assignment);
        return checkFinite(corrected(found, hidden, partOf));
      },
      block?.of,
    );
  }

  /** Rows of this step that the device cannot tell apart, and those that hold the components that must be exact. */
  async #resolve(
    workspace: Workspace,
    densities: Densities,
    { exact = [], origin, assignment }: TableEStepOptions,
  ): Promise<Resolution> {
    const resident = workspace.rows;
    const resolution = resolve(
      resident,
      densities,
      mostBlurOf(resident.shape[0]),
      exact,
      assignment === 'hard',
    );
    if (exact.length === 0 || resolution.kind === 'all') return resolution;
    if (origin) return undetermined(exact);
    resident.hide(resolution.indices, resolution.substitute);
    const seen = seenBy(densities, resolution.unseen, resident.units);
    const posteriors = workspace.chunks.map(({ index }) => () => {
      return this.#posteriorOf(workspace, seen, index, { responsibilities: true });
    });
    const held = await rowsHeldBy(exact, posteriors, densities.nComponents);
    return widen(resolution, held, exact, resident.shape[0]);
  }

  async accumulate(
    rows: GpuRows,
    densities: Densities,
    source: ResponsibilitySource,
    options: SumOptions = {},
  ): Promise<Statistics> {
    return this.#exclusive(rows, densities, async workspace => {
      const resident = workspace.rows;
      const { exact, origin } = options;
      if (!exact && !origin && beyond(densities, resident.units).unseen.length === 0) {
        const found = await this.#accumulate(workspace, densities, source);
        if (!isBlurred(found, densities, resident.units)) return found;
      }
      const twin = await resident.inFloat64();
      return twin.accumulate(densities, source, options);
    });
  }

  async #accumulate(
    workspace: Workspace,
    densities: Densities,
    source: ResponsibilitySource,
  ): Promise<Statistics> {
    const resident = workspace.rows;
    const { nComponents: k, nFeatures } = densities;
    const hidden = hideRows(resident, resident.far, new Float32Array(nFeatures));
    const ofHidden = new Float64Array(hidden.indices.length * k);
    const stages = await workspace.statisticsStages();
    const packed = workspace.write(densities);
    const { chunkRows } = workspace.geometry;
    const logits = new Float32Array(paddedComponents(k) * chunkRows);
    const result = await this.#reduce(workspace, packed, async (commands, chunk) => {
      await resident.context.settle(); // else uploads pile up
      const r = source(chunk.rowBegin, chunk.count);
      hidden.indices.forEach((index, i) => {
        const row = index - chunk.rowBegin;
        if (row >= 0 && row < chunk.count) ofHidden.set(r.subarray(row * k, (row + 1) * k), i * k);
      });
      transposeLogits(r, k, chunkRows, logits);
      workspace.writeLogits(logits, chunk);
      await workspace.encode(commands, stages, chunk);
    });
    const own = (begin: number, count: number) => ofHidden.subarray(begin * k, (begin + count) * k);
    const statistics = { ...result, logLikelihood: 0 };
    return corrected(statistics, hidden, selection => statisticsOf(selection, densities, packed.origin, own));
  }

  /** Encode every chunk, and merge what each round leaves. */
  async #reduce(
    workspace: Workspace,
    packed: Packed,
    encodeChunk: (commands: Commands, chunk: Chunk) => Promise<void>,
    fused = false,
    block?: number,
  ): Promise<Statistics> {
    const { moments, nComponents } = workspace.shape;
    const statistics = emptyStatistics(nComponents, moments, packed.origin);
    let [bits, mass] = [0, 0];
    for (const round of workspace.roundsOf(block)) {
      for (const [position, chunk] of round.entries()) {
        const commands = workspace.commands();
        if (position === 0) workspace.clearPartials(commands);
        mass += workspace.rows.massOf(chunk.rowBegin, chunk.rowBegin + chunk.count);
        await encodeChunk(commands, chunk);
        if (position === round.length - 1) workspace.copyStatistics(commands, round);
        await commands.submit();
      }
      bits += await workspace.readStatistics(statistics, round, fused);
    }
    const logLikelihood = bits * Math.LN2 + mass * packed.constant + lostOfLikelihood(packed, statistics);
    const result = { ...statistics, mass, logLikelihood, rounding: ROUNDING };
    return checkFinite(result);
  }

  async *posterior(
    rows: GpuRows,
    densities: Densities,
    options: PosteriorOptions = {},
  ): AsyncIterable<Posterior> {
    const { densities: own, unit } = gauged(densities, rows.units, options.assignment === 'hard');
    for await (const posterior of this.#posterior(rows, own, options)) {
      yield { ...posterior, logDensities: posterior.logDensities.map(value => unit * value) };
    }
  }

  async *#posterior(
    rows: GpuRows,
    densities: Densities,
    options: PosteriorOptions,
  ): AsyncIterable<Posterior> {
    const resident = rows;
    const chunks = await this.#exclusive(rows, densities, async workspace => workspace.chunks);
    const resolution = resolve(resident, densities, MOST_BLUR.scores);
    if (resolution.kind === 'all') {
      const twin = await resident.inFloat64();
      yield* twin.posterior(densities, options);
      return;
    }
    const seen = seenBy(densities, resolution.unseen, resident.units);
    for (const { index, rowBegin, count } of chunks) {
      const posterior = await this.#exclusive(rows, densities, async workspace => {
        resident.hide(resolution.indices, resolution.substitute);
        return this.#posteriorOf(workspace, seen, index, options);
      });
      const coarse = coarseRows(posterior, resident, densities);
      const indices = Uint32Array.from(new Set([...resolution.indices, ...coarse])).sort();
      const hidden = rowsOf(resident, indices, rowBegin, rowBegin + count);
      yield patchPosterior(posterior, hidden, densities, options.assignment ?? 'exact');
    }
  }

  async #posteriorOf(
    workspace: Workspace,
    densities: Densities,
    index: number,
    options: PosteriorOptions,
  ): Promise<Posterior> {
    const { responsibilities = false } = options;
    const chunk = workspace.chunks[index];
    const stages = await workspace.posteriorStages(responsibilities);
    const { constant } = workspace.write(densities);
    const commands = workspace.commands();
    await workspace.encode(commands, stages, chunk);
    workspace.copyPosterior(commands, responsibilities);
    await commands.submit();
    const left = await workspace.readPosterior(responsibilities);
    return posteriorFrom(left, chunk, constant, workspace, options);
  }

  async #exclusive<T>(
    rows: GpuRows,
    densities: Densities,
    work: (workspace: Workspace) => Promise<T>,
    blocks = 1,
  ): Promise<T> {
    checkDensities(rows, densities);
    return rows.exclusive(async () => {
      const workspace = this.workspaces.of(rows, densities, blocks);
      return work(workspace).catch(error => {
        workspace.dispose(); // what was refused must not be found here by the next attempt
        throw error;
      });
    });
  }
}
