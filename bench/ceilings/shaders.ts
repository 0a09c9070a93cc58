/** How many independent chains of multiply-adds an invocation runs, and of what width. */
export interface FmaVariant {
  readonly name: string;
  readonly chains: number;
  readonly width: 1 | 4;
}

/** Which one is fastest depends on the registers and on the compiler; the ceiling is the best of them. */
export const FMA_VARIANTS: readonly FmaVariant[] = [
  { name: '8 f32', chains: 8, width: 1 },
  { name: '12 f32', chains: 12, width: 1 },
  { name: '16 f32', chains: 16, width: 1 },
  { name: '4 vec4f', chains: 4, width: 4 },
];

const ROUNDS = 32;
const UNROLL = 8;

export const flopsPerInvocation = ({ chains, width }: FmaVariant): number =>
  2 * chains * width * ROUNDS * UNROLL;

/** Every chain is a ← a·m + b with m and b unknown to the compiler; the sum keeps all of them alive. */
export function fmaShader({ chains, width }: FmaVariant, workgroupSize: number): string {
  const type = width === 1 ? 'f32' : 'vec4f';
  const names = Array.from({ length: chains }, (_, i) => `a${i}`);
  const step = names.map(a => `${a} = fma(${a}, m, b);`).join(' ');
  const sum = names.join(' + ');
  return `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<uniform> factors: vec4f;

@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = ${type}(factors.x);
  let b = ${type}(factors.y);
  ${names.map((a, i) => `var ${a} = ${type}(f32(id.x) + ${i}.0);`).join('\n  ')}
  for (var round = 0u; round < ${ROUNDS}u; round++) {
    ${Array(UNROLL).fill(step).join('\n    ')}
  }
  let sum = ${sum};
  result[id.x] = ${width === 1 ? 'sum' : 'dot(sum, vec4f(1.0))'};
}`;
}

/** vec4f that an invocation copies: one, or several at a stride of all invocations. */
export const COPY_VARIANTS: readonly number[] = [1, 8];

export const copyShader = (perInvocation: number, workgroupSize: number): string => `
@group(0) @binding(0) var<storage, read_write> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4f>;

@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let stride = groups.x * ${workgroupSize}u;
  for (var i = 0u; i < ${perInvocation}u; i++) {
    destination[id.x + i * stride] = source[id.x + i * stride];
  }
}`;
