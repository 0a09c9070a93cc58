import type { DeviceChoice } from '../backends/choose.js';
import { unitsOf } from '../contract/densities.js';
import type { Rows } from '../contract/table.js';
import { isMatrix, type Matrix } from '../data/matrix.js';
import type { StoppingOptions } from '../em/convergence.js';
import { hard } from '../em/e-step/hard.js';
import { stiff } from '../em/e-step/tempered.js';
import type { Progress } from '../em/fit.js';
import { InvalidArgumentError } from '../errors.js';
import { diag } from '../families/covariance/diag.js';
import { spherical } from '../families/covariance/spherical.js';
import { gaussian } from '../families/gaussian.js';
import { flat, flatten, type Numbers } from '../init/given-parameters.js';
import { kMeansPlusPlusSeeds } from '../init/k-means-plus-plus.js';
import { randomRows } from '../init/random-from-data.js';
import { KMeansModel, type KMeansParameters } from '../models/k-means.js';
import { MAX_COMPONENTS } from '../models/mixture.js';
import { checkNumber, inWords } from '../numbers.js';
import { createRng } from '../numerics/rng.js';
import { checkOptionNames } from '../option-names.js';
import { modelHeader, nest } from '../serialize.js';
import type { Provenance } from './fitted-mixture.js';
import { backendFor, fitBest, type RunInfo, runInfo, runSummary } from './fitting.js';
import { K_MEANS, type KMeansJson, readKMeans } from './k-means-json.js';
import { checkStandardize } from './options.js';
import { rowOf } from './parts.js';
import { type CheckedPoints, checkPoints, type Points, withRows } from './points.js';
import { labels, type UseOptions } from './scoring.js';
import { checkColumns } from './table-names.js';

export interface KMeansProgress extends Omit<Progress<KMeansParameters>, 'logLikelihood' | 'ledger'> {
  /** Σ_i |x_i − nearest centre|² at these centres; with `beta` the soft one, −(2/β) Σ_i log Σ_k exp(−½ β d_ik²). */
  readonly inertia: number;
  /** Which of the nInit starts, from 0. */
  readonly restart: number;
}

export interface KMeansOptions extends Omit<StoppingOptions, 'tol'> {
  /** K, from 1 to 1024 and at most the number of rows. */
  nClusters: number;
  /** Seeds by name, or centres [K, D] (flat, nested, or { data, shape }). Default 'k-means++'. */
  init?: 'k-means++' | 'random' | Numbers | Matrix;
  /** Starts to try; the clustering of the smallest inertia is kept. Default 1. */
  nInit?: number;
  /**
   * Stop when the inertia falls by less than this share of the rows' inertia about their mean, or no row changes its
   * cluster, which is all that stops it at 0. Default 1e-6.
   */
  tol?: number;
  /**
   * Divide every column by its standard deviation before distances are taken; centres stay in the units of the points.
   * Default false.
   */
  standardize?: boolean;
  /** Stiffness of soft k-means, > 0: responsibilities ∝ exp(−½ β d²). Default: hard assignment. */
  beta?: number;
  /** Default 0. */
  seed?: number;
  /** Default 'auto'. */
  device?: DeviceChoice;
  /** What the columns of the points are called, in their order; kept in the model. */
  columns?: readonly string[];
  /** Called, and awaited, after every assignment. */
  onIteration?: (progress: KMeansProgress) => unknown;
}

const OPTIONS: ReadonlySet<string> = new Set([
  'nClusters',
  'init',
  'nInit',
  'tol',
  'maxIter',
  'beta',
  'standardize',
  'seed',
  'device',
  'signal',
  'columns',
  'onIteration',
] satisfies (keyof KMeansOptions)[]);

const DEFAULT_TOL = 1e-6;
const DEFAULT_MAX_ITER = 300;

/** How a clustering went; `history` holds inertias, with `beta` soft ones. */
export interface KMeansInfo extends RunInfo {
  /** Σ_i |x_i − nearest centre|², with `beta` too. */
  readonly inertia: number;
}

/** A clustering whose fit is known. */
export type FittedKMeans = KMeans & { readonly fitInfo: KMeansInfo; readonly inertia: number };

/** k-means clusters: a value. Distances are Euclidean, in the units of the columns as they are, or in units of `scale`. */
export class KMeans {
  readonly #device: DeviceChoice;
  readonly nClusters: number;
  readonly nFeatures: number;
  /** [K, D] row-major */
  readonly clusterCenters: Float64Array;
  /** [D] what columns are divided by before distances are taken; absent where they are not standardised */
  readonly scale: Float64Array | undefined;
  /** Σ_i |x_i − nearest centre|² of the rows that were fitted, in units of `scale`. */
  readonly inertia: number | undefined;
  readonly fitInfo: KMeansInfo | undefined;
  /** What the columns of the rows are called, where the fit was told. */
  readonly columns: readonly string[] | undefined;

  private constructor(
    clusterCenters: Float64Array,
    nClusters: number,
    { device, fitInfo, columns, scale }: Provenance<KMeansInfo> & { readonly scale?: Float64Array },
  ) {
    this.#device = device;
    this.nClusters = nClusters;
    this.nFeatures = clusterCenters.length / nClusters;
    this.clusterCenters = clusterCenters;
    this.fitInfo = fitInfo;
    this.inertia = fitInfo?.inertia;
    this.columns = columns;
    this.scale = scale;
    Object.freeze(this);
  }

  /**
   * Lloyd's algorithm, or soft k-means with `beta`: the best of `nInit` starts. A cluster that loses all its rows is
   * seeded anew with the row farthest from its own centre, and a note says so.
   *
   * @throws InvalidArgumentError, InvalidDataError before anything is computed; DeviceError
   * @throws AbortedError if `signal` was raised before there was a clustering
   */
  static async fit(points: Points, options: KMeansOptions): Promise<FittedKMeans> {
    checkOptionNames(options, OPTIONS);
    const { nClusters, init = 'k-means++', nInit, tol = DEFAULT_TOL, beta, ...rest } = options;
    const { maxIter = DEFAULT_MAX_ITER, seed, device, signal, onIteration: report } = rest;
    checkNumber('tol', tol, 'a number ≥ 0', value => value >= 0);
    const eStep = beta === undefined ? hard : stiff(beta);
    const checked = checkPoints(points);
    const most = Math.min(MAX_COMPONENTS, checked.shape[0]);
    checkNumber(
      'nClusters',
      nClusters,
      `an integer from 1 to ${most}, which the ${checked.shape[0]} rows allow`,
      value => Number.isInteger(value) && value >= 1 && value <= most,
    );
    const centers = typeof init === 'string' ? undefined : givenCenters(init, nClusters, checked.shape[1]);
    if (typeof init === 'string' && init !== 'k-means++' && init !== 'random') {
      throw new InvalidArgumentError(
        `init must be 'k-means++', 'random' or centres [${nClusters}, ${checked.shape[1]}], got ${inWords(init)}.`,
      );
    }
    const columns = checkColumns(rest.columns, checked.shape[1]);
    const isStandardised = checkStandardize(rest.standardize, 'diag');
    const { backend } = await backendFor(checked, device);
    return withRows(checked, backend, rows => {
      const scale = isStandardised ? Float64Array.from(rows.scale) : undefined;
      const model = new KMeansModel(nClusters, scale);
      // The objective is −½ inertia, and em's tolerance is on its change per row.
      const total = rows.scale.reduce((sum, s, j) => sum + (s / (scale?.[j] ?? 1)) ** 2, 0);
      const onIteration =
        report &&
        (({
          restart,
          iteration,
          logLikelihood,
          parameters,
        }: Progress<KMeansParameters> & { restart: number }) =>
          report({ restart, iteration, inertia: -2 * logLikelihood, parameters }));
      const stopping = { tol: (tol * total) / 2, maxIter, seed, device, signal, nInit };
      return fitBest(rows, { nComponents: nClusters, ...stopping, eStep, onIteration }, () => ({
        model,
        seeded: !centers,
        start: async (on, { stream }) => {
          const given = { seed, stream, signal };
          if (centers) return { centers };
          if (init === 'k-means++') {
            const family = gaussian({ covariance: isStandardised ? diag : spherical });
            const seeds = kMeansPlusPlusSeeds({ family, nComponents: nClusters }, on, given);
            return { centers: await seeds };
          }
          return { centers: await randomRows(on, nClusters, createRng(seed ?? 0, stream)) };
        },
        async measure(fit, on) {
          if (beta === undefined) return fit.logLikelihood;
          return (await model.on(on).eStep(fit.parameters, { assignment: 'hard' })).logLikelihood;
        },
        finish(fit) {
          const info = runInfo(fit);
          const history = info.history.map(objective => -2 * objective);
          const starts = fit.starts.map(start => ({ ...start, objective: -2 * start.objective }));
          const fitInfo = { ...info, history, starts, inertia: -2 * fit.measured };
          const provenance = { device: device ?? 'auto', fitInfo, columns, scale };
          return new KMeans(fit.parameters.centers, nClusters, provenance) as FittedKMeans;
        },
      }));
    });
  }

  /** The clusters of given centres [K, D]. @throws InvalidArgumentError */
  static fromCenters(centers: Numbers | Matrix): KMeans {
    const nClusters = isMatrix(centers) ? centers.shape[0] : centers.length;
    const numbers = isMatrix(centers) ? centers.data : flatten(centers);
    return new KMeans(givenCenters(centers, nClusters, numbers.length / nClusters), nClusters, {
      device: 'auto',
    });
  }

  /** [D] The centre of cluster k, as an array. @throws InvalidArgumentError */
  center(k: number): number[] {
    return rowOf(this.clusterCenters, k, this.nClusters);
  }

  /** The clustering that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): KMeans {
    const { clusterCenters, nClusters, ...known } = readKMeans(json);
    return new KMeans(clusterCenters, nClusters, { device: 'auto', ...known });
  }

  toJSON(): KMeansJson {
    const { nClusters, nFeatures, clusterCenters, scale, fitInfo } = this;
    return {
      ...modelHeader(K_MEANS, this.columns),
      nClusters,
      nFeatures,
      clusterCenters: nest(clusterCenters, [nClusters, nFeatures]),
      ...(scale && { scale: nest(scale, [nFeatures]) }),
      ...(fitInfo && { fit: { inertia: fitInfo.inertia, ...runSummary(fitInfo) } }),
    };
  }

  /** [n] the nearest centre of each row; ties go to the smaller index. */
  predict(points: Points, options?: UseOptions): Promise<Uint32Array> {
    const { nClusters: nComponents, nFeatures, clusterCenters } = this;
    const densities = new KMeansModel(nComponents, this.scale).densities({ centers: clusterCenters });
    const scorer = {
      nComponents,
      nFeatures,
      device: this.#device,
      units: unitsOf(densities),
      posterior: (rows: Rows) => rows.posterior(densities, { assignment: 'hard' }),
    };
    return labels(scorer, points, options);
  }

  /** [n, K] distances of each row from each centre, in float64 on the host. */
  async transform(points: Points): Promise<Float64Array> {
    const checked = checkPoints(points);
    const [n, d] = checked.shape;
    if (d !== this.nFeatures) {
      throw new InvalidArgumentError(`The model has ${this.nFeatures} features, the points have ${d}.`);
    }
    const x = await valuesOf(checked, this.#device);
    const { nClusters: k, scale = new Float64Array(d).fill(1) } = this;
    const distances = new Float64Array(n * k);
    for (let i = 0, at = 0; i < n; i++) {
      for (let c = 0; c < k; c++, at++) {
        let squares = 0;
        for (let j = 0; j < d; j++) {
          squares += ((x[i * d + j] - this.clusterCenters[c * d + j]) / scale[j]) ** 2;
        }
        distances[at] = Math.sqrt(squares);
      }
    }
    return distances;
  }
}

async function valuesOf(points: CheckedPoints, device: DeviceChoice): Promise<ArrayLike<number>> {
  if (isMatrix(points)) return points.data;
  const { backend } = await backendFor(points, undefined, device);
  return withRows(points, backend, rows => rows.read(0, rows.shape[0]));
}

function givenCenters(centers: Numbers | Matrix, k: number, d: number): Float64Array {
  return flat('init', isMatrix(centers) ? centers.data : centers, [k, d]);
}
