import type { Loaded } from '../contract/table.js';
import { AbortedError, EmError, InvalidArgumentError, NumericalError } from '../errors.js';
import type { Model, Note } from '../models/model.js';
import { alternate, Trail } from './alternation.js';
import { exact } from './e-step/exact.js';
import type { EmOptions, Fit } from './fit.js';
import { afterRounding } from './in-float64.js';

/**
 * Alternate E- and M-steps until told to stop, from parameters, or from a fit: that goes on where it stopped, to the same
 * bits as if it never had, on the same table with the same rules. `maxIter` counts the M-steps of this call.
 *
 * Where the arithmetic of float32 rows fails, the fit goes on with the same rows in float64, and a note `precision` says so:
 * see `emFrom`. An error carries the last good fit as `lastGood`.
 * @throws LikelihoodDecreasedError, DegenerateCovarianceError, AbortedError (before the first E-step only)
 */
export async function em<P, T extends Loaded>(
  model: Model<P, T>,
  from: P | Fit<P>,
  table: T,
  options: EmOptions<P> = {},
): Promise<Fit<P>> {
  return (await emFrom(model, () => from, table, options)).fit;
}

/** A fit, and the table that it ended with. */
export interface Fitted<P, T> {
  readonly fit: Fit<P>;
  readonly table: T;
}

/**
 * EM from a start that is made of the rows. Where the arithmetic of float32 rows fails, the fit goes on from its last good
 * parameters with the same rows in float64; where that fails too, or there are none, it begins again there, and is what the
 * CPU finds.
 *
 * @throws as `em`; what fails in float64 too, as it fails there
 */
export async function emFrom<P, T extends Loaded>(
  model: Model<P, T>,
  startOf: (table: T) => P | Fit<P> | Promise<P | Fit<P>>,
  table: T,
  options: EmOptions<P>,
): Promise<Fitted<P, T>> {
  check(options);
  let begun: Trail<P> | undefined;
  try {
    begun = Trail.from(await startOf(table));
    return { fit: await alternate(model, begun, table, options), table };
  } catch (error) {
    const inFloat64 = await afterRounding(error, table);
    if (!inFloat64) throw error;
    return moved(model, begun?.again(), startOf, inFloat64, options, error as NumericalError);
  }
}

/** The fit that failed, in float64. */
async function moved<P, T extends Loaded>(
  model: Model<P, T>,
  resumed: Trail<P> | undefined,
  startOf: (table: T) => P | Fit<P> | Promise<P | Fit<P>>,
  table: T,
  options: EmOptions<P>,
  failure: NumericalError,
): Promise<Fitted<P, T>> {
  const run = async (trail: Trail<P>, how: string) => {
    trail.notes.set('precision', movedNote(how, failure));
    return { fit: await alternate(model, trail, table, options), table };
  };
  try {
    if (resumed) return await run(resumed, 'went on');
  } catch (error) {
    if (!(error instanceof NumericalError)) throw withLastGood(error, failure);
  }
  try {
    return await run(Trail.from(await startOf(table)), 'began again');
  } catch (error) {
    throw withLastGood(error, failure);
  }
}

function withLastGood(error: unknown, { lastGood }: EmError): unknown {
  if (error instanceof EmError) error.lastGood ??= lastGood;
  return error;
}

const movedNote = (how: string, { message }: EmError): Note => ({
  kind: 'precision',
  message: `float32 was too coarse for this fit, which ${how} in float64 on the CPU. What failed: ${message}`,
});

function check<P>({ eStep: rule = exact, accelerate, signal }: EmOptions<P>): void {
  if (accelerate && (!rule.monotone || rule.stride)) {
    throw new InvalidArgumentError(
      `accelerate needs an E-step rule of all rows whose objective never falls, got ${rule.name}.`,
    );
  }
  if (signal?.aborted) {
    throw new AbortedError('Aborted before the first E-step: there is no model to hand back yet.');
  }
}
