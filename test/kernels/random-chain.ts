import type { ChainPlan } from '../../src/backends/webgpu/chain/plan.js';
import type { Chain, ChainWalks, Sequences } from '../../src/contract/chains.js';
import { cpu, matrix, type Rows, type WebGpuBackend } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { randomProblem } from './random-model.js';

export interface ChainProblem {
  readonly points: { data: Float64Array; shape: readonly [number, number] };
  readonly sequences: Sequences;
  readonly chain: Chain;
}

export interface ChainShape {
  readonly nStates: number;
  readonly lengths: readonly number[];
  /** Whether some transitions are impossible, and sequences count differently often. */
  readonly zeros?: boolean;
  readonly weights?: boolean;
}

/** Random rows, and chains that prefer to stay where they are. */
export function randomChain({
  nStates: k,
  lengths,
  zeros = false,
  weights = false,
}: ChainShape): ChainProblem {
  const n = lengths.reduce((sum, length) => sum + length, 0);
  const { points, densities } = randomProblem(n, 2, k, 'diag');
  const rng = createRng(5, k);
  const logShares = (values: number[]) => {
    const total = values.reduce((sum, value) => sum + value);
    return values.map(value => Math.log(value / total));
  };
  const states = Array.from({ length: k }, (_, state) => state);
  const transition = (j: number) =>
    states.map(i => (zeros && i !== j && (i + j) % 3 === 1 ? 0 : rng.uniform() + (i === j ? k : 0)));
  return {
    points,
    sequences: {
      lengths: Uint32Array.from(lengths),
      weights: weights ? Float64Array.from(lengths, (_, i) => 1 + (i % 3) / 2) : undefined,
    },
    chain: {
      emission: { ...densities, logConstants: densities.logConstants.map(value => value + Math.log(k)) },
      logInitial: Float64Array.from(logShares(states.map(() => 0.1 + rng.uniform()))),
      logTransition: Float64Array.from(states.flatMap(j => logShares(transition(j)))),
    },
  };
}

/** Pieces so short that sequences of the tests are cut, and chunks of few of them. */
export const SHORT_PIECES: Partial<ChainPlan> = {
  leastRows: 64,
  mostRows: 64,
  warmRows: 16,
  chunkRows: 1500,
};

export interface Both {
  readonly cpu: Rows & { readonly walks: ChainWalks };
  readonly gpu: Rows & { readonly walks: ChainWalks };
}

/** The same rows, and what walks along their sequences. */
export const walked = (rows: Rows, sequences: Sequences) =>
  rows.divide(sequences) as Rows & { readonly walks: ChainWalks };

/** Rows on both backends, and what `work` makes of them. */
export async function onBoth<T>(
  gpu: WebGpuBackend,
  { points, sequences }: Pick<ChainProblem, 'points' | 'sequences'>,
  work: (rows: Both) => Promise<T>,
): Promise<T> {
  const rows = {
    cpu: walked(await cpu().load(matrix(points.data, points.shape)), sequences),
    gpu: walked(await gpu.load(matrix(points.data, points.shape)), sequences),
  };
  try {
    return await work(rows);
  } finally {
    rows.cpu.dispose();
    rows.gpu.dispose();
  }
}
