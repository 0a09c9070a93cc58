import { statisticLength } from '../../../contract/statistics.js';
import { triangleLength } from '../../../numerics/triangle.js';
import type { KernelName, Plan, Regime, Tiles, WorkspaceShape } from './shape.js';

/**
 * Numbers that an invocation may keep. A GPU's registers hold about 250 before they spill; software adapters spill to
 * a cache that holds far more, and there every load from a buffer costs as much as ten multiplications.
 */
export const GPU_REGISTERS = 250;
export const SOFTWARE_REGISTERS = 640;
/** What they may keep where an iteration takes so long that compiling for 20 seconds pays off: up to D = 64. */
const PATIENT_REGISTERS = 2400;
/** N K from which work is long. */
const LONG_WORK = 1e6;

/** Chunks so large that a fast GPU takes longer over one than over beginning it; below the default binding. */
const HARDWARE_SCRATCH = 96 * 2 ** 20;

/** Bytes of the sums that the 64 lanes of one slab may leave: half of the default binding. */
const LANES_BYTES = 64 * 2 ** 20;

/** Numbers that an invocation keeps, per component. */
function sizes({ nFeatures: d, form, moments }: WorkspaceShape) {
  const sums = 1 + statisticLength(moments, d);
  const parameters = 1 + d + (form === 'full' ? triangleLength(d) : d);
  return {
    sums,
    logits: parameters + d, // and differences
    accumulate: sums + 2 * d, // and means and differences
    strip: sums + parameters + d, // and differences
  };
}

/** Whether a regime's kernels can be had for a shape when an invocation may keep so many numbers. */
export function isPossible(regime: Regime, shape: WorkspaceShape, registers = SOFTWARE_REGISTERS): boolean {
  const { nComponents: k, nFeatures: d, moments } = shape;
  const { sums, accumulate, strip } = sizes(shape);
  if (regime === 'strip') return k * strip + d <= registers;
  if (regime === 'tiled') return moments === 'full';
  return moments !== 'full' || (accumulate <= registers && 4 * 64 * k * sums <= LANES_BYTES);
}

/**
 * The one table of regimes: the first that is possible. `software`: the adapter computes on the CPU. `forced`, for tests
 * and benches, goes before them.
 */
export function choosePlan(shape: WorkspaceShape, nRows: number, software: boolean, forced?: Regime): Plan {
  const k = shape.nComponents;
  const registers = software ? SOFTWARE_REGISTERS : GPU_REGISTERS;
  const patient = software && isLongWork(shape, nRows);
  const table: [Regime, number][] = [
    ['strip', registers],
    ['streamed', patient ? PATIENT_REGISTERS : registers],
    ['tiled', registers],
  ];
  const [natural] = table.find(([regime, budget]) => isPossible(regime, shape, budget)) as [Regime, number];
  const { logits, accumulate } = sizes(shape);
  const share = !software ? 2 / 3 : patient ? 5 / 6 : 1 / 4; // more components, more code to compile
  const held = (size: number) => balanced(Math.floor((share * registers) / size), k);
  return {
    regime: forced && isPossible(forced, shape) ? forced : natural,
    logitsComponents: held(logits),
    accumulateComponents: held(accumulate),
    busyLanes: software ? 2 ** 10 : 2 ** 15,
    scratchBytes: software ? undefined : HARDWARE_SCRATCH,
  };
}

/**
 * About `held` components an invocation, in as many blocks, none of them emptier than it must be. Several blocks are of
 * whole quads, as logits are, but for one or two components; three are made four, which is no slower even at K = 6.
 */
function balanced(held: number, k: number): number {
  const unit = held < 3 || held >= k ? 1 : 4;
  const units = Math.ceil(k / unit);
  const blocks = Math.ceil(units / Math.max(1, Math.min(Math.floor(held / unit), units)));
  return unit * Math.ceil(units / blocks);
}

/** Tiles that may be faster than the table's, which come first. Few: each has to be compiled. */
export function tileCandidates(
  { regime, logitsComponents, accumulateComponents }: Plan,
  shape: WorkspaceShape,
  software: boolean,
): Record<keyof Tiles, number[]> {
  const { logits, accumulate } = sizes(shape);
  const most = software ? SOFTWARE_REGISTERS : 2 * GPU_REGISTERS;
  const around = (own: number, size: number) => {
    const others = [own / 2, 2 * own, own / 4]
      .map(held => balanced(Math.floor(held), shape.nComponents))
      .filter(held => held < own || held * size <= most);
    return regime === 'streamed' ? [...new Set([own, ...others])] : [own];
  };
  return {
    logitsComponents: around(logitsComponents, logits),
    accumulateComponents: around(accumulateComponents, accumulate),
  };
}

/** Whether so much is to be done that it pays to compile longer, or to measure. */
export const isLongWork = (shape: WorkspaceShape, nRows: number): boolean =>
  nRows * shape.nComponents >= LONG_WORK;

/** The kernels that turn a chunk's rows into logits, log norms and labels, in order. */
export const posteriorKernels = (regime: Regime): KernelName[] => [
  regime === 'tiled' ? 'mixture-logits-tiled' : 'mixture-logits',
  'mixture-normalise',
];

/** The kernels that turn logits and log norms into statistics. */
export const statisticsKernels = (regime: Regime): KernelName[] => [
  regime === 'tiled' ? 'mixture-scatter' : 'mixture-accumulate',
  'reduce-lanes',
];

/** The kernels of a whole E-step. */
export const kernelsOf = (regime: Regime): KernelName[] =>
  regime === 'strip'
    ? ['mixture-strip', 'reduce-lanes']
    : [...posteriorKernels(regime), ...statisticsKernels(regime)];
