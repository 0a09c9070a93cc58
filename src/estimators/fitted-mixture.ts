import type { DeviceChoice } from '../backends/choose.js';
import type { Arrays, Family } from '../families/family.js';
import type { MixtureModel, MixtureParameters } from '../models/mixture.js';
import { type SampledPoints, sampleMixture } from '../models/sample.js';
import { aic, bic, icl } from '../selection.js';
import type { FitJson } from '../serialize.js';
import { type RunInfo, runSummary } from './fitting.js';
import type { Points } from './points.js';
import { labels, logDensities, probabilities, type Scorer, totals, type UseOptions } from './scoring.js';

/** How a fit went. */
export interface FitInfo extends RunInfo {
  /** Σ_i log p(x_i): total, nats, at the model's parameters. */
  readonly logLikelihood: number;
}

/** What model files keep of it. */
export const fitJson = (info: FitInfo): FitJson => ({
  logLikelihood: info.logLikelihood,
  ...runSummary(info),
});

/** What a fitted model carries besides its parameters. */
export interface Provenance<Info = FitInfo> {
  /** Where to use it if nobody says otherwise. */
  readonly device: DeviceChoice;
  readonly fitInfo?: Info;
  readonly columns?: readonly string[];
}

/** What can be done with a mixture whose parameters are known. */
export abstract class FittedMixture<P extends Arrays> {
  readonly #model: MixtureModel<P, Family<P>>;
  readonly #parameters: MixtureParameters<P>;
  readonly #device: DeviceChoice;
  readonly nComponents: number;
  readonly nFeatures: number;
  /** [K] */
  readonly weights: Float64Array;
  /** How the fit went; absent where the model's file did not say. Its history is not kept in files. */
  readonly fitInfo: FitInfo | undefined;
  /** What the columns of the rows are called, where the fit was told. */
  readonly columns: readonly string[] | undefined;

  protected constructor(
    model: MixtureModel<P, Family<P>>,
    parameters: MixtureParameters<P>,
    { device, fitInfo, columns }: Provenance,
  ) {
    this.#model = model;
    this.#parameters = parameters;
    this.#device = device;
    this.nComponents = model.nComponents;
    this.nFeatures = model.family.nFeatures(parameters, model.nComponents);
    this.weights = parameters.weights;
    this.fitInfo = fitInfo;
    this.columns = columns;
  }

  /** [n] the most probable component of each row; ties go to the smaller index. */
  async predict(points: Points, options?: UseOptions): Promise<Uint32Array> {
    return labels(this.#scorer(), this.encode(points), options);
  }

  /** [n, K] posterior probabilities, row-major; rows sum to 1. */
  async predictProba(points: Points, options?: UseOptions): Promise<Float64Array> {
    return probabilities(this.#scorer(), this.encode(points), options);
  }

  /** [n] log p(x_i), nats. */
  async scoreSamples(points: Points, options?: UseOptions): Promise<Float64Array> {
    return logDensities(this.#scorer(), this.encode(points), options);
  }

  /** Mean log-likelihood per row, nats. */
  async score(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await totals(this.#scorer(), this.encode(points), options, false);
    return logLikelihood / n;
  }

  /** −2 log L + p ln n; smaller is better. */
  async bic(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, n } = await totals(this.#scorer(), this.encode(points), options, false);
    return bic(logLikelihood, this.nParameters, n);
  }

  /** −2 log L + 2p; smaller is better. */
  async aic(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood } = await totals(this.#scorer(), this.encode(points), options, false);
    return aic(logLikelihood, this.nParameters);
  }

  /** BIC − 2 Σ_i ln max_k r_ik; smaller is better. */
  async icl(points: Points, options?: UseOptions): Promise<number> {
    const { logLikelihood, logCertainty, n } = await totals(
      this.#scorer(),
      this.encode(points),
      options,
      true,
    );
    return icl(bic(logLikelihood, this.nParameters, n), logCertainty);
  }

  /** Free parameters p. */
  get nParameters(): number {
    return this.#model.nParameters(this.nFeatures);
  }

  /** Draw n rows, with the component each came from. */
  sample(n: number, { seed = 0 } = {}): SampledPoints {
    return sampleMixture(this.#model, this.#parameters, n, seed);
  }

  /** Points as the family takes them. */
  protected encode(points: Points): Points {
    return points;
  }

  #scorer(): Scorer {
    const { nComponents, nFeatures } = this;
    const posterior: Scorer['posterior'] = (rows, options) =>
      this.#model.on(rows).posterior(this.#parameters, options);
    const units = this.#model.units(this.#parameters);
    return { nComponents, nFeatures, device: this.#device, units, posterior };
  }
}
