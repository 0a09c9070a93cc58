// r_ik of a chunk's rows, from what mixture-posterior left behind.
@group(2) @binding(0) var<storage, read> logits: array<f32>;    // [K, stride]
@group(2) @binding(1) var<storage, read> log_norms: array<f32>; // [stride]
@group(2) @binding(2) var<storage, read> labels: array<u32>;    // [stride]

// √r_ik, so that a product of two weighted rows carries r_ik; 0 past the chunk's end.
fn sqrt_responsibility(i: u32, k: u32) -> f32 {
  let row = min(i, chunk.count - 1u);
#if HARD
  let root = select(0.0, 1.0, labels[row] == k);
#else
  let root = exp2(max(0.5 * (logits[k * chunk.stride + row] - log_norms[row]), -75.0));
#endif
  return select(0.0, root, i < chunk.count);
}
