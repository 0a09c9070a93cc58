import type { Loaded } from '../../contract/table.js';
import { InvalidArgumentError } from '../../errors.js';
import { checkInteger } from '../../numbers.js';

/** @throws InvalidArgumentError unless blocks is an integer ≥ 1 */
export function checkBlocks(blocks: number): void {
  checkInteger('blocks', blocks, 1);
}

/** @throws InvalidArgumentError for more blocks than rows */
export function checkBlocksFit(blocks: number, { shape: [n] }: Loaded): void {
  if (blocks <= n) return;
  throw new InvalidArgumentError(`blocks must be at most the number of rows, ${n}, got ${blocks}.`);
}
