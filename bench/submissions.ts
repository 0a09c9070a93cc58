/**
 * How long a device is busy with one submission: from `submit` until it is done, one after the other. Each case is run
 * twice on one backend: the first run finds out how fast the device is.
 *
 * node dist/bench/submissions.js [--cases 'strip streamed tiled …'] [--json FILE]
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import {
  em,
  factorised,
  full,
  gaussian,
  HiddenMarkov,
  LatentDirichlet,
  type Matrix,
  matrix,
  mixture,
  spherical,
  type WebGpuBackend,
  webgpu,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { describeAdapter, provideGpu, requestAdapter } from './gpu.js';
import { readOptions, script } from './script.js';

type Case = (backend: WebGpuBackend) => Promise<ArrayLike<number>>;

const CASES: Record<string, Case> = {
  strip: mixtureOf(1_000_000, 2, 8),
  streamed: mixtureOf(200_000, 16, 16),
  tiled: mixtureOf(100_000, 32, 32),
  chain: chainOf(1000, 1000, 4),
  'large components': mixtureOf(512, 128, 1024, 0),
  'many states': chainOf(1, 100_000, 64),
  'many topics': topicsOf(200, 750, 200),
};

await script(async () => {
  const options = readOptions({ cases: Object.keys(CASES).join(','), runs: '2' });
  const gpu = await provideGpu();
  console.log(`${(await describeAdapter(gpu)).name}\n`);
  const rows: (string | number)[][] = [];
  for (const name of options.cases.split(',')) {
    const device = await openDevice(gpu);
    const backend = await webgpu(device);
    for (let run = 0; run < Number(options.runs); run++) {
      const submissions = watch(device);
      const begin = performance.now();
      const values = await CASES[name](backend);
      const took = performance.now() - begin;
      const times = await submissions();
      const bits = createHash('sha256').update(new Float64Array(values)).digest('hex').slice(0, 12);
      rows.push([name, run + 1, times.length, Math.max(...times).toFixed(0), took.toFixed(0), bits]);
      console.log(rows[rows.length - 1].join('  '));
    }
    backend.dispose();
    device.destroy();
  }
  const header = ['case', 'run', 'submissions', 'longest, ms', 'all, ms', 'bits'];
  console.log(formatTable([header, ...rows.map(row => row.map(String))] as never));
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ header, rows }, null, 2)}\n`);
});

async function openDevice(gpu: GPU): Promise<GPUDevice> {
  const adapter = await requestAdapter(gpu);
  return adapter.requestDevice({ requiredFeatures: adapter.features.has('subgroups') ? ['subgroups'] : [] });
}

/** @returns milliseconds of each submission from now on */
function watch({ queue }: GPUDevice): () => Promise<number[]> {
  const submit = queue.submit.bind(queue);
  const done = queue.onSubmittedWorkDone.bind(queue);
  const times: Promise<number>[] = [];
  let last = 0;
  queue.submit = buffers => {
    const begin = performance.now();
    submit(buffers);
    times.push(
      done().then(() => {
        const now = performance.now();
        const time = now - Math.max(begin, last);
        last = now;
        return time;
      }),
    );
  };
  return () => {
    queue.submit = submit;
    return Promise.all(times);
  };
}

function mixtureOf(n: number, d: number, k: number, iterations = 5): Case {
  const points = normal(n, d, k);
  return async backend => {
    const rows = await backend.load(points);
    const model = mixture(gaussian({ covariance: full }), { nComponents: k });
    const first = await rows.read(0, Math.min(n, k));
    const means = Float64Array.from({ length: k * d }, (_, i) => first[i % first.length]);
    const covariances = Float64Array.from({ length: k * d * d }, (_, i) =>
      (i % (d * d)) % (d + 1) === 0 ? 4 : 0,
    );
    const start = { weights: new Float64Array(k).fill(1 / k), means, covariances };
    const fit = await em(model, start, rows, { tol: 0, maxIter: iterations });
    rows.dispose();
    return fit.history;
  };
}

function chainOf(sequences: number, length: number, k: number): Case {
  const points = normal(sequences * length, 1, k);
  return async backend => {
    const lengths = new Uint32Array(sequences).fill(length);
    const rows = (await backend.load(points)).divide({ lengths });
    const model = new HiddenMarkov(gaussian({ covariance: spherical }), {
      nStates: k,
    });
    const start = {
      initialProbs: new Float64Array(k).fill(1 / k),
      transitionMatrix: Float64Array.from({ length: k * k }, (_, i) =>
        i % (k + 1) === 0 ? 0.9 : 0.1 / (k - 1),
      ),
      emission: {
        means: Float64Array.from({ length: k }, (_, i) => 4 * i),
        covariances: new Float64Array(k).fill(2),
      },
    };
    const fit = await em(model, start as never, rows, { tol: 0, maxIter: 2 });
    rows.dispose();
    return fit.history;
  };
}

function topicsOf(documents: number, words: number, k: number): Case {
  const rng = createRng(1);
  const vocabulary = 2000;
  const data: number[] = [];
  const indices: number[] = [];
  const indptr = [0];
  for (let d = 0; d < documents; d++) {
    const own = new Set<number>();
    while (own.size < words) own.add(Math.floor(vocabulary * rng.uniform() ** 2));
    for (const word of [...own].sort((a, b) => a - b)) {
      indices.push(word);
      data.push(1 + Math.floor(3 * rng.uniform()));
    }
    indptr.push(indices.length);
  }
  return async backend => {
    const rows = await backend.loadCounts({ data, indices, indptr, shape: [documents, vocabulary] });
    const model = new LatentDirichlet({ nComponents: k });
    const draws = createRng(2);
    const components = Float64Array.from({ length: k * vocabulary }, () => 0.5 + draws.uniform());
    const fit = await em(model, { components }, rows, { tol: 0, maxIter: 1, eStep: factorised() });
    rows.dispose();
    return fit.history;
  };
}

function normal(n: number, d: number, k: number): Matrix {
  const rng = createRng(n + d);
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const component = Math.floor(k * rng.uniform());
    for (let j = 0; j < d; j++)
      data[i * d + j] = ((component * (j + 1)) % (2 * k)) * (d === 1 ? 4 : 1) + rng.normal();
  }
  return matrix(data, [n, d]);
}
