// The largest l_ik of each row of a chunk, 1 / Σ_k exp2(l_ik − largest), and argmax_k l_ik, in one pass over its logits:
// log2 p(x_i) = peak − log2 share. HARD: the logits become those of responsibilities 1 (at the argmax) and 0; SAMPLED: of
// frequencies of draws of z. They need no normalising, so that the kernels after this one know of one rule only.
#include chunk
#if SAMPLED
#include draws
#endif

@group(2) @binding(0) var<storage, read_write> logits: array<f32>;      // [K, stride]
@group(2) @binding(1) var<storage, read_write> peaks: array<f32>;       // [stride]
@group(2) @binding(2) var<storage, read_write> shares: array<f32>;      // [stride]
@group(2) @binding(3) var<storage, read_write> labels: array<u32>;      // [stride] ties go to the smaller k
@group(2) @binding(4) var<storage, read_write> likelihoods: array<f32>; // Σ log2 p(x_i) of each workgroup's rows

const LOG_NOTHING = -300.0; // exp2 of it is 0 in float32

var<workgroup> sums: array<f32, NORMALISE_ROWS>;

@compute @workgroup_size(NORMALISE_ROWS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = workgroup.x * NORMALISE_ROWS + local;
  let inside = i < chunk.count;
  let row = min(i, chunk.count - 1u);

  var largest = logits[row];
  var label = 0u;
  var sum = 1.0; // Σ_k exp2(l_ik − largest)
  for (var k = 1u; k < chunk.n_components; k++) {
    let logit = logits[k * chunk.stride + row];
    let ratio = exp2(max(-abs(logit - largest), -150.0));
    let above = logit > largest;
    sum = select(sum + ratio, fma(sum, ratio, 1.0), above);
    largest = select(largest, logit, above);
    label = select(label, k, above);
  }
#if HARD
  let log_density = largest;
  if (inside) {
    for (var k = 0u; k < chunk.n_components; k++) {
      logits[k * chunk.stride + i] = select(LOG_NOTHING, 0.0, k == label);
    }
    peaks[i] = 0.0;
    shares[i] = 1.0;
    labels[i] = label;
  }
#elif SAMPLED
  let log_density = largest + log2(sum);
  if (inside) {
    let total = f32(draws.draws);
    var lower = 0.0;
    var left = draws.draws; // what rounding leaves of 1 belongs to the most probable component
    var of_label = 0u;
    for (var k = 0u; k < chunk.n_components; k++) {
      let at = k * chunk.stride + i;
      let upper = lower + exp2(max(logits[at] - largest, -150.0)) / sum;
      var count = 0u;
      for (var s = 0u; s < draws.draws; s++) {
        let u = draw_uniform(chunk.row_begin + i, s);
        count += select(0u, 1u, lower <= u && u < upper);
      }
      logits[at] = select(LOG_NOTHING, log2(f32(count) / total), count > 0u);
      of_label = select(of_label, count, k == label);
      left -= count;
      lower = upper;
    }
    if (left > 0u) { logits[label * chunk.stride + i] = log2(f32(of_label + left) / total); }
    peaks[i] = 0.0;
    shares[i] = 1.0;
    labels[i] = label;
  }
#else
  let log_density = largest + log2(sum);
  if (inside) {
    peaks[i] = largest;
    shares[i] = 1.0 / sum;
    labels[i] = label;
  }
#endif

  sums[local] = select(0.0, log_density, inside);
  // 16 sums of 16, then their sum: two barriers where a tree takes eight.
  workgroupBarrier();
  if (local < 16u) {
    var sum16 = 0.0;
    for (var j = 0u; j < 16u; j++) { sum16 += sums[local + 16u * j]; }
    sums[local] = sum16;
  }
  workgroupBarrier();
  if (local == 0u) {
    var total = 0.0;
    for (var j = 0u; j < 16u; j++) { total += sums[j]; }
    likelihoods[chunk.likelihood_begin + workgroup.x] = total;
  }
}
