import type { MatchColumns } from '../data/csv.js';
import { FileFormatError, InvalidDataError } from '../errors.js';
import { list, quote } from '../quote.js';

/**
 * Finds the columns that a model was fitted to among those of a table, by their names, and puts them in its order.
 * Columns that it does not know are left out, with a note. Without names, and where a person chose as many others,
 * columns are taken in their order, with a note too.
 *
 * @param model the columns of the model; undefined where nobody named them: the table's are taken as they are
 * @param options `columns`: whether a person chose the columns
 * @throws InvalidDataError for a column that is missing
 */
export function matching(
  model: readonly string[] | undefined,
  { columns: asked }: { readonly columns?: readonly string[] },
): MatchColumns | undefined {
  if (!model) return undefined;
  return (chosen, names, hasNames, note) => {
    const words = chosen.map(column => names[column]);
    const inOrder = () => note(`columns ${list(words)} are taken as ${list(model)}, in this order`);
    if (words.length === model.length && words.every((word, j) => word === model[j])) return chosen;
    const places = model.map(name => chosen.filter(column => hasNames && names[column] === name));
    const missing = model.find((_, j) => places[j].length === 0);
    if (missing === undefined) {
      const twice = model.find((_, j) => places[j].length > 1);
      if (twice !== undefined) {
        throw new FileFormatError(
          `The header names column ${quote(twice)} more than once. Try to rename one.`,
        );
      }
      const extra = words.filter(word => !model.includes(word));
      if (extra.length > 0) note(`columns that the model does not know are left out: ${list(extra)}`);
      return places.map(([column]) => column);
    }
    const isRenamed = asked && words.every((word, j) => word === model[j] || !model.includes(word));
    if (words.length === model.length && (isRenamed || !hasNames)) {
      inOrder();
      return chosen;
    }
    if (hasNames && names.includes(missing)) {
      throw new InvalidDataError(
        `Column ${quote(missing)}, which the model takes (${list(model)}), is not among the chosen ones (${list(words)}).`,
      );
    }
    throw new InvalidDataError(
      hasNames
        ? `There is no column ${quote(missing)}, which the model takes (${list(model)}); the file has ${list(names)}. Try --columns with those that stand for them, in this order.`
        : `The model takes ${model.length} columns (${list(model)}), got ${words.length} without names. Try --columns with the positions of those, in this order.`,
    );
  };
}
