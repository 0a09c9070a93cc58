import { unroll } from '../src/backends/webgpu/device/unroll.js';
import { type Geometry, geometryOf } from '../src/backends/webgpu/mixture/geometry.js';
import {
  paddedFeatures,
  SCATTER_SIDE as SIDE,
  scatterBlocks,
} from '../src/backends/webgpu/mixture/layouts.js';
import { choosePlan, kernelsOf } from '../src/backends/webgpu/mixture/regimes.js';
import { shaderOf } from '../src/backends/webgpu/mixture/shaders.js';
import type { KernelName, Plan, WorkspaceShape } from '../src/backends/webgpu/mixture/shape.js';
import type { Shape } from './shapes.js';

/** What a kernel does for one row and component, by the table in docs/formulas.md, "Work". */
export interface Work {
  readonly flops: number;
  /** Instructions that these take: a multiply-add is one, and so is an addition alone. */
  readonly instructions: number;
  /** Bytes of device memory, without those of rows that are read again for each block of components. */
  readonly bytes: number;
  /** Bytes of rows read again: the cache's, where it holds a chunk's rows. */
  readonly rereadBytes: number;
  /** Bytes that go through workgroup memory or the first-level cache in the innermost loop. */
  readonly onChipBytes: number;
  /** float32 numbers that an invocation keeps. */
  readonly registers: number;
}

/** A kernel of an E-step, as it is dispatched. */
export interface KernelCounts extends Work {
  readonly kernel: KernelName;
  /** Of one workgroup. */
  readonly invocations: number;
  readonly workgroupBytes: number;
}

export interface Counts {
  readonly plan: Plan;
  readonly geometry: Geometry;
  readonly kernels: readonly KernelCounts[];
}

/** Counts of the kernels that the table of regimes chooses; flops and bytes are for one row and component. */
export function countWork({ n, d, k, covariance }: Shape, software: boolean): Counts {
  const form = covariance === 'full' || covariance === 'tied' ? 'full' : 'diag';
  const shape: WorkspaceShape = { form, moments: form, nComponents: k, nFeatures: d };
  const plan = choosePlan(shape, n, software);
  const geometry = geometryOf(plan, shape, n);
  const kernels = kernelsOf(plan.regime).map(kernel => {
    const { source } = shaderOf(kernel, { shape, plan, geometry, rule: 'exact' });
    return { kernel, ...readWorkgroup(source), ...WORK[kernel](sizesOf(shape, plan, geometry)) };
  });
  return { plan, geometry, kernels };
}

interface Sizes {
  readonly d: number;
  readonly k: number;
  readonly isFull: boolean;
  /** T: numbers of a statistic besides the count. */
  readonly t: number;
  /** Rows that a lane walks. */
  readonly h: number;
  /** P: features, padded for mixture-logits-tiled. */
  readonly p: number;
  /** G and Z: block rows of mixture-scatter, and workgroups that share its blocks. */
  readonly g: number;
  readonly z: number;
  readonly plan: Plan;
}

function sizesOf(
  { nFeatures: d, nComponents: k, moments }: WorkspaceShape,
  plan: Plan,
  { laneRows }: Geometry,
) {
  const isFull = moments === 'full';
  const { rows, blocks } = scatterBlocks(d);
  const t = d + (isFull ? (d * (d + 1)) / 2 : d);
  return { d, k, isFull, t, h: laneRows, p: paddedFeatures(d), g: rows, z: Math.ceil(blocks / 192), plan };
}

/** Bytes of a vec4f. */
const VEC4 = 16;

const WORK: Record<KernelName, (sizes: Sizes) => Work> = {
  'mixture-strip': ({ d, k, isFull, t, h }) => ({
    flops: isFull ? 2 * d * d + 6 * d + 8 : 8 * d + 8,
    instructions: isFull ? d * d + 5 * d + 8 : 6 * d + 8,
    bytes: (4 * d) / k + (8 * (1 + t)) / h,
    rereadBytes: 0,
    onChipBytes: 0,
    registers: k * (2 * (1 + t) + d) + d,
  }),
  'mixture-logits': ({ d, k, isFull, t, plan: { logitsComponents: held } }) => ({
    flops: isFull ? d * d + 3 * d + 2 : 4 * d + 2,
    instructions: isFull ? (d * (d + 1)) / 2 + 2 * d + 2 : 3 * d + 2,
    bytes: (4 * d) / k + 4,
    rereadBytes: 4 * d * (1 / held - 1 / k),
    onChipBytes: 0,
    registers: held * (1 + t + d) + d,
  }),
  'mixture-logits-tiled': ({ d, k, p }) => ({
    flops: (17 / 16) * p * (p + 8) + 2 * p + 2,
    instructions: (9 / 16) * p * (p + 8) + p + 2,
    bytes: (4 * d) / k + 4,
    rereadBytes: 4 * d * Math.max(0, 1 / 16 - 1 / k),
    onChipBytes: ((VEC4 * 17) / 256) * ((p * (p + 8)) / 2), // 17 vec4s for 256 multiply-adds
    registers: 16 * 4 + 8 + 8 + 8 + 4, // products, squares, differences, 8 numbers of W, means
  }),
  'mixture-normalise': ({ k }) => ({
    flops: 6,
    instructions: 5,
    bytes: 4 + 8 / k,
    rereadBytes: 0,
    onChipBytes: 0,
    registers: 4,
  }),
  'mixture-accumulate': ({ d, k, isFull, t, h, plan: { accumulateComponents: held } }) => ({
    flops: isFull ? d * d + 4 * d + 3 : 5 * d + 3,
    instructions: isFull ? (d * (d + 1)) / 2 + 3 * d + 3 : 4 * d + 3,
    bytes: (4 * d) / k + 8 + (4 * (1 + t)) / h,
    rereadBytes: 4 * d * (1 / held - 1 / k),
    onChipBytes: 0,
    registers: held * (1 + t + 2 * d) + d,
  }),
  'mixture-scatter': ({ d, k, g, z }) => ({
    flops: SIDE * SIDE * g * (g + 1) + z * (d + SIDE * g + 3),
    instructions: ((SIDE * SIDE) / 2) * g * (g + 1) + z * (d + SIDE * g + 3),
    bytes: (4 * d) / k + 8 * z + (g * (g + 1) * SIDE * SIDE) / 1024,
    rereadBytes: 4 * d * (z - 1 / k),
    onChipBytes: (VEC4 * SIDE * (g * (g + 1) + z * g)) / 4, // 4 vec4s for 64 multiply-adds, and the staging
    registers: 2 * SIDE * SIDE + 4 * SIDE, // two levels of sums, four vec4s
  }),
  'reduce-lanes': ({ t, h }) => ({
    flops: (1 + t) / h,
    instructions: (1 + t) / h,
    bytes: (4 * (1 + t)) / h,
    rereadBytes: 0,
    onChipBytes: 0,
    registers: 4 + 1,
  }),
};

const BYTES: Record<string, number> = { f32: 4, u32: 4, 'atomic<u32>': 4, vec4f: 16 };

/** The size of a workgroup and the bytes that its invocations share, off the shader's text. */
export function readWorkgroup(source: string): Pick<KernelCounts, 'invocations' | 'workgroupBytes'> {
  const constants: Record<string, number> = {};
  const value = (expression: string) =>
    Number(unroll(`\${${expression.replace(/(\d)u\b/g, '$1')}}`, constants));
  for (const [, name, expression] of source.matchAll(/^const (\w+) = ([A-Z\d_u */+()]+);$/gm)) {
    constants[name] = value(expression);
  }
  const [, invocations] = /@workgroup_size\(([^)]+)\)/.exec(source) ?? [];
  let workgroupBytes = 0;
  for (const [, type, length] of source.matchAll(/var<workgroup> \w+: array<([\w<>]+), ([^>]+)>/g)) {
    workgroupBytes += BYTES[type] * value(length);
  }
  return { invocations: value(invocations), workgroupBytes };
}
