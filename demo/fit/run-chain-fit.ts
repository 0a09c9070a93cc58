import {
  type Backend,
  type ChainParameters,
  type FittedHiddenMarkovModel,
  type Forecast,
  HiddenMarkovModel,
  type HiddenMarkovModelOptions,
  type Rows,
} from '../../src/index.js';
import type { Series } from '../data/series.js';
import { Course, type Progressed } from './course.js';

export type ChainEmission = 'gaussian' | 'poisson';

/** What a person chose. */
export type ChainSettings = Required<
  Pick<HiddenMarkovModelOptions, 'nStates' | 'nInit' | 'tol' | 'maxIter' | 'seed'>
> & {
  readonly emission: ChainEmission;
  readonly init: 'mixture' | 'random';
  /** Hold each iteration long enough to be seen. */
  readonly watch: boolean;
};

/** A fit at a moment, to be shown. */
export interface ChainView extends Progressed {
  readonly model: HiddenMarkovModel;
  /** [n] the most probable path; absent while finding it would hold up the fit */
  readonly states?: Uint32Array;
}

export interface ChainJob {
  readonly series: Series;
  readonly settings: ChainSettings;
  readonly backend: Backend;
  readonly signal: AbortSignal;
  readonly show: (view: ChainView) => void;
}

export interface ChainFit {
  readonly model: FittedHiddenMarkovModel;
  /** the step after the last */
  readonly forecast: Forecast;
}

/** Series up to this long are decoded at every picture. */
const DECODED_ON_THE_WAY = 20_000;

/** Fit, decode, and show both on the way. Resolves with the fitted model, also when the signal stopped it. */
export async function runChainFit(job: ChainJob): Promise<ChainFit> {
  const { series, settings, backend, signal, show } = job;
  const { watch, ...options } = settings;
  const n = series.values.length;
  const course = new Course(n, watch, signal);
  const rows = await backend.load({ data: series.values, shape: [n, 1] });

  const showDecoded = async (model: HiddenMarkovModel) =>
    show({ model, states: (await model.decode(rows)).states, ...course.progressed });
  const onTheWay = (parameters: ChainParameters) => {
    const model = HiddenMarkovModel.fromParameters(parameters, { emission: settings.emission });
    return n <= DECODED_ON_THE_WAY ? showDecoded(model) : show({ model, ...course.progressed });
  };

  try {
    const model = await HiddenMarkovModel.fit(rows, {
      ...options,
      device: backend,
      signal,
      onIteration: progress => course.step(progress, () => onTheWay(progress.parameters)),
    });
    await showDecoded(model);
    return { model, forecast: await next(model, rows) };
  } finally {
    rows.dispose();
  }
}

async function next(model: HiddenMarkovModel, rows: Rows): Promise<Forecast> {
  const [forecast] = await model.forecast(rows, 1);
  return forecast;
}
