import { PEER_TITLES, type PeerName } from './peers/names.js';
import { AbsentError, type Peer, type PeerInfo, type Run } from './peers/peer.js';
import type { Problem } from './problem.js';
import type { Shape } from './shapes.js';
import { type Spread, seconds, spread } from './timing.js';

export interface Effort {
  /** M-steps of each run. */
  readonly iterations: number;
  /** Runs of each peer. */
  readonly repeats: number;
  /** Seconds after which a peer makes no further run at this shape. */
  readonly budget: number;
}

export interface Participant {
  readonly name: PeerName;
  readonly peer: Peer;
}

/** What one peer took at one shape. */
export interface Timed {
  readonly peer: PeerName;
  readonly status: 'timed';
  /** Seconds of an iteration; of all rows, where it was measured on fewer and scaled. */
  readonly time: Spread;
  /** Seconds of an iteration on average over each run. */
  readonly runs: readonly number[];
  /** Rows that it worked on. */
  readonly rows: number;
  readonly logLikelihood: number;
  /** |L − L_ref| / |L_ref| after the same number of M-steps; absent where there is no float64 peer. */
  readonly difference?: number;
}

export interface Untimed {
  readonly peer: PeerName;
  readonly status: 'absent' | 'failed';
  readonly reason: string;
}

export type Outcome = Timed | Untimed;

/** All peers at one shape. */
export interface Row {
  readonly shape: Shape;
  readonly outcomes: readonly Outcome[];
}

/** The largest relative difference of log-likelihoods at which work counts as equal. */
export const EQUAL_WORK = 1e-5;

/** Peers whose arithmetic is float64 throughout, best first. */
const REFERENCES: readonly PeerName[] = ['cpu', 'sklearn'];

/** Open every peer; those that are not here are told apart, with the reason. */
export async function openPeers(
  participants: readonly Participant[],
  note: (message: string) => void,
): Promise<{ present: { participant: Participant; info: PeerInfo }[]; missing: Untimed[] }> {
  const present: { participant: Participant; info: PeerInfo }[] = [];
  const missing: Untimed[] = [];
  for (const participant of participants) {
    try {
      present.push({ participant, info: await participant.peer.open() });
    } catch (error) {
      const outcome = untimed(participant.name, error);
      note(`${PEER_TITLES[outcome.peer]}, ${outcome.status}: ${outcome.reason}`);
      missing.push(outcome);
    }
  }
  return { present, missing };
}

/** A peer on its way through one problem. */
interface Lane {
  readonly participant: Participant;
  readonly runs: Run[];
  rows: number;
  /** Seconds of its runs so far. */
  spent: number;
  failure?: Untimed;
}

/** One problem on all peers, interleaved: a disturbance of the machine meets all of them. */
export async function measure(
  participants: readonly Participant[],
  problem: Problem,
  { iterations, repeats, budget }: Effort,
  note: (message: string) => void,
): Promise<Row> {
  const lanes = participants.map((participant): Lane => ({ participant, runs: [], rows: 0, spent: 0 }));
  const attempt = async (lane: Lane, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      lane.failure = untimed(lane.participant.name, error);
      note(`${PEER_TITLES[lane.failure.peer]}, ${lane.failure.status}: ${lane.failure.reason}`);
    }
  };

  for (const lane of lanes) {
    const { peer } = lane.participant;
    await attempt(lane, async () => {
      ({ rows: lane.rows } = await peer.load(problem));
      await peer.run(1); // compiles, tunes, fills caches
    });
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const lane of lanes) {
      const expected = lane.runs.length === 0 ? 0 : lane.spent / lane.runs.length;
      if (lane.failure || lane.spent + expected > budget) continue;
      const begin = seconds();
      await attempt(lane, async () => void lane.runs.push(await lane.participant.peer.run(iterations)));
      lane.spent += seconds() - begin;
    }
  }
  for (const { participant } of lanes) await participant.peer.unload().catch(() => {});

  const reference = referenceOf(lanes);
  const outcomes = lanes.map(lane => lane.failure ?? timed(lane, problem.shape, reference));
  return { shape: problem.shape, outcomes };
}

const lastRun = ({ runs }: Lane): Run => runs[runs.length - 1];

/** The log-likelihood that the others are held to. */
function referenceOf(lanes: readonly Lane[]): number | undefined {
  const sound = lanes.filter(({ failure }) => !failure);
  const lane = REFERENCES.map(name => sound.find(({ participant }) => participant.name === name)).find(
    Boolean,
  );
  return lane && lastRun(lane).logLikelihood;
}

function timed(lane: Lane, { n }: Shape, shared: number | undefined): Timed {
  const { participant, rows, runs } = lane;
  const times = runs.map(run => (mean(run.seconds) * n) / rows);
  const { logLikelihood, reference = shared } = lastRun(lane);
  return {
    peer: participant.name,
    status: 'timed',
    time: spread(times),
    runs: times,
    rows,
    logLikelihood,
    ...(reference !== undefined && {
      difference: Math.abs(logLikelihood - reference) / Math.abs(reference),
    }),
  };
}

function untimed(peer: PeerName, error: unknown): Untimed {
  const reason = error instanceof Error ? error.message : String(error);
  return { peer, status: error instanceof AbsentError ? 'absent' : 'failed', reason };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
