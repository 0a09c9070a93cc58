import { cpu, matrix, type Rows } from '../../src/index.js';
import type { Problem } from '../problem.js';
import { type Shape, usefulFlops } from '../shapes.js';
import { seconds } from '../timing.js';
import { modelOf, timeEm } from './em.js';
import { AbsentError, optional, type Peer } from './peer.js';

/** Its rate is about 0.1 GFLOP/s: an iteration over more than this takes seconds. */
const AFFORDABLE_FLOPS = 1e8;

/** Of the npm packages with multivariate mixtures, the one that takes a start and any number of iterations. */
const PACKAGE = 'gaussian-mixture-model';

interface Gmm {
  readonly weights: number[];
  readonly means: number[][];
  readonly covariances: number[][][];
  readonly singularity: unknown;
  addPoint(point: number[]): void;
  runEM(iterations: number): void;
}

export function npmPeer(): Peer {
  let GmmClass: new (options: object) => Gmm;
  let problem: Problem;
  let rows: Rows;
  const backend = cpu();
  return {
    async open() {
      // Its manifest forgets cholesky-tools, which therefore stands in this project's own.
      const module = await optional(PACKAGE, () => import('gaussian-mixture-model'));
      GmmClass = module.default as unknown as typeof GmmClass;
      return { package: PACKAGE, threads: 1 };
    },
    async load(whole) {
      if (whole.shape.covariance !== 'full') throw new AbsentError(`${PACKAGE} has full covariances only`);
      problem = firstRows(whole, affordableRows(whole.shape));
      const { n, d } = problem.shape;
      rows = await backend.load(matrix(problem.data, [n, d]));
      return { rows: n };
    },
    async run(iterations) {
      const gmm = create(GmmClass, problem);
      const times: number[] = [];
      for (let i = 0; i < iterations; i++) {
        const begin = seconds();
        gmm.runEM(1);
        times.push(seconds() - begin);
      }
      if (gmm.singularity) throw new Error(`${PACKAGE} stopped at a singular covariance`);
      const model = modelOf(problem.shape);
      const parameters = {
        weights: Float64Array.from(gmm.weights),
        means: Float64Array.from(gmm.means.flat()),
        covariances: Float64Array.from(gmm.covariances.flat(2)),
      };
      const { logLikelihood } = await model.on(rows).eStep(parameters);
      const { logLikelihood: reference } = await timeEm(problem, rows, iterations);
      return { seconds: times, logLikelihood, reference };
    },
    unload: async () => rows?.dispose(),
    close: async () => {},
  };
}

function affordableRows(shape: Shape): number {
  const flopsPerRow = usefulFlops(shape) / shape.n;
  return Math.min(shape.n, Math.ceil(AFFORDABLE_FLOPS / flopsPerRow));
}

const firstRows = ({ shape, data, start }: Problem, n: number): Problem => ({
  shape: { ...shape, n },
  data: data.slice(0, n * shape.d),
  start,
});

function create(GmmClass: new (options: object) => Gmm, { shape, data, start }: Problem): Gmm {
  const { n, d, k } = shape;
  const gmm = new GmmClass({
    weights: Array(k).fill(1 / k),
    means: Array.from({ length: k }, (_, c) => start.means.slice(c * d, (c + 1) * d)),
    covariances: Array.from({ length: k }, () =>
      start.variances.map((variance, i) => start.variances.map((_, j) => (i === j ? variance : 0))),
    ),
    bufferSize: n,
  });
  for (let i = 0; i < n; i++) gmm.addPoint(Array.from(data.subarray(i * d, (i + 1) * d)));
  return gmm;
}
