import type { Rows } from '../backends/backend.js';
import { InvalidArgumentError } from '../errors.js';

/** @throws InvalidArgumentError unless blocks is an integer ≥ 1 */
export function checkBlocks(blocks: number): void {
  if (Number.isInteger(blocks) && blocks >= 1) return;
  throw new InvalidArgumentError(`blocks must be an integer ≥ 1, got ${blocks}.`);
}

/** @throws InvalidArgumentError for more blocks than rows */
export function checkBlocksFit(blocks: number, { shape: [n] }: Rows): void {
  if (blocks <= n) return;
  throw new InvalidArgumentError(`blocks must be at most the number of rows, ${n}, got ${blocks}.`);
}
