import fc from 'fast-check';
import { type Backend, KMeans, type Matrix } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { type Findings, TIGHT } from './findings.js';
import { checkFits } from './fits.js';
import { nameOf } from './mixtures.js';
import type { PropertyModel } from './property.js';
import { features, oneOf, rowCounts, seeds, sometimes, type TableRecipe, tableOf, tables } from './tables.js';

interface KMeansRecipe {
  readonly table: TableRecipe;
  readonly nClusters: number;
  readonly init: 'k-means++' | 'random';
  readonly standardize: boolean;
  readonly beta: number | undefined;
  readonly seed: number;
}

/** Lloyd's algorithm and soft k-means. */
export const kMeans: PropertyModel<KMeansRecipe> = {
  name: 'k-means',

  recipes: size =>
    fc.record({ d: features(size), k: fc.integer({ min: 1, max: 8 }) }).chain(({ d, k }) =>
      fc.record({
        table: tables(d, rowCounts(k, 1, size === 'test' ? 400 : 3000)),
        nClusters: fc.constant(k),
        init: oneOf<'k-means++' | 'random'>('k-means++', 'random'),
        standardize: fc.boolean(),
        beta: sometimes(4, oneOf(0.1, 1, 10)),
        seed: seeds,
      }),
    ),

  async examine({ table, ...options }, backends, findings) {
    const points = tableOf(table);
    const [n] = points.shape;
    const fit = (device: Backend) => KMeans.fit(points, { ...options, maxIter: 20, device });
    const negative = async (device: Backend) => {
      const model = await fit(device);
      const { fitInfo } = model;
      // Inertias fall; what falls not is their negative. In units in which the first is n.
      const first = Math.abs(fitInfo.history[0]) || 1;
      const history = fitInfo.history.map(value => (-n * value) / first);
      return { model, fitInfo: { ...fitInfo, history } };
    };
    const right = await checkFits(negative, backends, findings, { n, falls: 0 });
    if (!right) return;
    await checkKnown(right.model, points, options, backends, findings);
    for (const backend of Object.values(backends)) {
      if (backend) await checkUnits(right.model, points, backend, findings);
    }
  },
};

/** Inertia at the same centres, and the nearest of them. */
async function checkKnown(
  { clusterCenters, nClusters }: KMeans,
  points: Matrix,
  { standardize, beta }: Omit<KMeansRecipe, 'table'>,
  { cpu, gpu }: { cpu: Backend; gpu?: Backend },
  findings: Findings,
): Promise<void> {
  if (!gpu) return;
  const at = (device: Backend) =>
    KMeans.fit(points, { nClusters, init: clusterCenters, maxIter: 1, standardize, beta, device });
  const [right, found] = [await at(cpu), await at(gpu)];
  const note = found.fitInfo.notes?.find(({ kind }) => kind === 'precision')?.kind;
  const total = (model: typeof right) => [Math.abs(model.fitInfo.history[0])];
  // Of Gaussians as wide as the inertia says, D / 2 nats a row are the whole of it.
  const rel = TIGHT.rel + (2 * TIGHT.abs) / points.shape[1];
  findings.near('inertia', total(found), total(right), { note, bound: { abs: 0, rel } });
  await checkLabels(
    KMeans.fromCenters({ data: clusterCenters, shape: [nClusters, points.shape[1]] }),
    points,
    gpu,
    findings,
  );
}

/** No centre is nearer than that of the label by more than float32 can tell. */
async function checkLabels(model: KMeans, points: Matrix, gpu: Backend, findings: Findings): Promise<void> {
  const labels = await model.predict(points, { device: gpu });
  const distances = await model.transform(points);
  const k = model.nClusters;
  labels.forEach((label, i) => {
    const own = distances.subarray(i * k, (i + 1) * k);
    const nearest = Math.min(...own);
    const most = nearest + 1e-5 * Math.max(...own);
    findings.holds(
      'nearest centre',
      own[label] <= most,
      () => `row ${i}: centre ${label} of ${own.join(', ')}`,
    );
  });
}

/** All columns times one power of 2, and the centres with them: the same labels. */
async function checkUnits(model: KMeans, points: Matrix, device: Backend, findings: Findings): Promise<void> {
  const unit = 2 ** (createRng(points.shape[0], 2).integer(61) - 30);
  const shape = [model.nClusters, points.shape[1]] as const;
  const plain = KMeans.fromCenters({ data: model.clusterCenters, shape });
  const scaled = KMeans.fromCenters({ data: model.clusterCenters.map(value => value * unit), shape });
  const rows = { ...points, data: Float64Array.from(points.data, value => value * unit) };
  const [before, after] = [await plain.predict(points, { device }), await scaled.predict(rows, { device })];
  const row = before.findIndex((label, i) => label !== after[i]);
  findings.holds(`units (${nameOf(device)})`, row < 0, () => {
    return `row ${row}: label ${before[row]}, and times ${unit} label ${after[row]}`;
  });
}
