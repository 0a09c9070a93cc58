// Coordinate ascent in φ_d and γ_d of one document a workgroup: with θ_dk = exp(ψ(γ_dk) − max_l ψ(γ_dl)),
//   φ-norm_dv = Σ_k θ_dk β_kv,  γ_dk ← α + θ_dk Σ_v (n_dv / φ-norm_dv) β_kv
// until the mean of |Δγ_dk| is small, from γ_dk = α + N_d / K, from the γ there is, or from that only if the other way
// ends lower than it stands. Leaves γ, θ and n_dv / φ-norm_dv for lda-statistics, and the document's
//   Σ_v n_dv (log φ-norm_dv + max_l ψ(γ_dl) − ψ(Kα + N_d)) + Σ_k log Γ(γ_dk) − log Γ(α) − (γ_dk − α) (ψ(γ_dk) − 1),
// in which N_d log N_d and N_d do not occur: the host adds N_d ψ(Kα + N_d) − N_d, since Σ_k γ_dk = Kα + N_d.
#include lda-topics
#include exp-digamma

struct Chunk {
  attempt: u32,     // the first attempt
  max_updates: u32,
  prior: f32,       // α
  tolerance: f32,   // of Σ_k |Δγ_dk|
  quads: u32,       // QUADS, as a number that compilers do not unroll loops by
}

struct Document {
  begin: u32,  // its first token; the next document's is its end
  length: f32, // N_d
}

struct Token {
  word: u32,
  count: f32, // n_dv > 0
}

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> documents: array<Document>;     // [n + 1]
@group(0) @binding(2) var<storage, read> tokens: array<Token>;           // [nnz]
@group(2) @binding(0) var<storage, read_write> gammas: array<vec4f>;     // [n, QUADS]
@group(2) @binding(1) var<storage, read_write> thetas: array<vec4f>;     // [n, QUADS]
@group(2) @binding(2) var<storage, read_write> ratios: array<f32>;       // [nnz] n_dv / φ-norm_dv
@group(2) @binding(3) var<storage, read_write> bounds: array<f32>;       // [n]

// The product of two of these is a normal number.
const SMALLEST_WEIGHT = vec4f(0x1p-60);
const SMALLEST_GAMMA = 1e-30;

const EARLIER = 0u;
const FRESH = 1u;

var<workgroup> gamma: array<vec4f, QUADS>;
var<workgroup> theta: array<vec4f, QUADS>;
var<workgroup> partials: array<vec4f, GROUPS * QUADS>;
var<workgroup> changes: array<f32, QUADS>;
var<workgroup> lane_peaks: array<f32, LANES>;
var<workgroup> lane_bounds: array<f32, LANES>;
var<workgroup> bound: f32;
var<workgroup> done: u32;

// topics that there are, of a quad
fn is_topic(quad: u32) -> vec4<bool> {
  return 4u * quad + vec4u(0u, 1u, 2u, 3u) < vec4u(COMPONENTS);
}

// @returns the largest
fn set_gamma(quad: u32, value: vec4f) -> f32 {
  let own = select(vec4f(), value, is_topic(quad));
  gamma[quad] = own;
  return max(max(own.x, own.y), max(own.z, own.w));
}

// The largest γ, of what `set_gamma` returned to the lanes that have topics.
fn largest_gamma() -> vec4f {
  var largest = SMALLEST_GAMMA;
  for (var i = 0u; i < min(LANES, chunk.quads); i++) { largest = max(largest, lane_peaks[i]); }
  return vec4f(largest);
}

// θ of a lane's quads. What all topics of a document share cancels in φ: the largest is 1.
fn set_thetas(lane: u32) {
  if (lane >= chunk.quads) { return; }
  let peak = largest_gamma();
  for (var quad = lane; quad < chunk.quads; quad += LANES) {
    let ratios = exp_digamma_ratio(max(gamma[quad], vec4f(SMALLEST_GAMMA)), peak);
    theta[quad] = select(vec4f(), max(ratios, SMALLEST_WEIGHT), is_topic(quad));
  }
}

// At most `updates` updates of `gamma`. @returns the bound's part, to all lanes
fn ascend(document: u32, lane: u32, updates: u32) -> f32 {
  let begin = documents[document].begin;
  let end = documents[document + 1u].begin;
  let group = lane / SPAN;
  for (var quad = lane; quad < chunk.quads; quad += LANES) { changes[quad] = 1e30; }
  workgroupBarrier();

  for (var update = 0u; ; update++) {
    set_thetas(lane);
    if (lane == 0u) {
      var change = 0.0;
      for (var quad = 0u; quad < chunk.quads; quad++) { change += changes[quad]; }
      done = select(0u, 1u, change < chunk.tolerance || update == updates);
    }
    let is_done = workgroupUniformLoad(&done); // θ is there, too
    for (var t = begin + lane; t < end; t += LANES) {
      let at = tokens[t].word * QUADS;
      var norm = 0.0;
      for (var quad = 0u; quad < chunk.quads; quad++) { norm += dot(theta[quad], topics[at + quad]); }
      ratios[t] = tokens[t].count / norm;
    }
    storageBarrier();
    if (is_done != 0u) { break; }

    if (group < GROUPS) {
      for (var quad = lane % SPAN; quad < chunk.quads; quad += LANES) {
        var sum = vec4f();
        for (var t = begin + group; t < end; t += GROUPS) { sum += ratios[t] * topics[tokens[t].word * QUADS + quad]; }
        partials[group * QUADS + quad] = sum;
      }
    }
    workgroupBarrier();
    var peak = 0.0;
    for (var quad = lane; quad < chunk.quads; quad += LANES) {
      var sum = vec4f();
      for (var g = 0u; g < GROUPS; g++) { sum += partials[g * QUADS + quad]; }
      let before = gamma[quad];
      peak = max(peak, set_gamma(quad, chunk.prior + theta[quad] * sum));
      changes[quad] = dot(abs(gamma[quad] - before), vec4f(1.0));
    }
    lane_peaks[lane] = peak;
    workgroupBarrier();
  }

  let length = documents[document].length;
  let whole = vec4f(f32(COMPONENTS) * chunk.prior + length);
  var sum = select(0.0, length * digamma_difference(largest_gamma(), whole).x, lane == 0u);
  for (var t = begin + lane; t < end; t += LANES) { sum += tokens[t].count * log(tokens[t].count / ratios[t]); }
  let at_prior = gamma_term(vec4f(chunk.prior), chunk.prior);
  for (var quad = lane; quad < chunk.quads; quad += LANES) {
    let terms = gamma_term(max(gamma[quad], vec4f(SMALLEST_GAMMA)), chunk.prior) - at_prior;
    sum += dot(select(vec4f(), terms, is_topic(quad)), vec4f(1.0));
  }
  lane_bounds[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var i = 0u; i < LANES; i++) { total += lane_bounds[i]; }
    bound = total;
  }
  return workgroupUniformLoad(&bound);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = origin + workgroup_in_part;
  let document = workgroup.x;
  let fresh = vec4f(chunk.prior + documents[document].length / f32(COMPONENTS));
  var least = -1e30;
  var reached = 0.0;
  // Where the earlier γ stands; the ascent from a fresh one; and if that ends lower, the ascent from the earlier one.
  for (var attempt = chunk.attempt; ; attempt++) {
    var peak = 0.0;
    for (var quad = lane; quad < chunk.quads; quad += LANES) {
      let begins = select(gammas[document * QUADS + quad], fresh, attempt == FRESH);
      peak = max(peak, set_gamma(quad, begins));
    }
    lane_peaks[lane] = peak;
    reached = ascend(document, lane, select(chunk.max_updates, 0u, attempt == EARLIER));
    if (attempt > FRESH || (attempt == FRESH && reached >= least)) { break; }
    least = reached;
  }
  for (var quad = lane; quad < chunk.quads; quad += LANES) {
    gammas[document * QUADS + quad] = gamma[quad];
    thetas[document * QUADS + quad] = theta[quad];
  }
  if (lane == 0u) { bounds[document] = reached; }
}
