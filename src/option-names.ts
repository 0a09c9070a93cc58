import { InvalidArgumentError } from './errors.js';

/** @throws InvalidArgumentError for a misspelt option, which would otherwise be a silent default */
export function checkOptionNames(options: object, known: Iterable<string>): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`Expected options as an object, got ${String(options)}.`);
  }
  const names = [...known];
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new InvalidArgumentError(`Unknown option ${name}; the options are ${names.join(', ')}.`);
    }
  }
}
