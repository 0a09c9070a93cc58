// Sums of SHORT_SUM documents' parts of the bound; the host adds these in float64.
#include origin

@group(0) @binding(0) var<storage, read> bounds: array<f32>;               // [n]
@group(0) @binding(1) var<storage, read_write> partial_bounds: array<f32>; // [⌈n / SHORT_SUM⌉]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(64u, 1u, 1u) + id_in_part;
  let begin = id.x * SHORT_SUM;
  let end = min(begin + SHORT_SUM, arrayLength(&bounds));
  if (begin >= end) { return; }
  var total = 0.0;
  for (var d = begin; d < end; d++) { total += bounds[d]; }
  partial_bounds[id.x] = total;
}
