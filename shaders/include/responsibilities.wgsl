// r_ik of a chunk's rows, from what mixture-normalise left behind; 0 past the chunk's end. Peak first, then share: one
// rounded log norm in place of both would absorb log2 Σ where the logits are large.
@group(2) @binding(0) var<storage, read> logits: array<f32>; // [K, stride]
@group(2) @binding(1) var<storage, read> peaks: array<f32>;  // [stride]
@group(2) @binding(2) var<storage, read> shares: array<f32>; // [stride]

fn responsibility(i: u32, k: u32) -> f32 {
  let row = min(i, chunk.count - 1u);
  let r = exp2(max(logits[k * chunk.stride + row] - peaks[row], -150.0)) * shares[row];
  return select(0.0, r, i < chunk.count);
}
