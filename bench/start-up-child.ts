/** What start-up.ts runs in fresh processes. Nothing of the library may be imported here but types. */
import { provideGpu } from './gpu.js';
import { instrument, type PipelineTimes } from './instrument.js';
import { createProblem } from './problem.js';
import { parseShape, type Shape } from './shapes.js';

export interface StartUp {
  readonly shape: Shape;
  /** Seconds of each stage, in order. */
  readonly seconds: Readonly<Record<string, number>>;
}

export interface CompileTimes {
  readonly shape: Shape;
  readonly kernels: readonly (PipelineTimes & { readonly label: string })[];
}

/** One shape for every regime of D, and the diagonal ones. */
const COMPILED = [
  '2,8',
  '3,16',
  '8,8',
  '16,16',
  '32,32',
  '64,32',
  '128,16',
  '2,8,diag',
  '16,16,diag',
  '64,64,diag',
];
const COMPILED_ROWS = 1024;

const library = () => import('../src/index.js');

const result = process.argv[2] === 'compile' ? await compileTimes() : await startUp();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);

async function startUp(): Promise<StartUp> {
  const shape = parseShape('1e5,8,8');
  const { data } = createProblem(shape);
  const seconds: Record<string, number> = {};
  const stage = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const begin = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - begin) / 1000;
    return result;
  };

  const { gaussian, kMeansPlusPlus, matrix, mixture, webgpu } = await stage('import', library);
  const backend = await stage('device', () => webgpu());
  const rows = await stage('load rows', () => backend.load(matrix(data, [shape.n, shape.d])));
  const model = mixture(gaussian(), { nComponents: shape.k });
  const start = await stage('k-means++', () => kMeansPlusPlus(model, rows, { seed: 0 }));
  const statistics = await stage('E-step', () => model.on(rows).eStep(start));
  await stage('M-step', () => model.mStep(statistics, start));
  return { shape, seconds };
}

async function compileTimes(): Promise<CompileTimes[]> {
  let kernels: (PipelineTimes & { label: string })[] = [];
  instrument(await provideGpu(), { pipeline: (label, times) => kernels.push({ label, ...times }) });
  const { matrix, webgpu } = await library();
  const { modelOf, startParameters } = await import('./peers/em.js');
  const backend = await webgpu();
  const times: CompileTimes[] = [];
  for (const text of COMPILED) {
    const problem = createProblem(parseShape(`${COMPILED_ROWS},${text}`));
    const { shape, start, data } = problem;
    const rows = await backend.load(matrix(data, [shape.n, shape.d]));
    const model = modelOf(shape);
    const parameters = startParameters(model, start);
    kernels = [];
    await model.on(rows).eStep(parameters);
    times.push({ shape, kernels });
    rows.dispose();
  }
  return times;
}
