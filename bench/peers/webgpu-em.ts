import { version } from '../../package.json';
import { type Backend, cpu, DeviceUnavailableError, matrix, type Rows, webgpu } from '../../src/index.js';
import { measureCeilings } from '../ceilings/ceilings.js';
import { describeAdapter, provideGpu } from '../gpu.js';
import type { Problem } from '../problem.js';
import { timeEm } from './em.js';
import { AbsentError, type Peer, type PeerInfo } from './peer.js';

/** This library, on one of its backends. */
function libraryPeer(open: () => Promise<{ backend: Backend; info: PeerInfo }>): Peer {
  let backend: Backend;
  let problem: Problem;
  let rows: Rows;
  return {
    async open() {
      const opened = await open();
      backend = opened.backend;
      return { version, ...opened.info };
    },
    async load(next) {
      problem = next;
      const { n, d } = problem.shape;
      rows = await backend.load(matrix(problem.data, [n, d]));
      return { rows: n };
    },
    run: iterations => timeEm(problem, rows, iterations),
    unload: async () => rows?.dispose(),
    close: async () => backend?.dispose(),
  };
}

export const cpuPeer = (): Peer => libraryPeer(async () => ({ backend: cpu(), info: {} }));

/** Also measures what its adapter can do at best, ours or not. */
export const webgpuPeer = (): Peer =>
  libraryPeer(async () => {
    const gpu = await provideGpu();
    const adapter = await describeAdapter(gpu);
    const backend = await webgpu().catch(error => {
      throw error instanceof DeviceUnavailableError ? new AbsentError(error.message) : error;
    });
    return { backend, info: { adapter, ceilings: await measureCeilings(gpu) } };
  });
