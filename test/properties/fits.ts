import type { Backend, EmError, Note } from '../../src/index.js';
import { type Findings, figure, TIGHT } from './findings.js';
import { attempt } from './mixtures.js';
import type { Backends } from './property.js';

/** A fitted model of any kind, as far as the properties of fits go. */
export interface Fitted {
  readonly fitInfo: {
    readonly history: readonly number[];
    readonly notes?: readonly Note[];
    readonly device: string;
  };
}

/**
 * A fit fails on WebGPU only where it fails on the CPU, and there only where `refuses` says so; no objective falls.
 *
 * @param falls what a step's objective may fall by besides rounding, nats; undefined where it may fall
 * @returns the CPU's
 */
export async function checkFits<T extends Fitted>(
  fit: (device: Backend) => Promise<T>,
  { cpu, gpu }: Backends,
  findings: Findings,
  { n, refuses, falls }: { n: number; refuses?: (error: EmError) => boolean; falls: number | undefined },
): Promise<T | undefined> {
  const right = await attempt(() => fit(cpu));
  const found = gpu && (await attempt(() => fit(gpu)));
  if (right.error) {
    if (refuses?.(right.error)) findings.refused = right.error.name;
    else findings.fail(`fit fails (CPU, ${right.error.name})`, right.error.message);
    return undefined;
  }
  if (found?.error) findings.fail(`fit fails (WebGPU alone, ${found.error.name})`, found.error.message);
  for (const { kind } of found?.value?.fitInfo.notes ?? []) findings.seen.add(kind);
  for (const model of [right.value, found?.value]) {
    if (model && falls !== undefined) checkHistory(model.fitInfo, n, falls, findings);
  }
  return right.value;
}

/** Objectives are numbers, and fall by no more than `falls` and what rounding of n rows explains. */
function checkHistory(
  { history, device }: Fitted['fitInfo'],
  n: number,
  falls: number,
  findings: Findings,
): void {
  for (const [i, objective] of history.entries()) {
    findings.holds(`objective (${device})`, Number.isFinite(objective), () => `${objective} in step ${i}`);
    if (i === 0) continue;
    const [before, fall] = [history[i - 1], history[i - 1] - objective];
    const exactly = device === 'cpu' ? 1e-4 : 1;
    const most = falls + exactly * (TIGHT.rel * Math.abs(before) + TIGHT.abs * n);
    findings.holds(`objective falls (${device})`, fall <= most, () => {
      return `from ${before} by ${figure(fall)} in step ${i}, where ${figure(most)} is allowed`;
    });
  }
}
