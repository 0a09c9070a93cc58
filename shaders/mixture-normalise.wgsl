// The largest l_ik of each row of a chunk, 1 / Σ_k exp2(l_ik − largest), and argmax_k l_ik, in one pass over its logits:
// log2 p(x_i) = peak − log2 share. HARD: the logits become those of responsibilities 1 (at the argmax) and 0; SAMPLED: of
// frequencies of draws of z. They need no normalising, so that the kernels after this one know of one rule only.
// WEIGHTED: a row's share is as often as it counts, so that those kernels need not know of weights either.
#include chunk
#include logits
#if WEIGHTED
#include weights
#endif
#if SAMPLED
#include draws
#endif

@group(2) @binding(0) var<storage, read_write> logits: array<vec4f>;    // [⌈K / 4⌉, stride]
@group(2) @binding(1) var<storage, read_write> peaks: array<f32>;       // [stride]
@group(2) @binding(2) var<storage, read_write> shares: array<f32>;      // [stride]
@group(2) @binding(3) var<storage, read_write> labels: array<u32>;      // [stride] ties go to the smaller k
@group(2) @binding(4) var<storage, read_write> likelihoods: array<f32>; // Σ log2 p(x_i) of each workgroup's rows

const LOG_NOTHING = -300.0; // exp2 of it is 0 in float32
const COLUMNS = vec4u(0u, 1u, 2u, 3u); // components of a quad
// Below LOG_ZERO, so that it counts as nothing even where all logits are that.
const PADDING = vec4f(-2e30);

var<workgroup> sums: array<f32, LANES>;

fn logits_of(i: u32, quad: u32) -> vec4f {
  return select(PADDING, logits[quad_at(i, quad)], 4u * quad + COLUMNS < vec4u(chunk.n_components));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = origin + workgroup_in_part;
  let quads = (chunk.n_components + 3u) / 4u;
  let last = vec4u(chunk.n_components - 1u);
  var likelihood = 0.0;
  for (var step = 0u; step < NORMALISE_ROWS / LANES; step++) {
    let i = workgroup.x * NORMALISE_ROWS + step * LANES + lane;
    if (i >= chunk.count) { break; }

    // Four columns of components, each with its largest l and Σ exp2(l − largest); then the columns' sums.
    var tops = logits_of(i, 0u);
    var sums4 = vec4f(1.0);
    var top_quads = vec4u();
    for (var quad = 1u; quad < quads; quad++) {
      let l = logits_of(i, quad);
      let ratios = exp2(max(-abs(l - tops), vec4f(-150.0)));
      let above = l > tops;
      sums4 = select(sums4 + ratios, fma(sums4, ratios, vec4f(1.0)), above);
      tops = select(tops, l, above);
      top_quads = select(top_quads, vec4u(quad), above);
    }
    let largest = max(max(tops.x, tops.y), max(tops.z, tops.w));
    let scaled = sums4 * exp2(max(tops - largest, vec4f(-150.0)));
    let sum = (scaled.x + scaled.y) + (scaled.z + scaled.w); // Σ_k exp2(l_ik − largest)
    let tied = select(last, min(4u * top_quads + COLUMNS, last), tops == vec4f(largest));
    let label = min(min(tied.x, tied.y), min(tied.z, tied.w));
#if HARD
    let log_density = largest;
    for (var quad = 0u; quad < quads; quad++) {
      logits[quad_at(i, quad)] = select(vec4f(LOG_NOTHING), vec4f(), 4u * quad + COLUMNS == vec4u(label));
    }
    peaks[i] = 0.0;
    shares[i] = 1.0;
    labels[i] = label;
#elif SAMPLED
    let log_density = largest + log2(sum);
    let total = f32(draws.draws);
    var lower = 0.0;
    var left = draws.draws; // what rounding leaves of 1 belongs to the most probable component
    var of_label = 0u;
    for (var quad = 0u; quad < quads; quad++) {
      let shares4 = exp2(max(logits_of(i, quad) - largest, vec4f(-150.0))) / sum;
      var counts = vec4u();
      for (var p = 0u; p < 4u; p++) {
        let upper = lower + shares4[p];
        for (var s = 0u; s < draws.draws; s++) {
          let u = draw_uniform(chunk.row_begin + i, s);
          counts[p] += select(0u, 1u, lower <= u && u < upper);
        }
        of_label = select(of_label, counts[p], 4u * quad + p == label);
        left -= counts[p];
        lower = upper;
      }
      logits[quad_at(i, quad)] = select(vec4f(LOG_NOTHING), log2(vec4f(counts) / total), counts > vec4u());
    }
    if (left > 0u) { logits[quad_at(i, label / 4u)][label % 4u] = log2(f32(of_label + left) / total); }
    peaks[i] = 0.0;
    shares[i] = 1.0;
    labels[i] = label;
#else
    let log_density = largest + log2(sum);
    peaks[i] = largest;
    shares[i] = 1.0 / sum;
    labels[i] = label;
#endif
#if WEIGHTED
    shares[i] *= weights[chunk.begin + i];
    likelihood += weights[chunk.begin + i] * log_density;
#else
    likelihood += log_density;
#endif
  }

  sums[lane] = likelihood;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var j = 0u; j < LANES; j += 8u) {
      var sum8 = 0.0;
      for (var p = 0u; p < 8u; p++) { sum8 += sums[j + p]; }
      total += sum8;
    }
    likelihoods[chunk.likelihood_begin + workgroup.x] = total;
  }
}
