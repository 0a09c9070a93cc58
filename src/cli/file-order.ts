import type { NpyArray } from '../data/npy.js';
import type { RowNames } from './output.js';

/** Lines about rows that were read. */
interface Lines {
  readonly array: NpyArray;
  readonly names?: RowNames;
}

/**
 * Lines in the order of the file's rows, where reading has brought rows together that were apart.
 *
 * @param rows [n] which row of the file each is
 */
export function inFileOrder({ array, names }: Lines, rows: Uint32Array | undefined): Lines {
  if (!rows?.some((row, i) => row < rows[i - 1])) return { array, names };
  const order = Uint32Array.from(rows.keys()).sort((a, b) => rows[a] - rows[b]);
  const [, width = 1] = array.shape;
  const data = array.data.slice();
  order.forEach((line, i) => {
    data.set(array.data.subarray(line * width, (line + 1) * width), i * width);
  });
  return {
    array: { data, shape: array.shape },
    names: names && { ...names, values: Array.from(order, line => names.values[line]) },
  };
}
