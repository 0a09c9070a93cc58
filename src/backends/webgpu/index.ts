import type { Backend, LoadOptions, ResidentCounts, Rows } from '../../contract/table.js';
import { isMatrix, type Loadable } from '../../data/matrix.js';
import { type Counts, checkCounts } from '../../data/sparse-counts.js';
import { checkWeights } from '../checks.js';
import { GpuChains } from './chain/chains.js';
import type { ChainPlan } from './chain/plan.js';
import { Context } from './device/context.js';
import { acquireDevice, describe, isSoftware, subgroupSize } from './device/device.js';
import type { Memory } from './device/memory.js';
import { GpuMixtures } from './mixture/mixtures.js';
import type { Regime, Tiles } from './mixture/shape.js';
import { Tuner, type TuningOptions } from './mixture/tuner.js';
import { Workspaces } from './mixture/workspaces.js';
import { GpuRows } from './rows/rows.js';
import { readMatrix } from './rows/transfer.js';
import { GpuTable } from './table.js';
import { GpuCounts } from './topics/counts.js';

export interface WebGpuOptions extends TuningOptions {
  /** A regime of kernels to prefer to the table's wherever it is possible; for tests and benches. */
  regime?: Regime;
  /** Tiles to take in place of the table's and the tuner's; for tests and benches. */
  tiles?: Partial<Tiles>;
  /** Milliseconds that a submission takes at most, where it can be cut so small, in place of 80; for tests and benches. */
  submission?: number;
  /** What to take in place of what chains would; for tests and benches. */
  chains?: Partial<ChainPlan>;
}

export class WebGpuBackend implements Backend {
  readonly device = 'webgpu';
  readonly epsilon = 2 ** -24;
  readonly adapter: string;
  /** A software adapter: it computes on the CPU. */
  readonly isFallback: boolean;
  #context: Context;
  #renewal: Promise<Context | undefined> | undefined;
  #isDisposed = false;
  readonly #rows = new Set<GpuRows>();
  readonly #counts = new Set<GpuCounts>();
  readonly #workspaces: Workspaces;
  readonly #mixtures: GpuMixtures;
  readonly #chains: GpuChains;

  constructor(
    device: GPUDevice,
    private readonly ownsDevice: boolean,
    private readonly options: WebGpuOptions = {},
  ) {
    this.#context = new Context(device, options.submission);
    this.adapter = describe(device.adapterInfo);
    this.isFallback = isSoftware(device.adapterInfo);
    this.#workspaces = new Workspaces(this.isFallback, options);
    const tuner = options.tiles ? undefined : new Tuner(this.adapter, options, this.isFallback);
    this.#mixtures = new GpuMixtures(this.#workspaces, tuner);
    const adapter = { software: this.isFallback, subgroupSize: subgroupSize(device) };
    this.#chains = new GpuChains(adapter, options.chains);
  }

  /** Whether the device has failed; a new backend is needed then. */
  get isLost(): boolean {
    return this.#context.isLost;
  }

  /** Buffers and bytes that are allocated on the device right now. */
  get memory(): Readonly<Memory> {
    return { ...this.#context.memory };
  }

  async load(points: Loadable, options: LoadOptions = {}): Promise<Rows> {
    if (options.weights) checkWeights(options.weights, points.shape[0]);
    const host = isMatrix(points) ? points : await readMatrix(this.#context, points);
    const rows = await GpuRows.load(await this.#present(), host, options, () => this.#renewed());
    this.#rows.add(rows);
    rows.onRelease(() => this.#workspaces.dispose(rows));
    rows.onDispose(() => this.#rows.delete(rows));
    return new GpuTable(this, rows, this.#mixtures, this.#chains);
  }

  async loadCounts(counts: Counts): Promise<ResidentCounts> {
    const resident = await GpuCounts.load(this, await this.#present(), checkCounts(counts));
    this.#counts.add(resident);
    resident.onDispose(() => this.#counts.delete(resident));
    return resident;
  }

  /** The device at hand, or another where it was lost and may be replaced. */
  async #present(): Promise<Context> {
    return (await this.#renewed()) ?? this.#context;
  }

  /** A device that works, in the place of a lost one of our own: one for all rows. Undefined where there is none to be had. */
  async #renewed(): Promise<Context | undefined> {
    if (!this.#context.isLost) return this.#context;
    if (!this.ownsDevice || this.#isDisposed) return undefined;
    this.#renewal ??= acquireDevice()
      .then(device => {
        this.#context = new Context(device, this.options.submission);
        return this.#context;
      })
      .catch(() => undefined)
      .finally(() => {
        this.#renewal = undefined;
      });
    return this.#renewal;
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const rows of [...this.#rows, ...this.#counts]) rows.dispose();
    if (this.ownsDevice) this.#context.device.destroy();
  }
}

/**
 * The WebGPU backend on the environment's best adapter, or on a device of the caller's (which stays the caller's).
 *
 * @throws DeviceUnavailableError where there is no WebGPU
 */
export async function webgpu(device?: GPUDevice, options?: WebGpuOptions): Promise<WebGpuBackend> {
  return device
    ? new WebGpuBackend(device, false, options)
    : new WebGpuBackend(await acquireDevice(), true, options);
}
