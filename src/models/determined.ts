import type { Statistics } from '../statistics.js';

/** Statistics, of which the components that their rounding leaves open are asked for again in float64. */
export async function determined<S extends Statistics>(
  ask: (exact?: number[]) => Promise<S>,
  doubtful: (statistics: S) => number[] | undefined,
): Promise<S> {
  const statistics = await ask();
  const exact = doubtful(statistics) ?? [];
  return exact.length === 0 ? statistics : ask(exact);
}
