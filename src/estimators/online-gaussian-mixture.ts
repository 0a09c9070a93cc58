import type { Rows } from '../contract/table.js';
import { stepSizes } from '../em/e-step/stepwise.js';
import { orInFloat64 } from '../em/in-float64.js';
import { OnlineEm, type OnlineOptions, type OnlineProgress } from '../em/online.js';
import { InvalidArgumentError } from '../errors.js';
import { covarianceType as typeOf } from '../families/covariance/index.js';
import { gaussian } from '../families/gaussian.js';
import { MixtureModel, type MixtureParameters } from '../models/mixture.js';
import { checkOptionNames } from '../option-names.js';
import { backendFor } from './fitting.js';
import { GaussianMixture } from './gaussian-mixture.js';
import { checkStarts, type GaussianMixtureOptions } from './options.js';
import { checkPoints, type Points, withRows } from './points.js';
import { startOf } from './starts.js';

export interface OnlineGaussianMixtureOptions
  extends OnlineOptions,
    Pick<
      GaussianMixtureOptions,
      'nComponents' | 'covarianceType' | 'regCovar' | 'init' | 'seed' | 'device'
    > {}

const OPTIONS: ReadonlySet<string> = new Set([
  'nComponents',
  'covarianceType',
  'regCovar',
  'init',
  'seed',
  'device',
  'exponent',
  'delay',
  'mStep',
] satisfies (keyof OnlineGaussianMixtureOptions)[]);

/**
 * A Gaussian mixture that learns from chunks of rows as they come, in memory that does not grow: online EM, started on
 * the first chunk. `model` is the mixture so far.
 */
export class OnlineGaussianMixture {
  readonly #options: OnlineGaussianMixtureOptions;
  readonly #model: MixtureModel;
  #online: OnlineEm<MixtureParameters> | undefined;
  #made: GaussianMixture | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws InvalidArgumentError */
  constructor(options: OnlineGaussianMixtureOptions) {
    checkOptionNames(options, OPTIONS);
    const { covarianceType: name = 'full', regCovar, nComponents, seed = 0 } = options;
    checkStarts(1, seed);
    stepSizes(options);
    startOf(options.init ?? 'k-means++');
    this.#options = options;
    this.#model = new MixtureModel(gaussian({ covariance: typeOf(name), regCovar }), nComponents);
  }

  /**
   * Learn from one chunk; chunks are taken one after the other. The first one holds at least as many rows as there are
   * components, and enough to start from.
   *
   * @throws InvalidArgumentError, InvalidDataError, DegenerateCovarianceError; the model is as it was then
   */
  partialFit(points: Points): Promise<OnlineProgress<MixtureParameters>> {
    const result = this.#last.then(() => this.#learn(points));
    this.#last = result.catch(() => {});
    return result;
  }

  /** The mixture so far; undefined before the first chunk. */
  get model(): GaussianMixture | undefined {
    const { covarianceType, device } = this.#options;
    this.#made ??=
      this.#online && GaussianMixture.fromParameters(this.#online.parameters, { covarianceType, device });
    return this.#made;
  }

  async #learn(points: Points): Promise<OnlineProgress<MixtureParameters>> {
    const checked = checkPoints(points);
    const { device, init = 'k-means++', seed, exponent, delay, mStep } = this.#options;
    const [n, d] = checked.shape;
    const nFeatures = this.#online && this.#online.parameters.means.length / this.#model.nComponents;
    if (nFeatures !== undefined && nFeatures !== d) {
      throw new InvalidArgumentError(`The chunks so far have ${nFeatures} features, this one has ${d}.`);
    }
    if (!this.#online && n < this.#model.nComponents) {
      throw new InvalidArgumentError(
        `The first chunk must have at least nComponents = ${this.#model.nComponents} rows, got ${n}.`,
      );
    }
    const { backend } = await backendFor(checked, device);
    const learn = async (rows: Rows) => {
      const begin = async () => {
        const first = await startOf(init).start(this.#model, rows, { seed });
        return new OnlineEm(this.#model, first, { exponent, delay, mStep });
      };
      const online = this.#online ?? (await begin());
      const progress = await online.partialFit(rows);
      this.#online = online;
      this.#made = undefined;
      return progress;
    };
    return withRows(checked, backend, rows => orInFloat64(rows, learn));
  }
}
