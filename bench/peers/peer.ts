import type { Problem } from '../problem.js';

/** Whatever a peer says about itself: versions, threads, adapter. Goes into the report as it is. */
export type PeerInfo = Record<string, unknown>;

export interface Loaded {
  /** Rows that the peer works on: all, or fewer where all would take it too long. */
  readonly rows: number;
}

/** One EM from the start. */
export interface Run {
  /** [iterations] seconds of each: an M-step and the E-step after it. Set-up and the first E-step are left out. */
  readonly seconds: readonly number[];
  /** Σ_i log p(x_i) after the last M-step: total, nats. */
  readonly logLikelihood: number;
  /** The same by the float64 CPU backend, where the peer works on fewer rows than the others. */
  readonly reference?: number;
}

/** An implementation of EM that the bench can time. It lives in this process, in another, or in a worker. */
export interface Peer {
  /** @throws AbsentError where it is not installed, or this machine cannot run it */
  open(): Promise<PeerInfo>;
  /** @throws AbsentError for a shape that it has no EM for */
  load(problem: Problem): Promise<Loaded>;
  run(iterations: number): Promise<Run>;
  /** Give the problem's memory back. */
  unload(): Promise<void>;
  close(): Promise<void>;
}

/** The peer is not here; nothing went wrong. */
export class AbsentError extends Error {}

/** An optional package. @throws AbsentError if it is not installed, or does not load */
export async function optional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    const missing = /cannot find (package|module)/i.test(said);
    throw new AbsentError(missing ? `${name} is not installed` : `${name} does not load: ${said}`, { cause });
  }
}
