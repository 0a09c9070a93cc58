/**
 * A Baum–Welch iteration of hidden Markov models with Gaussian emissions, beside GHMM's from the same start.
 *
 * node dist/bench/hmm.js [--states '4 16 64'] [--sequences '1000x1000 1x1e6'] [--iterations 3] [--peer on]
 *   [--backends 'webgpu cpu'] [--json FILE]
 *
 * Other backends are WebGPU with one way to walk, wherever it is possible: lane, split (lane with kernels of their own for
 * emissions), group, subgroup, uncut (sequences in one piece).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChainPlan } from '../src/backends/webgpu/chain/plan.js';
import { formatTable } from '../src/cli/table.js';
import { type Backend, cpu, em, gaussian, HiddenMarkov, matrix, spherical, webgpu } from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { type AdapterReport, describeAdapter, provideGpu } from './gpu.js';
import { nodeMachine } from './machine.js';
import { GHMM, type Ghmm, type HmmProblem, type HmmRun, openGhmm } from './peers/ghmm.js';
import { AbsentError } from './peers/peer.js';
import { digits, duration, times } from './report/format.js';
import { readOptions, script } from './script.js';
import { seconds, spread } from './timing.js';

/** Log-likelihoods of the start that agree to this show equal work. */
const EQUAL = 1e-6;

/** Ways to walk, in place of those that the table chooses. */
const WALKS: Record<string, Partial<ChainPlan>> = {
  lane: { walk: 'lane' },
  split: { walk: 'lane', fused: false },
  group: { walk: 'group', subgroups: false },
  subgroup: { walk: 'group', subgroups: true },
  uncut: { leastRows: 2 ** 20, mostRows: 2 ** 20 },
};

await script(async () => {
  const options = readOptions({
    states: '4 16 64',
    sequences: '1000x1000 1x1e6',
    iterations: '3',
    peer: 'on',
    backends: 'webgpu cpu',
  });
  const folder = mkdtempSync(join(tmpdir(), 'hmm-'));
  try {
    const { adapter, backends } = await openBackends(options.backends.split(' '));
    if (adapter) console.log(`${adapter.name}\n`);
    const peer = options.peer === 'on' ? openPeer(folder) : 'not asked for';
    const rows = [];
    for (const shape of options.sequences.split(' ')) {
      const [nSequences, length] = shape.split('x').map(Number);
      for (const nStates of options.states.split(' ').map(Number)) {
        const problem = createProblem(nStates, nSequences, length);
        rows.push(await measure(problem, backends, peer, Number(options.iterations)));
      }
    }
    if (options.json === undefined) return;
    const peerReport = typeof peer === 'string' ? { absent: peer } : { name: GHMM, version: peer.version };
    const report = {
      date: new Date().toISOString(),
      machine: nodeMachine(),
      adapter,
      peer: peerReport,
      rows,
    };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

interface NamedBackend {
  readonly name: string;
  readonly backend: Backend;
}

/** Those of the names that there is an adapter for. */
async function openBackends(
  names: readonly string[],
): Promise<{ adapter?: AdapterReport; backends: NamedBackend[] }> {
  const unknown = names.find(name => !['webgpu', 'cpu', ...Object.keys(WALKS)].includes(name));
  if (unknown !== undefined) throw new Error(`There is no backend ${unknown}.`);
  try {
    const adapter = await describeAdapter(await provideGpu());
    const backends: NamedBackend[] = [];
    for (const name of names) {
      const chains = WALKS[name];
      backends.push({ name, backend: name === 'cpu' ? cpu() : await webgpu(undefined, { chains }) });
    }
    return { adapter, backends };
  } catch (error) {
    if (!(error instanceof AbsentError)) throw error;
    return { backends: [{ name: 'cpu', backend: cpu() }] };
  }
}

/** The peer, or why there is none. */
function openPeer(folder: string): Ghmm | string {
  try {
    return openGhmm(folder);
  } catch (error) {
    if (error instanceof AbsentError) return error.message;
    throw error;
  }
}

/** States four standard deviations apart that chains stay in for ten rows; the start is a little off. */
function createProblem(nStates: number, nSequences: number, length: number): HmmProblem {
  const rng = createRng(3, nStates);
  const data = new Float64Array(nSequences * length);
  let state = 0;
  for (let i = 0; i < data.length; i++) {
    if (i % length === 0 || rng.uniform() < 0.1) state = rng.integer(nStates);
    data[i] = 4 * state + rng.normal();
  }
  const states = Array.from({ length: nStates }, (_, k) => k);
  return {
    ...{ nStates, nSequences, length, data },
    means: Float64Array.from(states, k => 4 * k + rng.normal() / 2),
    variances: new Float64Array(nStates).fill(1.5),
    initial: new Float64Array(nStates).fill(1 / nStates),
    transitions: Float64Array.from(
      states.flatMap(j => states.map(k => (j === k ? 0.8 : 0.2 / (nStates - 1)))),
    ),
  };
}

/** Iterations on each backend and by the peer, one after the other. */
async function measure(
  problem: HmmProblem,
  backends: readonly NamedBackend[],
  peer: Ghmm | string,
  iterations: number,
) {
  const { nStates, nSequences, length } = problem;
  const found: Record<string, HmmRun | { absent: string }> = {};
  for (const { name, backend } of backends) found[name] = await fit(problem, backend, iterations);
  found[GHMM] = typeof peer === 'string' ? { absent: peer } : peer.run(problem, iterations);

  const [own] = Object.values(found) as HmmRun[];
  const ownTime = spread(own.seconds).median;
  const lines = Object.entries(found).map(([name, run]) => {
    if ('absent' in run) return [name, '–', '', '', '', '', run.absent];
    const { median, min, max } = spread(run.seconds);
    const difference = Math.abs(run.start / own.start - 1);
    return [
      ...[name, duration(median), `${duration(min)} – ${duration(max)}`, times(median / ownTime)],
      ...[digits(run.start, 9), digits(run.logLikelihood, 9)],
      difference <= EQUAL ? '' : `differs by ${digits(difference)}: not the same work`,
    ];
  });
  console.log(`${nSequences} × ${length} rows, K ${nStates}, ${iterations} iterations`);
  console.log(
    `${formatTable([['', 'an iteration', 'min – max', '', 'log-likelihood', 'at the end', ''], ...lines])}\n`,
  );
  return { nStates, nSequences, length, iterations, found };
}

/** The last iterations of one more, which compiles. */
async function fit(problem: HmmProblem, backend: Backend, iterations: number): Promise<HmmRun> {
  const { nStates, nSequences, length, data } = problem;
  const model = new HiddenMarkov(gaussian({ covariance: spherical, regCovar: 0 }), {
    nStates,
  });
  const start = {
    initialProbs: problem.initial,
    transitionMatrix: problem.transitions,
    emission: { means: problem.means, covariances: problem.variances },
  };
  const loaded = await backend.load(matrix(data, [data.length, 1]));
  const rows = loaded.divide({ lengths: new Uint32Array(nSequences).fill(length) });
  await em(model, start, rows, { tol: 0, maxIter: 1 });
  const marks: number[] = [];
  const { history, logLikelihood } = await em(model, start, rows, {
    tol: 0,
    maxIter: iterations,
    onIteration: () => void marks.push(seconds()),
  });
  rows.dispose();
  return { seconds: marks.slice(1).map((mark, i) => mark - marks[i]), start: history[0], logLikelihood };
}
