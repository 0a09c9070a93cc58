import {
  type Backend,
  type CovarianceName,
  cpu,
  type FittedGaussianMixture,
  GaussianMixture,
  type GaussianMixtureOptions,
  type Matrix,
  type MixtureParameters,
} from '../../src/index.js';
import { Course, type Progressed } from './course.js';

/** What a person chose. */
export type FitSettings = Required<
  Pick<
    GaussianMixtureOptions,
    'nComponents' | 'covarianceType' | 'init' | 'nInit' | 'tol' | 'maxIter' | 'regCovar' | 'seed'
  >
> & {
  /** Hold each iteration long enough to be seen. */
  readonly watch: boolean;
};

/** A fit at a moment, to be shown. */
export interface FitView extends Progressed {
  readonly model: GaussianMixture;
  /** [drawn rows, K] posterior probabilities of the drawn rows */
  readonly responsibilities: Float64Array;
}

export interface FitJob {
  readonly points: Matrix;
  /** The rows that are drawn. */
  readonly drawn: Matrix;
  readonly settings: FitSettings;
  readonly backend: Backend;
  readonly signal: AbortSignal;
  readonly show: (view: FitView) => void;
}

/** Fit, and show the fit on the way. Resolves with the fitted model, also when the signal stopped it. */
export async function runFit(job: FitJob): Promise<FittedGaussianMixture> {
  const { points, drawn, settings, backend, signal, show } = job;
  const { watch, ...options } = settings;
  const course = new Course(points.shape[0], watch, signal);
  const drawnRows = await cpu().load(drawn);

  const showNow = async (model: GaussianMixture) =>
    show({ model, responsibilities: await model.predictProba(drawnRows), ...course.progressed });

  try {
    const model = await GaussianMixture.fit(points, {
      ...options,
      device: backend,
      signal,
      onIteration: progress =>
        course.step(progress, () => showNow(snapshot(progress.parameters, settings.covarianceType))),
    });
    await showNow(model);
    return model;
  } finally {
    drawnRows.dispose();
  }
}

/** The parameters of an iteration as a model that can be asked for its posteriors. */
function snapshot(parameters: MixtureParameters, covarianceType: CovarianceName): GaussianMixture {
  return GaussianMixture.fromParameters(parameters, { covarianceType });
}
