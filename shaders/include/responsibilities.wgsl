// r_ik of a chunk's rows, from what mixture-normalise left behind; 0 past the chunk's end. Peak first, then share: one
// rounded log norm in place of both would absorb log2 Σ where the logits are large.
#include logits

#if QUADS
@group(2) @binding(0) var<storage, read> logits: array<vec4f>; // [⌈K / 4⌉, stride]
#else
@group(2) @binding(0) var<storage, read> logits: array<f32>;   // [⌈K / 4⌉, stride, 4]
#endif
@group(2) @binding(1) var<storage, read> peaks: array<f32>;    // [stride]
@group(2) @binding(2) var<storage, read> shares: array<f32>;   // [stride]

#if QUADS
// of four components
fn responsibilities(i: u32, quad: u32) -> vec4f {
  let row = min(i, chunk.count - 1u);
  let share = select(0.0, shares[row], i < chunk.count);
  return exp2(max(logits[quad_at(row, quad)] - peaks[row], vec4f(-150.0))) * share;
}
#else
fn responsibility(i: u32, k: u32) -> f32 {
  let row = min(i, chunk.count - 1u);
  let share = select(0.0, shares[row], i < chunk.count);
  return exp2(max(logits[logit_at(row, k)] - peaks[row], -150.0)) * share;
}
#endif
