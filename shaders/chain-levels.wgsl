// ⌊max_k log2 p(x_t | k)⌋ of a chunk's rows, by which chain-forward-group scales them.
#include chain

@group(2) @binding(0) var<storage, read> logits: array<vec4f>;       // [QUADS, stride]
@group(2) @binding(1) var<storage, read_write> levels: array<f32>;   // [stride]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(64u, 1u, 1u) + id_in_part;
  if (id.x >= chunk.rows) { return; }
  var tops = vec4f(LOG_ZERO);
  for (var quad = 0u; quad < QUADS; quad++) {
    tops = max(tops, select(vec4f(LOG_ZERO), logits[message_at(id.x, quad)], is_state(quad)));
  }
  levels[id.x] = floor(max(max(tops.x, tops.y), max(tops.z, tops.w)));
}
