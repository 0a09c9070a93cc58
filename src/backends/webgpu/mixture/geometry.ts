import {
  type ComponentLayout,
  componentLayout,
  type SumsLayout,
  scatterBlocks,
  sumsLayout,
} from './layouts.js';
import type { Plan, WorkspaceShape } from './shape.js';

/** Invocations of the kernels that hold sums, and the lanes that leave them. */
export const LANES = 64;
/** Rows of one workgroup of mixture-normalise. */
export const NORMALISE_ROWS = 64;
/** Rows that one workgroup of mixture-scatter sums: the fewest, and the most, for accuracy. */
export const LEAST_SCATTER_ROWS = 512;
const MOST_SCATTER_ROWS = 8192;
/** Workgroups of it for each that keeps the adapter busy, so that none waits long for the last. */
const SCATTER_ROUNDS = 8;

const MEBIBYTE = 2 ** 20;
/** Bound of each scratch buffer, whatever N is, unless the plan says another. */
const SCRATCH_BYTES = 32 * MEBIBYTE;
/** Rows of a chunk of few components: what a device needs to be busy, and no more. */
const MOST_ROWS = 2 ** 20;
/** Rows that a lane should walk: fewer cost bandwidth, more cost digits. */
const LEAST_LANE_ROWS = 8;
const MOST_LANE_ROWS = 64;
/** Numbers of all groups of partial sums together, where reducing leaves a choice. */
const PARTIAL_NUMBERS = 2 ** 18;
const MOST_GROUPS = 16;

/** Sizes that follow from a plan, a model's shape and the number of rows. */
export interface Geometry {
  readonly component: ComponentLayout;
  readonly sums: SumsLayout;
  /** Partial sums of one group: K components', and the log-likelihood in a strip. */
  readonly groupLength: number;
  /** Groups of partial sums that are read back. */
  readonly groups: number;
  /** Rows that a lane walks. */
  readonly laneRows: number;
  /** Rows whose sums one workgroup leaves. */
  readonly slabRows: number;
  /** Sums that a slab leaves of each statistic. */
  readonly lanes: number;
  /** Rows of a chunk, a multiple of slabRows. */
  readonly chunkRows: number;
}

/** K, in whole quads. */
export const paddedComponents = (k: number) => 4 * Math.ceil(k / 4);

export function geometryOf(
  plan: Plan,
  { nComponents, nFeatures, moments }: WorkspaceShape,
  nRows: number,
): Geometry {
  const component = componentLayout(plan.regime, moments, nFeatures);
  const sums = sumsLayout(plan.regime, moments, nFeatures);
  const groupLength = nComponents * sums.length + (plan.regime === 'strip' ? 1 : 0);
  const tiled = plan.regime === 'tiled';

  const blocks = plan.regime === 'strip' ? 1 : Math.ceil(nComponents / plan.accumulateComponents);
  const laneRows = Math.min(
    MOST_LANE_ROWS,
    Math.max(LEAST_LANE_ROWS, Math.ceil((nRows * blocks) / plan.busyLanes)),
  );
  const lanes = tiled ? 1 : LANES;
  const slabRows = tiled ? scatterRows(plan, nComponents, nFeatures, nRows) : laneRows * LANES;
  const scratch = plan.scratchBytes ?? SCRATCH_BYTES;
  const slabs = Math.min(
    scratch / (4 * (paddedComponents(nComponents) + 2) * slabRows),
    scratch / (4 * groupLength * lanes),
    MOST_ROWS / slabRows,
    Math.ceil(nRows / slabRows),
  );
  const chunkRows = slabRows * Math.max(1, Math.floor(slabs));
  const groups = Math.max(
    1,
    Math.min(MOST_GROUPS, Math.floor(PARTIAL_NUMBERS / groupLength), chunkRows / slabRows),
  );
  return { component, sums, groupLength, groups, laneRows, slabRows, lanes, chunkRows };
}

/** As many rows a workgroup as leave enough workgroups: a slab of few rows costs as much memory as one of many. */
function scatterRows({ busyLanes }: Plan, nComponents: number, nFeatures: number, nRows: number): number {
  const perSlab = nComponents * Math.ceil(scatterBlocks(nFeatures).blocks / 192);
  const most = (nRows * perSlab * LANES) / (SCATTER_ROUNDS * busyLanes);
  const rows = 2 ** Math.floor(Math.log2(most));
  return Math.min(MOST_SCATTER_ROWS, Math.max(LEAST_SCATTER_ROWS, rows));
}
