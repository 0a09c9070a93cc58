import type { Backend, LoadOptions, ResidentCounts, Rows } from '../../contract/table.js';
import { isMatrix, type Loadable } from '../../data/matrix.js';
import { type Counts, checkCounts } from '../../data/sparse-counts.js';
import { InvalidDataError } from '../../errors.js';
import { pauser } from '../../numerics/pause.js';
import { checkWeights } from '../checks.js';
import { CpuMemory, CpuRows } from './table.js';
import { loadCounts } from './topics/counts.js';

class CpuBackend implements Backend {
  readonly device = 'cpu';
  readonly adapter = 'float64 on the CPU';
  readonly epsilon = Number.EPSILON / 2;
  readonly #pause = pauser();

  async load(points: Loadable, { weights }: LoadOptions = {}): Promise<Rows> {
    if (!isMatrix(points)) {
      throw new InvalidDataError('A GPU buffer can only be loaded by the WebGPU backend of its device.');
    }
    if (weights) checkWeights(weights, points.shape[0]);
    return new CpuRows(new CpuMemory(this, points, this.#pause, weights));
  }

  async loadCounts(counts: Counts): Promise<ResidentCounts> {
    return loadCounts(this, checkCounts(counts));
  }

  dispose(): void {}
}

/** The float64 backend on the CPU. */
export function cpu(): Backend {
  return new CpuBackend();
}
