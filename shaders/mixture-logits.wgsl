// l_ik = log2 π_k p(x_i | θ_k) of a chunk. Workgroup (slab, block of components): an invocation keeps the parameters of
// COMPONENTS components in registers while lane_rows rows, LANES apart, stream by.
#include chunk
#include components
#include staged
#include logits

#if QUADS
@group(2) @binding(0) var<storage, read_write> logits: array<vec4f>; // [⌈K / 4⌉, stride]
#else
@group(2) @binding(0) var<storage, read_write> logits: array<f32>;   // [⌈K / 4⌉, stride, 4]
#endif

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = origin + workgroup_in_part;
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
#if QUADS
#for c in COMPONENTS..4 * ((COMPONENTS + 3) / 4)
    let logit_${c} = LOG_ZERO;
#end
#endif
    if (i < chunk.count) {
#if QUADS
#for q in 0..(COMPONENTS + 3) / 4
      if (first + ${4 * q}u < chunk.n_components) {
        logits[quad_at(i, first / 4u + ${q}u)] = vec4f(
          logit_${4 * q}, logit_${4 * q + 1}, logit_${4 * q + 2}, logit_${4 * q + 3});
      }
#end
#else
#for c in 0..COMPONENTS
      if (first + ${c}u < chunk.n_components) { logits[logit_at(i, first + ${c}u)] = logit_${c}; }
#end
#endif
    }
  }
}
