// Σ_i r_ik and Σ_i r_ik T(x_i − μ_k) of a chunk. Workgroup (slab, block of components): an invocation keeps the sums of
// COMPONENTS components in registers while lane_rows rows, LANES apart, stream by, and leaves them behind.
#include chunk
#include components
#include staged
#include responsibilities

@group(2) @binding(3) var<storage, read_write> lanes: array<f32>; // [n_slabs, sums, LANES], sums = K (1 + T) or more

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = origin + workgroup_in_part;
  stage_components(workgroup.y, lane);
#for c in 0..COMPONENTS
#include means
#include sums
#end

  let first = workgroup.y * COMPONENTS;
  for (var step = 0u; step < chunk.lane_rows; step++) {
    let i = (workgroup.x * chunk.lane_rows + step) * LANES + lane;
    let row = chunk.begin + min(i, chunk.count - 1u);
#include row
#if QUADS
#for q in 0..(COMPONENTS + 3) / 4
    let quad_r_${q} = responsibilities(i, min(first / 4u + ${q}u, (chunk.n_components - 1u) / 4u));
#end
#for c in 0..COMPONENTS
    let r_${c} = quad_r_${c / 4}[${c - 4 * (c / 4)}];
#end
#else
#for c in 0..COMPONENTS
    let r_${c} = responsibility(i, min(first + ${c}u, chunk.n_components - 1u));
#end
#endif
#for c in 0..COMPONENTS
#include difference
#include accumulate
#end
  }

#for c in 0..COMPONENTS
  if (first + ${c}u < chunk.n_components) {
    let at = (workgroup.x * chunk.sums + (first + ${c}u) * SUMS_PER_COMPONENT) * LANES + lane;
#include store
  }
#end
}
