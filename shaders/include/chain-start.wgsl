// Where a walk along a piece begins and ends.
struct Start {
  row: u32,
  end: u32,
  is_first: bool,   // of its sequence
  is_skipped: bool,
}

fn start_of(piece: Piece) -> Start {
  var start = Start(piece.begin, piece.begin + piece.count, piece.before == NONE, false);
  if (chunk.what == WARM) {
    start.row = max(start.row, max(start.end, chunk.warm_rows) - chunk.warm_rows);
    start.is_first = start.is_first && start.row == piece.begin;
    start.is_skipped = piece.after == NONE;
  }
  if (chunk.what == CHANGED) {
    start.is_skipped = true;
    if (piece.before != NONE) { start.is_skipped = joints[piece.before].changed == 0u; }
  }
  return start;
}

// A message as what the piece after it begins with: one that adds up to 1.
fn shares_of(message: vec4f, total: f32) -> vec4f {
  let divisor = max(total, 0x1p-100);
  let shares = select(message - log2(divisor), message / divisor, message > vec4f());
  return select(vec4f(LOG_ZERO), shares, message > vec4f(LOG_IMPOSSIBLE));
}
