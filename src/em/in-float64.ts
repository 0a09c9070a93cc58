import type { Loaded } from '../contract/table.js';
import { NumericalError, UnmetError } from '../errors.js';

/** The same table in float64, where its own arithmetic may be what failed. */
export const afterRounding = async <T extends Loaded>(error: unknown, table: T): Promise<T | undefined> =>
  error instanceof NumericalError || error instanceof UnmetError
    ? (table.inFloat64?.() as Promise<T> | undefined)
    : undefined;

/** Do it with a table as it is; where its arithmetic fails, with the same table in float64. */
export async function orInFloat64<T extends Loaded, R>(
  table: T,
  work: (table: T) => R | Promise<R>,
): Promise<R> {
  try {
    return await work(table);
  } catch (error) {
    const exact = await afterRounding(error, table);
    if (!exact) throw error;
    return work(exact);
  }
}
