import type { Ceilings } from './ceilings/ceilings.js';
import type { AdapterReport } from './gpu.js';
import type { Machine } from './machine.js';
import { type Effort, measure, openPeers, type Participant } from './measure.js';
import type { PeerInfo } from './peers/peer.js';
import { createProblem, type Problem } from './problem.js';
import { type RatedRow, type Report, rate } from './report/report.js';
import type { Shape } from './shapes.js';

export interface RunOptions extends Effort {
  readonly command: string;
  readonly version: string;
  readonly machine: Machine;
  readonly shapes: readonly Shape[];
  readonly seed: number;
  /** Called with every problem before the peers load it. */
  readonly publish?: (problem: Problem) => void;
  readonly note: (message: string) => void;
  /** Called once the peers are open, and after every row; awaited. */
  readonly onOpen?: (report: Report) => unknown;
  readonly onRow?: (row: RatedRow, report: Report) => unknown;
}

/** All shapes on all peers. */
export async function runBench(participants: readonly Participant[], options: RunOptions): Promise<Report> {
  const { command, version, machine, shapes, seed, iterations, repeats, budget, note } = options;
  const { present, missing } = await openPeers(participants, note);
  const peers = Object.fromEntries(present.map(({ participant, info }) => [participant.name, info]));
  const { adapter, ceilings } = (peers.webgpu ?? {}) as { adapter?: AdapterReport; ceilings?: Ceilings };
  let report: Report = {
    command,
    date: new Date().toISOString(),
    version,
    machine,
    adapter,
    ceilings,
    peers: Object.fromEntries(Object.entries(peers).map(([name, info]) => [name, facts(info)])),
    missing,
    effort: { iterations, repeats, budget, seed },
    rows: [],
  };
  try {
    await options.onOpen?.(report);
    for (const shape of shapes) {
      const problem = createProblem(shape, seed);
      options.publish?.(problem);
      const row = await measure(
        present.map(({ participant }) => participant),
        problem,
        { iterations, repeats, budget },
        note,
      );
      const rated = rate(row, ceilings);
      report = { ...report, rows: [...report.rows, rated] };
      await options.onRow?.(rated, report);
    }
  } finally {
    for (const { participant } of present) await participant.peer.close().catch(() => {});
  }
  return report;
}

/** What a peer says beyond the adapter, which the report has once for all. */
function facts({ adapter: _, ceilings: __, ...rest }: PeerInfo): PeerInfo {
  return rest;
}
