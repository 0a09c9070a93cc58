// l_ik = log2 π_k p(x_i | θ_k) of a chunk. Workgroup (slab, block of components): an invocation keeps the parameters of
// COMPONENTS components in registers while lane_rows rows, LANES apart, stream by.
#include chunk
#include components
#include staged

@group(2) @binding(0) var<storage, read_write> logits: array<f32>; // [K, stride]

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  stage_components(workgroup.y, lane);
#for c in 0..COMPONENTS
#include means
#include parameters
#end

  let first = workgroup.y * COMPONENTS;
  for (var step = 0u; step < chunk.lane_rows; step++) {
    let i = (workgroup.x * chunk.lane_rows + step) * LANES + lane;
    let row = chunk.begin + min(i, chunk.count - 1u);
#include row
#for c in 0..COMPONENTS
#include difference
#include log_density
#end
    if (i < chunk.count) {
#for c in 0..COMPONENTS
      if (first + ${c}u < chunk.n_components) { logits[(first + ${c}u) * chunk.stride + i] = logit_${c}; }
#end
    }
  }
}
