// A whole E-step in one pass, for models so small that every component's parameters and sums fit an invocation's
// registers: each invocation walks lane_rows rows of a slab, LANES apart, and leaves its sums behind. No barrier but that of the
// parameters' staging.
#include chunk
#include components
#include staged
#if WEIGHTED
#include weights
#endif

@group(2) @binding(0) var<storage, read_write> lanes: array<f32>; // [n_slabs, sums, LANES], sums = K (1 + T) + 1

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = origin + workgroup_in_part;
  stage_components(0u, lane);
#for c in 0..COMPONENTS
#include means
#include parameters
#include sums
#end
  var likelihood = 0.0;

  for (var step = 0u; step < chunk.lane_rows; step++) {
    let i = (workgroup.x * chunk.lane_rows + step) * LANES + lane;
    let inside = i < chunk.count;
    let row = chunk.begin + min(i, chunk.count - 1u);
#if WEIGHTED
    let weight = select(0.0, weights[row], inside);
#else
    let weight = select(0.0, 1.0, inside);
#endif
#include row
#for c in 0..COMPONENTS
#include difference
#include log_density
#end
    var largest = logit_0;
#for c in 1..COMPONENTS
    largest = max(largest, logit_${c});
#end
#if HARD
    let log_norm = largest;
    var taken = !inside;
#for c in 0..COMPONENTS
    let first_${c} = !taken && logit_${c} == largest; // ties go to the smaller k
    let r_${c} = select(0.0, weight, first_${c});
    taken = taken || first_${c};
#end
#else
    var total = 0.0;
#for c in 0..COMPONENTS
    let ratio_${c} = exp2(max(logit_${c} - largest, -150.0));
    total += ratio_${c};
#end
    let log_norm = largest + log2(total);
    let share = weight / total;
#for c in 0..COMPONENTS
    let r_${c} = ratio_${c} * share;
#end
#endif
    likelihood += weight * log_norm;
#for c in 0..COMPONENTS
#include accumulate
#end
  }

#for c in 0..COMPONENTS
  {
    let at = (workgroup.x * chunk.sums + ${c * SUMS_PER_COMPONENT}u) * LANES + lane;
#include store
  }
#end
  lanes[((workgroup.x + 1u) * chunk.sums - 1u) * LANES + lane] = likelihood;
}
