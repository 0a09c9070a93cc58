import { EmError, LikelihoodDecreasedError } from '../../src/errors.js';
import { createRng } from '../../src/numerics/rng.js';
import type { FuzzKind } from './kind.js';
import { checkWords, Wrong } from './words.js';

/** What one input may cost. */
const MOST = { seconds: 2, bytes: 256 * 2 ** 20 };

export interface CaseResult {
  readonly index: number;
  readonly seconds: number;
  /** By how much the process's peak rose. */
  readonly bytes: number;
  /** The typed error's class; absent where the input was taken. */
  readonly refused?: string;
  readonly failure?: string;
}

/** Input number `index` of a seed, whichever others are made. */
export const inputOf = <S, I>(kind: FuzzKind<S, I>, seeds: readonly S[], seed: number, index: number): I =>
  kind.make(seeds, createRng(seed, index));

/** Take one input; anything but a right result or a typed error in few words, soon and in little memory, is a failure. */
export async function runCase<S, I>(
  kind: FuzzKind<S, I>,
  seeds: readonly S[],
  seed: number,
  index: number,
): Promise<CaseResult> {
  const input = inputOf(kind, seeds, seed, index);
  const peak = () => process.resourceUsage().maxRSS * 1024;
  const [began, busy, before] = [performance.now(), process.cpuUsage(), peak()];
  let refused: string | undefined;
  let failure: string | undefined;
  try {
    await kind.take(input);
  } catch (error) {
    if (error instanceof EmError) refused = error.name;
    failure = faultOf(error);
  }
  const { user, system } = process.cpuUsage(busy);
  // What other processes take is not the input's; nor is what the collector's threads do beside it.
  const seconds = Math.min((performance.now() - began) / 1e3, (user + system) / 1e6);
  const bytes = peak() - before;
  if (seconds > MOST.seconds) failure ??= `it took ${seconds.toFixed(1)} s`;
  if (bytes > MOST.bytes) failure ??= `it took ${Math.round(bytes / 2 ** 20)} MiB`;
  return { index, seconds, bytes, refused, failure };
}

/** What is wrong with what was thrown; undefined for a typed error whose message may be shown to a person. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof Wrong) return error.message;
  if (error instanceof LikelihoodDecreasedError) return error.message; // the engine's fault, not the input's
  if (!(error instanceof EmError)) return String((error as Error)?.stack ?? error).slice(0, 2000);
  try {
    checkWords(error.message);
    return undefined;
  } catch (fault) {
    return (fault as Error).message;
  }
}
