import type { Backend, Posterior, Rows } from '../backends/backend.js';
import { chooseBackend, type DeviceChoice } from '../backends/choose.js';
import { type StopReason, stoppingRule } from '../convergence.js';
import { type CheckedPoints, checkPoints, isResident, type Points, withRows } from '../data/points.js';
import { em, type Fit, type Progress } from '../em.js';
import { AbortedError, EmError, InvalidArgumentError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import { gaussian } from '../families/gaussian.js';
import { flatten, type GivenParameters, givenParameters, type Numbers } from '../init/given-parameters.js';
import { Mixture, type MixtureParameters } from '../models/mixture.js';
import type { Note } from '../models/model.js';
import { type SampledPoints, sampleMixture } from '../models/sample.js';
import { aic, bic, icl } from '../selection.js';
import { FORMAT, type GaussianMixtureJson, nest, readModel, VERSION } from '../serialize.js';
import { checkOptionNames, checkStarts, type GaussianMixtureOptions } from './options.js';
import { startOf } from './starts.js';

/** How a fit went. */
export interface FitInfo {
  /** Σ_i log p(x_i): total, nats, at the model's parameters. */
  readonly logLikelihood: number;
  /** history[i]: total log-likelihood before M-step i + 1 of the kept start. */
  readonly history: readonly number[];
  /** M-steps of the kept start. */
  readonly nIter: number;
  readonly converged: boolean;
  readonly stopReason: StopReason;
  /** Empty and collapsed components of the last M-step. */
  readonly notes: readonly Note[];
  readonly device: string;
  readonly adapter: string;
}

export interface UseOptions {
  /** Default: the device of the fit, or 'auto' for a model from a file. */
  device?: DeviceChoice;
  signal?: AbortSignal;
}

const USE_OPTIONS: ReadonlySet<string> = new Set(['device', 'signal'] satisfies (keyof UseOptions)[]);

/** A mixture whose fit is known. */
export type FittedGaussianMixture = GaussianMixture & { readonly fitInfo: FitInfo };

/** A Gaussian mixture: a value. Its arrays are shared, not copied, and are to be read only. */
export class GaussianMixture {
  readonly #model: Mixture;
  readonly #device: DeviceChoice;
  readonly nComponents: number;
  readonly nFeatures: number;
  readonly covarianceType: CovarianceName;
  /** [K] */
  readonly weights: Float64Array;
  /** [K, D] row-major */
  readonly means: Float64Array;
  /** row-major: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;
  /** How the fit went; absent where the model's file did not say. Its history is not kept in files. */
  readonly fitInfo: FitInfo | undefined;

  private constructor(
    model: Mixture,
    parameters: MixtureParameters,
    device: DeviceChoice,
    fitInfo?: FitInfo,
  ) {
    this.#model = model;
    this.#device = device;
    this.nComponents = model.nComponents;
    this.nFeatures = parameters.means.length / model.nComponents;
    this.covarianceType = model.family.covariance.name;
    ({ weights: this.weights, means: this.means, covariances: this.covariances } = parameters);
    this.fitInfo = fitInfo;
    Object.freeze(this);
  }

  /**
   * Maximum-likelihood fit by EM, the best of `nInit` starts.
   *
   * Stops when the mean log-likelihood per row changes by less than `tol`, after `maxIter` M-steps, or at the next
   * iteration after `signal` is raised (the last model is returned, with stopReason 'aborted').
   *
   * @throws InvalidArgumentError, InvalidDataError before anything is computed
   * @throws DegenerateCovarianceError, NonFiniteError, DeviceError with the last good model as `lastGood`
   * @throws AbortedError if `signal` was raised before there was a model
   */
  static async fit(points: Points, options: GaussianMixtureOptions): Promise<FittedGaussianMixture> {
    checkOptionNames(options);
    const {
      nComponents,
      nInit = 1,
      seed = 0,
      regCovar,
      init = 'k-means++',
      signal,
      onIteration: report,
    } = options;
    const covariance = covarianceType(options.covarianceType ?? 'full');
    const model = new Mixture(gaussian({ covariance, regCovar }), nComponents);
    checkStarts(nInit, seed);
    stoppingRule(options);
    const { start, seeded } = startOf(init);
    const checked = checkPoints(points);
    const n = checked.shape[0];
    if (nComponents > n) {
      throw new InvalidArgumentError(
        `nComponents must be at most the number of rows, ${n}, got ${nComponents}.`,
      );
    }
    if (signal?.aborted)
      throw new AbortedError('Aborted before the fit began: there is no model to hand back.');

    const { backend } = await backendFor(checked, options.device);
    const finish = (fit: Fit<MixtureParameters>) => {
      const { parameters, ...info } = fit;
      const fitInfo = { ...info, device: backend.device, adapter: backend.adapter };
      const device = isResident(checked) ? backend : (options.device ?? 'auto');
      return new GaussianMixture(model, parameters, device, fitInfo) as FittedGaussianMixture;
    };

    const runOnce = async (rows: Rows, restart: number) => {
      const first = await start(model, rows, { seed, stream: restart, signal });
      const onIteration =
        report && ((progress: Progress<MixtureParameters>) => report({ restart, ...progress }));
      return em(model, first, rows, { tol: options.tol, maxIter: options.maxIter, signal, onIteration });
    };
    return withRows(checked, backend, async rows =>
      finish(await best(rows, seeded ? nInit : 1, runOnce, finish, signal)),
    );
  }

  /**
   * A mixture of given parameters, flat or nested; as many components as weights.
   *
   * @throws InvalidArgumentError, DegenerateCovarianceError
   */
  static fromParameters(
    given: GivenParameters & { weights: Numbers },
    { covarianceType: name = 'full' }: { covarianceType?: CovarianceName } = {},
  ): GaussianMixture {
    const nComponents = given.weights.length;
    const model = new Mixture(gaussian({ covariance: covarianceType(name) }), nComponents);
    const nFeatures = flatten(given.means).length / nComponents;
    return new GaussianMixture(model, givenParameters(model, nFeatures, given), 'auto');
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): GaussianMixture {
    const { model, parameters, fit } = readModel(json);
    const fitInfo = fit && { ...fit, history: [fit.logLikelihood], notes: [] };
    return new GaussianMixture(model, parameters, 'auto', fitInfo);
  }

  toJSON(): GaussianMixtureJson {
    const [k, d] = [this.nComponents, this.nFeatures];
    const { covariance } = this.#model.family;
    return {
      format: FORMAT,
      version: VERSION,
      model: 'gaussian-mixture',
      covarianceType: this.covarianceType,
      nComponents: k,
      nFeatures: d,
      weights: nest(this.weights, [k]),
      means: nest(this.means, [k, d]),
      covariances: nest(this.covariances, covariance.shape(k, d)),
      ...(this.fitInfo && { fit: fitSummary(this.fitInfo) }),
    };
  }

  /** [n] the most probable component of each row; ties go to the smaller index. */
  async predict(points: Points, options?: UseOptions): Promise<Uint32Array> {
    return this.#collect(
      points,
      options,
      false,
      n => new Uint32Array(n),
      (out, p) => out.set(p.labels, p.begin),
    );
  }

  /** [n, K] posterior probabilities, row-major; rows sum to 1. */
  async predictProba(points: Points, options?: UseOptions): Promise<Float64Array> {
    const k = this.nComponents;
    return this.#collect(
      points,
      options,
      true,
      n => new Float64Array(n * k),
      (out, p) => out.set(p.responsibilities as Float64Array, p.begin * k),
    );
  }

  /** [n] log p(x_i), nats. */
  async scoreSamples(points: Points, options?: UseOptions): Promise<Float64Array> {
    return this.#collect(
      points,
      options,
      false,
      n => new Float64Array(n),
      (out, p) => out.set(p.logDensities, p.begin),
    );
  }

  /** Mean log-likelihood per row, nats. */
  async score(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await this.#totals(points, options, false);
    return logLikelihood / n;
  }

  /** −2 log L + p ln n; smaller is better. */
  async bic(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await this.#totals(points, options, false);
    return bic(logLikelihood, this.nParameters, n);
  }

  /** −2 log L + 2p; smaller is better. */
  async aic(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood } = await this.#totals(points, options, false);
    return aic(logLikelihood, this.nParameters);
  }

  /** BIC − 2 Σ_i ln max_k r_ik; smaller is better. */
  async icl(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, logCertainty, n } = await this.#totals(points, options, true);
    return icl(bic(logLikelihood, this.nParameters, n), logCertainty);
  }

  /** Free parameters p. */
  get nParameters(): number {
    return this.#model.nParameters(this.nFeatures);
  }

  /** Draw n rows, with the component each came from. */
  sample(n: number, { seed = 0 } = {}): SampledPoints {
    return sampleMixture(this.#model, this, n, seed);
  }

  async #totals(points: Points, options: UseOptions | undefined, responsibilities: boolean) {
    const totals = { logLikelihood: 0, logCertainty: 0, n: 0 };
    const k = this.nComponents;
    return this.#collect(
      points,
      options,
      responsibilities,
      () => totals,
      (out, p) => {
        out.n += p.labels.length;
        p.labels.forEach((label, i) => {
          out.logLikelihood += p.logDensities[i];
          if (p.responsibilities) out.logCertainty += Math.log(p.responsibilities[i * k + label]);
        });
      },
    );
  }

  /** Run the posterior over all points and gather it chunk by chunk. */
  async #collect<T>(
    points: Points,
    { device = this.#device, signal, ...rest }: UseOptions = {},
    responsibilities: boolean,
    create: (n: number) => T,
    gather: (out: T, posterior: Posterior) => void,
  ): Promise<T> {
    checkOptionNames(rest, USE_OPTIONS);
    const checked = checkPoints(points);
    if (checked.shape[1] !== this.nFeatures) {
      throw new InvalidArgumentError(
        `The model has ${this.nFeatures} features, the points have ${checked.shape[1]}.`,
      );
    }
    const { backend } = await backendFor(checked, device === this.#device ? undefined : device, this.#device);
    const densities = this.#model.densities(this);
    return withRows(checked, backend, async rows => {
      const out = create(rows.shape[0]);
      for await (const posterior of backend.posterior(rows, densities, { responsibilities })) {
        if (signal?.aborted) throw new AbortedError('Aborted while the rows were being scored.');
        gather(out, posterior);
      }
      return out;
    });
  }
}

/**
 * Resident rows are on a backend already; everything else goes to the one asked for.
 *
 * @throws InvalidArgumentError for resident rows and another device
 */
async function backendFor(
  points: CheckedPoints,
  asked: DeviceChoice | undefined,
  otherwise: DeviceChoice = 'auto',
): Promise<{ backend: Backend }> {
  if (!isResident(points)) return chooseBackend(asked ?? otherwise);
  const { backend } = points;
  if (asked === undefined || asked === 'auto' || asked === backend || asked === backend.device)
    return { backend };
  const { backend: other } = await chooseBackend(asked);
  if (other === backend) return { backend };
  throw new InvalidArgumentError(
    `These rows are resident on device '${backend.device}'; device '${other.device}' cannot use them. Try passing the points themselves.`,
  );
}

/** The fit of the highest likelihood. A start that fails is passed over while another succeeds. */
async function best(
  rows: Rows,
  nInit: number,
  runOnce: (rows: Rows, restart: number) => Promise<Fit<MixtureParameters>>,
  finish: (fit: Fit<MixtureParameters>) => GaussianMixture,
  signal: AbortSignal | undefined,
): Promise<Fit<MixtureParameters>> {
  let kept: Fit<MixtureParameters> | undefined;
  let failure: unknown;
  for (let restart = 0; restart < nInit; restart++) {
    if (signal?.aborted) break;
    try {
      const fit = await runOnce(rows, restart);
      if (!kept || fit.logLikelihood > kept.logLikelihood) kept = fit;
    } catch (error) {
      if (!(error instanceof EmError)) throw error;
      failure ??= error;
    }
  }
  if (kept) return kept;
  if (failure instanceof EmError && failure.lastGood) {
    failure.lastGood = finish(failure.lastGood as Fit<MixtureParameters>);
  }
  throw failure ?? new AbortedError('Aborted before there was a model to hand back.');
}

function fitSummary({ logLikelihood, nIter, converged, stopReason, device, adapter }: FitInfo) {
  return { logLikelihood, nIter, converged, stopReason, device, adapter };
}
