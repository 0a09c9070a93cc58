import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../package.json';
import { writeFloats } from './hosts/data-file.js';
import { processPeer } from './hosts/process-peer.js';
import { nodeMachine } from './machine.js';
import type { Effort, Participant } from './measure.js';
import { firstOf } from './peers/first-of.js';
import type { PeerName } from './peers/names.js';
import sklearn from './peers/sklearn.py?raw';
import { formatChart } from './report/chart.js';
import type { Report } from './report/report.js';
import { formatFooting, formatHeading, formatRow } from './report/table.js';
import { runBench } from './run.js';
import type { Shape } from './shapes.js';

export interface NodeBenchOptions extends Effort {
  readonly shapes: readonly Shape[];
  readonly peers: readonly PeerName[];
  readonly seed: number;
  /** Programs to look for scikit-learn in. */
  readonly pythons: readonly string[];
  /** The command as the report shows it: without names of files. */
  readonly command: string;
  /** Files to write, and how. */
  readonly json?: string;
  readonly svg?: string;
  readonly write: (path: string, text: string) => void;
  /** Program and arguments that serve one of this library's or npm's peers. */
  readonly serve: (peer: PeerName) => readonly string[];
  readonly print: (text: string) => unknown;
  readonly note: (message: string) => void;
}

/** The bench in Node: every peer in a process of its own, results on stdout and in files as they come. */
export async function benchInNode(options: NodeBenchOptions): Promise<void> {
  const { peers, pythons, serve, json, svg, write, print, ...rest } = options;
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-em-bench-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const interrupt = () => process.exit(130);
  process.once('SIGINT', interrupt);

  const file = join(folder, 'rows.f32');
  const participants = peers.map((name): Participant => {
    const commands = name === 'sklearn' ? pythons.map(python => [python, '-c', sklearn]) : [serve(name)];
    return { name, peer: firstOf(commands.map(command => processPeer(command, file))) };
  });
  const save = (report: Report) => {
    if (json !== undefined) write(json, `${JSON.stringify(report, null, 2)}\n`);
    if (svg !== undefined) write(svg, formatChart(report));
  };
  try {
    const report = await runBench(participants, {
      ...rest,
      version,
      machine: nodeMachine(),
      publish: ({ data }) => writeFloats(file, data),
      onOpen: report => print(formatHeading(report)),
      onRow(row, report) {
        save(report);
        print(formatRow(row));
      },
    });
    print(formatFooting(report));
  } finally {
    process.off('SIGINT', interrupt);
    process.off('exit', removeFolder);
    removeFolder();
  }
}
