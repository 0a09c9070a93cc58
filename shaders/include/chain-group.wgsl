// Invocations of a group of SPAN share a piece, and a workgroup has SLOTS groups. Invocation l has states l, l + SPAN, …:
// PER of them, of which those beyond K are none.
#if ONE_SLOT
fn slot_of(lane: u32) -> u32 { return 0u; }
#else
fn slot_of(lane: u32) -> u32 { return lane / SPAN; }
#endif

const SLOT_STATES = SPAN * PER;
#if !SUBGROUPS
// What chain-share hands round: two rows' in turn, so that one barrier a row is enough.
var<workgroup> handed: array<f32, 2 * SLOTS * SLOT_STATES>;
fn turn_at(turn: u32, slot: u32) -> u32 { return ((turn & 1u) * SLOTS + slot) * SLOT_STATES; }
#endif
// Rows that are walked before anything is checked, and before γ is made to add up to 1 again.
const BLOCK_ROWS = 16u;

fn clamped(k: u32) -> u32 { return min(k, 4u * QUADS - 1u); }

// Place of a state in [QUADS, stride, 4], and in alphas.
fn state_at(row: u32, k: u32) -> u32 { return 4u * message_at(row, clamped(k) / 4u) + clamped(k) % 4u; }
fn alpha_state_at(row: u32, k: u32) -> u32 { return 4u * alpha_at(row, clamped(k) / 4u) + clamped(k) % 4u; }
