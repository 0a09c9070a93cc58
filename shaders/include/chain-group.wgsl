// Invocations of a group of SPAN share a piece, and a workgroup has SLOTS groups. Invocation l has states l, l + SPAN, …:
// PER of them, of which those beyond K are none.
#if ONE_SLOT
fn slot_of(lane: u32) -> u32 { return 0u; }
#else
fn slot_of(lane: u32) -> u32 { return lane / SPAN; }
#endif

const SLOT_STATES = SPAN * PER;
// Where this slot's numbers are in workgroup memory, of two sets that are used in turn.
fn turn_at(turn: u32, slot: u32) -> u32 { return ((turn & 1u) * SLOTS + slot) * SLOT_STATES; }

// Place of a state in [QUADS, stride, 4].
fn state_at(row: u32, k: u32) -> u32 {
  let state = min(k, 4u * QUADS - 1u);
  return 4u * message_at(row, state / 4u) + state % 4u;
}

fn transition(j: u32, k: u32) -> f32 {
  let to = min(k, 4u * QUADS - 1u);
  return transitions.forth[j * QUADS + to / 4u][to % 4u];
}
