import type { Ceilings } from '../ceilings/ceilings.js';
import type { AdapterReport } from '../gpu.js';
import type { Machine } from '../machine.js';
import type { Effort, Outcome, Row, Timed, Untimed } from '../measure.js';
import type { PeerName } from '../peers/names.js';
import type { PeerInfo } from '../peers/peer.js';
import { usefulBytes, usefulFlops } from '../shapes.js';

/** A whole run of the bench: what is committed as JSON. */
export interface Report {
  readonly command: string;
  readonly date: string;
  readonly version: string;
  readonly machine: Machine;
  readonly adapter?: AdapterReport;
  readonly ceilings?: Ceilings;
  readonly peers: Partial<Record<PeerName, PeerInfo>>;
  readonly missing: readonly Untimed[];
  readonly effort: Effort & { readonly seed: number };
  readonly rows: readonly RatedRow[];
}

/** A row with what follows from its timings. */
export interface RatedRow extends Row {
  readonly outcomes: readonly (Untimed | Rated)[];
}

export interface Rated extends Timed {
  /** How often this peer iterates while scikit-learn does once; above 1 is faster. Absent without it. */
  readonly againstSklearn?: number;
  readonly rowsPerSecond: number;
  /** Useful operations and bytes an iteration, per second. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** Shares of the adapter's own ceilings; of this library's WebGPU backend only. */
  readonly ofFlops?: number;
  readonly ofBandwidth?: number;
}

/** Rates and ratios of a row's timings, by their medians. */
export function rate(row: Row, ceilings?: Ceilings): RatedRow {
  const { shape } = row;
  const sklearn = row.outcomes.find(isTimed('sklearn'));
  const rateOne = (timed: Timed): Rated => {
    const { median } = timed.time;
    const gflops = usefulFlops(shape) / median / 1e9;
    const gigabytesPerSecond = usefulBytes(shape) / median / 1e9;
    const own = timed.peer === 'webgpu' ? ceilings : undefined;
    return {
      ...timed,
      ...(sklearn && { againstSklearn: sklearn.time.median / median }),
      rowsPerSecond: shape.n / median,
      gflops,
      gigabytesPerSecond,
      ...(own && {
        ofFlops: gflops / own.gflops,
        ofBandwidth: gigabytesPerSecond / own.gigabytesPerSecond,
      }),
    };
  };
  return {
    shape,
    outcomes: row.outcomes.map(outcome => (outcome.status === 'timed' ? rateOne(outcome) : outcome)),
  };
}

const isTimed =
  (peer: PeerName) =>
  (outcome: Outcome): outcome is Timed =>
    outcome.status === 'timed' && outcome.peer === peer;
