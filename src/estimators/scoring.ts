import type { DeviceChoice } from '../backends/choose.js';
import type { Posterior } from '../contract/posterior.js';
import type { Rows } from '../contract/table.js';
import type { Columns } from '../data/columns.js';
import { AbortedError, InvalidArgumentError, NonFiniteError } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { backendFor } from './fitting.js';
import { checkPoints, type Points, withRows } from './points.js';

export interface UseOptions {
  /** Default: the device of the fit, or 'auto' for a model from a file. */
  device?: DeviceChoice;
  signal?: AbortSignal;
}

const USE_OPTIONS: ReadonlySet<string> = new Set(['device', 'signal'] satisfies (keyof UseOptions)[]);

/** A fitted model, as far as scoring rows with it goes. */
export interface Scorer {
  readonly nComponents: number;
  readonly nFeatures: number;
  readonly device: DeviceChoice;
  /** What rows are rounded by, so that what one scores does not depend on the others. */
  readonly units?: Columns;
  posterior(rows: Rows, options: { responsibilities: boolean }): AsyncIterable<Posterior>;
}

/** [n] the most probable component of each row; ties go to the smaller index. */
export const labels = (scorer: Scorer, points: Points, options?: UseOptions): Promise<Uint32Array> =>
  collect(
    scorer,
    points,
    options,
    false,
    n => new Uint32Array(n),
    (out, p) => out.set(p.labels, p.begin),
  );

/** [n, K] posterior probabilities, row-major. */
export const probabilities = (
  scorer: Scorer,
  points: Points,
  options?: UseOptions,
): Promise<Float64Array> => {
  const k = scorer.nComponents;
  return collect(
    scorer,
    points,
    options,
    true,
    n => new Float64Array(n * k),
    (out, p) => out.set(p.responsibilities as Float64Array, p.begin * k),
  );
};

/** [n] log p(x_i), nats. */
export const logDensities = (scorer: Scorer, points: Points, options?: UseOptions): Promise<Float64Array> =>
  collect(
    scorer,
    points,
    options,
    false,
    n => new Float64Array(n),
    (out, p) => out.set(p.logDensities, p.begin),
  );

/** Sums over rows: log p(x_i); and, where responsibilities are asked for, log max_k r_ik. */
export interface Totals {
  logLikelihood: number;
  logCertainty: number;
  n: number;
}

export const totals = (
  scorer: Scorer,
  points: Points,
  options: UseOptions | undefined,
  responsibilities: boolean,
): Promise<Totals> => {
  const k = scorer.nComponents;
  return collect(
    scorer,
    points,
    options,
    responsibilities,
    () => ({ logLikelihood: 0, logCertainty: 0, n: 0 }),
    (out, p) => {
      out.n += p.labels.length;
      p.labels.forEach((label, i) => {
        out.logLikelihood += p.logDensities[i];
        if (p.responsibilities) out.logCertainty += Math.log(p.responsibilities[i * k + label]);
      });
    },
  );
};

/** Run the posterior over all points and gather it chunk by chunk. */
async function collect<T>(
  scorer: Scorer,
  points: Points,
  { device = scorer.device, signal, ...rest }: UseOptions = {},
  responsibilities: boolean,
  create: (n: number) => T,
  gather: (out: T, posterior: Posterior) => void,
): Promise<T> {
  checkOptionNames(rest, USE_OPTIONS);
  const checked = checkPoints(points);
  if (checked.shape[1] !== scorer.nFeatures) {
    throw new InvalidArgumentError(
      `The model has ${scorer.nFeatures} features, the points have ${checked.shape[1]}.`,
    );
  }
  const asked = device === scorer.device ? undefined : device;
  const { backend } = await backendFor(checked, asked, scorer.device);
  return withRows(
    checked,
    backend,
    async rows => {
      const out = create(rows.shape[0]);
      for await (const posterior of scorer.posterior(rows, { responsibilities })) {
        if (signal?.aborted) throw new AbortedError('Aborted while the rows were being scored.');
        gather(out, checkDensities(posterior));
      }
      return out;
    },
    scorer.units,
  );
}

/** @throws NonFiniteError for a row that no component's density reaches: it has no posterior */
function checkDensities(posterior: Posterior): Posterior {
  const bad = posterior.logDensities.findIndex(density => !Number.isFinite(density));
  if (bad < 0) return posterior;
  throw new NonFiniteError(
    `Row ${posterior.begin + bad} is so far from every component that float64 cannot hold its log density. Try leaving it out, if it is a fill value.`,
  );
}
