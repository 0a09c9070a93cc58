// Σ_i r_ik, Σ_i r_ik u and Σ_i r_ik u² with u = x_i − μ_k, feature by feature. Workgroup (k, slab, panel of 64 features);
// where there are fewer features the invocations split the rows.
#include chunk
#include components
#include responsibilities

@group(2) @binding(3) var<storage, read_write> partials: array<f32>; // [slabs, K, D, 3], added to

var<workgroup> roots: array<f32, GROUP_ROWS>;
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

  // Sums in two levels, GROUP_ROWS rows and then groups: half the digits lost of one running sum.
  var total = vec3f();
  let slab = workgroup.y * SLAB_ROWS;
  let slab_end = min(slab + SLAB_ROWS, chunk.count);
  for (var group = slab; group < slab_end; group += GROUP_ROWS) {
    workgroupBarrier();
    roots[local] = sqrt_responsibility(group + local, k);
    workgroupBarrier();
    var sum = vec3f();
    for (var p = split; p < GROUP_ROWS; p += SPLITS) {
      let row = chunk.begin + min(group + p, chunk.count - 1u);
      let r = roots[p] * roots[p];
      let u = rows[row * D + feature] - mean;
      sum += r * vec3f(1.0, u, u * u);
    }
    total += sum;
  }

  workgroupBarrier();
  splits[local] = total;
  workgroupBarrier();
  if (split == 0u && j < D) {
    for (var s = 1u; s < SPLITS; s++) { total += splits[s * PANEL_FEATURES + local]; }
    let at = 3u * ((workgroup.y * chunk.n_components + k) * D + j);
    partials[at] += total.x;
    partials[at + 1u] += total.y;
    partials[at + 2u] += total.z;
  }
}
