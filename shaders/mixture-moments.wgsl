// Σ_i r_ik, Σ_i r_ik u and Σ_i r_ik u² with u = x_i − μ_k, feature by feature. Workgroup (k, slab, panel of 64 features);
// where there are fewer features the invocations split the rows.
#include chunk
#include components
#include responsibilities

@group(2) @binding(3) var<storage, read_write> partials: array<f32>; // [slabs, K, D, 3], added to

var<workgroup> roots: array<f32, 64>;
var<workgroup> splits: array<vec3f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let k = workgroup.x;
  let split = local / PANEL_FEATURES;
  let j = workgroup.z * PANEL_FEATURES + local % PANEL_FEATURES;
  let feature = min(j, D - 1u);
  let mean = components[k * COMPONENT_LENGTH + 1u + feature];

  var sum = vec3f();
  let slab = workgroup.y * SLAB_ROWS;
  let slab_rows = min(SLAB_ROWS, chunk.count - slab);
  for (var begin = 0u; begin < slab_rows; begin += 64u) {
    workgroupBarrier();
    roots[local] = sqrt_responsibility(slab + begin + local, k);
    workgroupBarrier();
    for (var p = split; p < 64u; p += SPLITS) {
      let row = chunk.begin + min(slab + begin + p, chunk.count - 1u);
      let r = roots[p] * roots[p];
      let u = rows[row * D + feature] - mean;
      sum += r * vec3f(1.0, u, u * u);
    }
  }

  workgroupBarrier();
  splits[local] = sum;
  workgroupBarrier();
  if (split == 0u && j < D) {
    for (var s = 1u; s < SPLITS; s++) { sum += splits[s * PANEL_FEATURES + local]; }
    let at = 3u * ((workgroup.y * chunk.n_components + k) * D + j);
    partials[at] += sum.x;
    partials[at + 1u] += sum.y;
    partials[at + 2u] += sum.z;
  }
}
