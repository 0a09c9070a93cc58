// For each row i of a chunk: l_ik = log2 π_k p(x_i | θ_k), their log-sum-exp and their argmax.
// One invocation a row; the components stream by.
#include chunk
#include components
#include density

@group(2) @binding(0) var<storage, read_write> logits: array<f32>;      // [K, stride]
@group(2) @binding(1) var<storage, read_write> log_norms: array<f32>;   // [stride] log2 p(x_i); HARD: max_k l_ik
@group(2) @binding(2) var<storage, read_write> labels: array<u32>;      // [stride] ties go to the smaller k
@group(2) @binding(3) var<storage, read_write> likelihoods: array<f32>; // Σ log_norms of each workgroup's rows

var<workgroup> sums: array<f32, POSTERIOR_ROWS>;

@compute @workgroup_size(POSTERIOR_ROWS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = workgroup.x * POSTERIOR_ROWS + local;
  let inside = i < chunk.count;
  load_row(chunk.begin + min(i, chunk.count - 1u));

  var largest = log_density(0u);
  var label = 0u;
  var sum = 1.0; // Σ_k exp2(l_ik − largest)
  if (inside) { logits[i] = largest; }
  for (var k = 1u; k < chunk.n_components; k++) {
    let logit = log_density(k);
    if (inside) { logits[k * chunk.stride + i] = logit; }
    let ratio = exp2(max(-abs(logit - largest), -150.0));
    if (logit > largest) {
      sum = fma(sum, ratio, 1.0);
      largest = logit;
      label = k;
    } else {
      sum += ratio;
    }
  }
#if HARD
  let log_norm = largest;
#else
  let log_norm = largest + log2(sum);
#endif
  if (inside) {
    log_norms[i] = log_norm;
    labels[i] = label;
  }

  sums[local] = select(0.0, log_norm, inside);
  for (var half = POSTERIOR_ROWS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sums[local] += sums[local + half]; }
  }
  if (local == 0u) { likelihoods[chunk.likelihood_begin + workgroup.x] = sums[0]; }
}
