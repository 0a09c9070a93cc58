import { AbsentError, type Peer } from '../peers/peer.js';
import type { Problem } from '../problem.js';

export type Method = 'open' | 'load' | 'run' | 'unload' | 'close';

export interface Request {
  readonly method: Method;
  readonly arguments: readonly unknown[];
}

/** What a peer elsewhere answers: a result, or why there is none. */
export type Answer = { result?: unknown } | { absent: string } | { error: string };

/** A problem whose data travel in a file of raw float32. */
export interface FiledProblem extends Omit<Problem, 'data'> {
  readonly file: string;
  readonly regCovar: number;
}

/** What the answer stands for. @throws AbsentError, Error */
export function resultOf(answer: Answer): unknown {
  if ('absent' in answer) throw new AbsentError(answer.absent);
  if ('error' in answer) throw new Error(answer.error);
  return answer.result;
}

/** Have `peer` do what the request asks, and never throw. `receive` is how problems arrive. */
export async function answer(
  peer: Peer,
  { method, arguments: [given] }: Request,
  receive: (problem: unknown) => Problem,
): Promise<Answer> {
  try {
    if (method === 'load') return { result: await peer.load(receive(given)) };
    if (method === 'run') return { result: await peer.run(given as number) };
    return { result: await peer[method]() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof AbsentError ? { absent: message } : { error: message };
  }
}
