import {
  type Backend,
  type CovarianceName,
  cpu,
  type FitProgress,
  type FittedGaussianMixture,
  GaussianMixture,
  type GaussianMixtureOptions,
  type Matrix,
  type MixtureParameters,
} from '../../src/index.js';
import { nextFrame, nextTask } from './frames.js';
import { Throughput } from './throughput.js';

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
export interface FitView {
  readonly model: GaussianMixture;
  /** [drawn rows, K] posterior probabilities of the drawn rows */
  readonly responsibilities: Float64Array;
  /** Log-likelihoods of each start so far. */
  readonly histories: readonly (readonly number[])[];
  readonly rowsPerSecond: number | undefined;
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

/** How long a step stays on screen when it is to be watched, and how often a fast fit is shown, in ms. */
const WATCHED_STEP = 60;
const BETWEEN_PICTURES = 100;

/** Fit, and show the fit on the way. Resolves with the fitted model, also when the signal stopped it. */
export async function runFit(job: FitJob): Promise<FittedGaussianMixture> {
  const { points, drawn, settings, backend, signal, show } = job;
  const { watch, ...options } = settings;
  const histories: number[][] = [];
  const throughput = new Throughput(points.shape[0]);
  const drawnRows = await cpu().load(drawn);
  let shownAt = Number.NEGATIVE_INFINITY;

  const showNow = async (model: GaussianMixture) => {
    const responsibilities = await model.predictProba(drawnRows);
    show({ model, responsibilities, histories, rowsPerSecond: throughput.rowsPerSecond });
    shownAt = performance.now();
  };
  const onIteration = async ({ restart, iteration, logLikelihood, parameters }: FitProgress) => {
    throughput.stop(iteration);
    histories[restart] = [...(histories[restart] ?? []), logLikelihood];
    const sinceShown = performance.now() - shownAt;
    if (watch || sinceShown > BETWEEN_PICTURES) {
      if (watch && sinceShown < WATCHED_STEP && !signal.aborted) await nextTask(WATCHED_STEP - sinceShown);
      await showNow(snapshot(parameters, settings.covarianceType));
      await nextFrame();
    }
    throughput.resume();
  };

  try {
    const model = await GaussianMixture.fit(points, { ...options, device: backend, signal, onIteration });
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
