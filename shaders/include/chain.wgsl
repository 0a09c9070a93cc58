#include origin
// A chunk's sequences are cut into pieces: runs of rows that one invocation, or one group of them, walks along. Where a
// piece goes on from another there is a joint, through which messages are handed over.
//
// Messages are encoded: x > 0 stands for itself, anything else for 2^x. So a state that is thousands of bits behind is
// not lost, and may come back.
struct Chunk {
  stride: u32,      // rows that a [·, rows] scratch array has room for
  pieces: u32,
  walkers: u32,     // what the pieces are dealt to
  what: u32,        // ALL, WARM or CHANGED pieces
  warm_rows: u32,
  joint_begin: u32, // joints to hand over
  joint_end: u32,
  rows: u32,
  begin: u32,       // first row, in its segment
  states: u32,      // K, as a number that compilers do not unroll loops by
  alpha_stride: u32, // rows that alphas has room for: a chunk's, and one for each joint
}

struct Piece {
  begin: u32,  // first row, in the chunk
  count: u32,  // rows
  before: u32, // joint with the piece that it goes on from, or NONE: a sequence begins
  after: u32,  // joint with the piece that goes on from it, or NONE: a sequence ends
  weight: f32, // of the sequence
}

// One number of a vector may not be written while another invocation writes another: groups have an array of numbers.
struct Joint {
#if GROUP
  used: array<f32, 4 * QUADS>,
  given: array<f32, 4 * QUADS>,
#else
  used: array<vec4f, QUADS>,  // the message that the receiving piece has last taken
  given: array<vec4f, QUADS>, // the message that the sending piece has last left
#endif
  @size(16) changed: u32,
}

// What a walk along a piece multiplies the likelihood by, 2^exponent · total, or of the best path 2^(exponent + total).
struct Scale {
  exponent: f32, // whole
  total: f32,
  dead: u32,     // the first row from which on no path is possible, or NONE
  state: u32,    // of a best path: the last row's; else whether some sums had to be taken in logarithms
}

struct Transitions {
  initial: array<vec4f, QUADS>,           // δ, encoded
  forth: array<vec4f, 4 * QUADS * QUADS>, // [j, k] Γ_jk, 0 beyond K
  columns: array<vec4f, 4 * QUADS * QUADS>, // [k, j] Γ_jk
  logs: array<vec4f, 4 * QUADS * QUADS>,  // [j, k] log2 Γ_jk
  has_small: u32,                         // whether a product with some Γ_jk > 0 may underflow
}

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> pieces: array<Piece>;
#if LARGE
@group(1) @binding(1) var<storage, read> transitions: Transitions;
#else
@group(1) @binding(1) var<uniform> transitions: Transitions;
#endif

const NONE = 0xffffffffu;
const ALL = 0u;
const WARM = 1u;
const CHANGED = 2u;

#if !FUSED
const LOG_ZERO = -1e30; // which components.wgsl has, too
#endif
// Below this a logarithm is one of 0: sums with LOG_ZERO, and log densities of what a state cannot produce.
const LOG_IMPOSSIBLE = -1.4426950408889634e20;
// A smaller state of a message is kept as a logarithm.
const LEAST_STATE = 0x1p-100;
// A smaller sum over states may have lost terms: it is taken anew, in logarithms.
const LEAST_SUM = 0x1p-64;

fn logs_of(x: vec4f) -> vec4f {
  return select(x, log2(max(x, vec4f(0x1p-126))), x > vec4f());
}

// of a state that is possible, but so small that it is a logarithm
fn is_log(x: vec4f) -> vec4<bool> { return (x <= vec4f()) & (x > vec4f(LOG_IMPOSSIBLE)); }

fn log_of(x: f32) -> f32 { return logs_of(vec4f(x)).x; }

// ⌊log2 x⌋ of normal numbers ≥ 0
fn exponents(x: vec4f) -> vec4f {
  return vec4f(bitcast<vec4i>(x) >> vec4u(23u)) - 127.0;
}

// 2^n for whole n ≤ 127. The last bits of n + 127 + 2^23 are those of the exponent: conversions to integers are slow on
// vectors of CPUs, which have no saturating ones.
fn powers(n: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(max(n, vec4f(-126.0)) + (127.0 + 0x1p23)) << vec4u(23u));
}

// Places in [QUADS, stride], and in alphas.
fn message_at(row: u32, quad: u32) -> u32 { return quad * chunk.stride + row; }
fn alpha_at(row: u32, quad: u32) -> u32 { return quad * chunk.alpha_stride + row; }

// Where alphas has the message that a piece goes on from, and that of the row before a row of it.
fn row_ahead(piece: Piece) -> u32 { return chunk.stride + piece.before; }
fn row_before(piece: Piece, t: u32) -> u32 { return select(t - 1u, row_ahead(piece), t == piece.begin); }

fn is_state(quad: u32) -> vec4<bool> {
  return 4u * quad + vec4u(0u, 1u, 2u, 3u) < vec4u(STATES);
}

fn log_transition(j: u32, k: u32) -> f32 { return transitions.logs[j * QUADS + k / 4u][k % 4u]; }

fn sum_of(x: vec4f) -> f32 { return (x.x + x.y) + (x.z + x.w); }
