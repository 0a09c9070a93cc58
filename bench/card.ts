import type { KernelCounts } from './work.js';

/**
 * A card's ceilings. Rates: 67 TFLOP/s of float32 by the data sheet, and the 4.3 TB/s that copies reach; workgroup
 * memory and first-level cache deliver 128 bytes a clock and multiprocessor. Sizes: compute capability 9.0.
 */
export const H200 = {
  name: 'NVIDIA H200',
  flopsPerSecond: 67e12,
  bytesPerSecond: 4.3e12,
  multiprocessors: 132,
  clock: 1.98e9,
  onChipBytesPerClock: 128,
  registers: 65_536,
  /** Of one invocation; the compiler spills what exceeds them. */
  mostRegisters: 255,
  /** Invocations get registers by eights. */
  registerGrain: 8,
  workgroupBytes: 228 * 1024,
  /** Kept by the system in each workgroup. */
  reservedBytes: 1024,
  invocations: 2048,
  workgroups: 32,
} as const;

/** Registers for indices and addresses, beside the numbers that a kernel keeps. */
const ADDRESSES = 16;

export interface Occupancy {
  readonly spills: boolean;
  /** Workgroups that one multiprocessor runs at a time. */
  readonly workgroups: number;
  /** Their invocations, as a share of the most there can be. */
  readonly occupancy: number;
}

export function occupancyOf({ registers, invocations, workgroupBytes }: KernelCounts): Occupancy {
  const grain = H200.registerGrain;
  const wanted = grain * Math.ceil((registers + ADDRESSES) / grain);
  const given = Math.min(wanted, grain * Math.ceil(H200.mostRegisters / grain));
  const workgroups = Math.min(
    H200.workgroups,
    Math.floor(H200.registers / (given * invocations)),
    Math.floor(H200.workgroupBytes / (workgroupBytes + H200.reservedBytes)),
    Math.floor(H200.invocations / invocations),
  );
  return {
    spills: registers + ADDRESSES > H200.mostRegisters,
    workgroups,
    occupancy: (workgroups * invocations) / H200.invocations,
  };
}

export interface Bounds {
  /** Seconds that each resource takes at its ceiling. */
  readonly times: Readonly<Record<'compute' | 'on chip' | 'memory', number>>;
  /** The resource that takes longest. */
  readonly bound: string;
  readonly seconds: number;
  /** The same where rows that are read again come from a cache. */
  readonly cachedSeconds: number;
}

/** @param pairs rows times components */
export function boundsOf(
  { instructions, onChipBytes, bytes, rereadBytes }: KernelCounts,
  pairs: number,
): Bounds {
  const onChipRate = H200.multiprocessors * H200.clock * H200.onChipBytesPerClock;
  const times = {
    compute: (pairs * 2 * instructions) / H200.flopsPerSecond,
    'on chip': (pairs * onChipBytes) / onChipRate,
    memory: (pairs * (bytes + rereadBytes)) / H200.bytesPerSecond,
  };
  const [bound, seconds] = Object.entries(times).reduce((a, b) => (b[1] > a[1] ? b : a));
  const cached = Math.max(times.compute, times['on chip'], (pairs * bytes) / H200.bytesPerSecond);
  return { times, bound, seconds, cachedSeconds: cached };
}
