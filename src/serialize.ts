import type { StopReason } from './em/convergence.js';
import { EmError, ModelFormatError } from './errors.js';
import { flat, type Numbers } from './init/given-parameters.js';
import { inWords } from './numbers.js';

export const FORMAT = 'webgpu-em/model';
export const VERSION = 1;

/** What all model files begin with. Version 1 may gain members, none of which a reader needs. */
export interface ModelJson<Model extends string> {
  format: typeof FORMAT;
  version: typeof VERSION;
  model: Model;
  /** What the columns of the rows are called, in their order. */
  columns?: string[];
}

/** How a fit went, as files keep it. */
export interface RunJson {
  nIter: number;
  converged: boolean;
  stopReason: StopReason;
  device: string;
  adapter: string;
}

/** The same, with the log-likelihood: total, in nats. */
export type FitJson = RunJson & { logLikelihood: number };

const STOP_REASONS = ['tolerance', 'maxIter', 'aborted', 'failed'] as const satisfies readonly StopReason[];

/** The members that all model files begin with. */
export function modelHeader<Model extends string>(
  model: Model,
  columns: readonly string[] | undefined,
): ModelJson<Model> {
  return { format: FORMAT, version: VERSION, model, ...(columns && { columns: [...columns] }) };
}

/** Row-major numbers as nested arrays of the given shape. */
export function nest(values: Float64Array, shape: readonly number[]): Numbers {
  if (shape.length <= 1) return Array.from(values);
  const [count, ...rest] = shape;
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => nest(values.subarray(i * size, (i + 1) * size), rest));
}

/** What kind of model a file says it holds. @throws ModelFormatError for another format or version */
export function modelIn(json: unknown): string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ModelFormatError(`A model file holds one JSON object, of format "${FORMAT}"; this is none.`);
  }
  const { format, version, model } = json as { format?: unknown; version?: unknown; model?: unknown };
  if (format !== FORMAT) {
    throw new ModelFormatError(`Expected a model file of format "${FORMAT}", got ${inWords(format)}.`);
  }
  if (version !== VERSION) {
    const advice = typeof version === 'number' && version > VERSION ? ' Try a newer webgpu-em.' : '';
    throw new ModelFormatError(
      `Expected a model file of version ${VERSION}, got version ${inWords(version)}.${advice}`,
    );
  }
  if (typeof model !== 'string') {
    throw new ModelFormatError(`Expected the name of a model, got ${inWords(model)}.`);
  }
  return model;
}

/**
 * What `read` makes of a model file. Time and memory are bounded by the text that the file was: sizes that it declares
 * are compared with the numbers it holds before anything is made of them.
 *
 * @param required members without which it is no such model
 * @throws ModelFormatError for another format, a newer version, another kind of model, or members that are missing or
 *   do not fit each other
 */
export function readModelFile<T>(
  json: unknown,
  model: string,
  required: readonly string[],
  read: (file: Members) => T,
): T {
  const got = modelIn(json);
  if (got !== model) throw new ModelFormatError(`Expected a "${model}" model, got ${inWords(got)}.`);
  const file = new Members(json as object);
  const missing = required.filter(name => !file.has(name));
  if (missing.length > 0) throw new ModelFormatError(`The model file lacks ${missing.join(', ')}.`);
  try {
    return read(file);
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    throw new ModelFormatError(`The model file is broken: ${cause.message}`, { cause });
  }
}

/** The members of an object in a file, each asked for as what it must be. */
export class Members {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(
    values: object,
    /** Begins the names of members in messages. */
    readonly path = '',
  ) {
    this.#values = values as Record<string, unknown>;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  /** An integer from `least` to `most`. */
  count(name: string, { least = 1, most = Number.MAX_SAFE_INTEGER } = {}): number {
    const value = this.#get(name);
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    const range = most === Number.MAX_SAFE_INTEGER ? `≥ ${least}` : `from ${least} to ${most}`;
    throw this.#expected(name, `an integer ${range}`);
  }

  number(name: string): number {
    const value = this.#get(name);
    if (Number.isFinite(value)) return value as number;
    throw this.#expected(name, 'a number');
  }

  flag(name: string): boolean {
    const value = this.#get(name);
    if (typeof value === 'boolean') return value;
    throw this.#expected(name, 'true or false');
  }

  text(name: string): string {
    const value = this.#get(name);
    if (typeof value === 'string') return value;
    throw this.#expected(name, 'text');
  }

  choice<Name extends string>(name: string, names: readonly Name[]): Name {
    const value = this.#get(name);
    const found = names.find(known => known === value);
    if (found !== undefined) return found;
    throw this.#expected(name, `one of ${names.join(', ')}`);
  }

  /** Finite numbers, nested as `shape` says, or flat. */
  numbers(name: string, shape: number[]): Float64Array {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.#expected(name, `numbers of shape [${shape.join(', ')}]`);
    return flat(this.path + name, value, shape);
  }

  /** Texts, `length` of them. */
  names(name: string, length: number): string[] {
    const value = this.#get(name);
    const isNames = Array.isArray(value) && value.every(entry => typeof entry === 'string');
    if (isNames && value.length === length) return value;
    throw this.#expected(name, `${length} names`);
  }

  /** The same of a member that may be absent. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  list(name: string): unknown[] {
    const value = this.#get(name);
    if (Array.isArray(value)) return value;
    throw this.#expected(name, 'a list');
  }

  object(name: string): Members {
    const value = this.#get(name);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Members(value, `${this.path}${name}.`);
    }
    throw this.#expected(name, 'an object');
  }

  /** How the fit went, where the file says so; `objective` is what was maximised. */
  fit<Objective extends string>(objective: Objective) {
    return this.optional('fit', name => {
      const fit = this.object(name);
      const value = fit.number(objective);
      return {
        ...({ [objective]: value } as { [name in Objective]: number }),
        nIter: fit.count('nIter', { least: 0 }),
        converged: fit.flag('converged'),
        stopReason: fit.choice('stopReason', STOP_REASONS),
        device: fit.text('device'),
        adapter: fit.text('adapter'),
        history: [value],
        notes: [],
      };
    });
  }

  /** null is as good as nothing: JSON writes numbers that are not finite so. */
  #get(name: string): unknown {
    return (Object.hasOwn(this.#values, name) ? this.#values[name] : undefined) ?? undefined;
  }

  #expected(name: string, what: string): ModelFormatError {
    return new ModelFormatError(`${this.path}${name} must be ${what}, got ${inWords(this.#get(name))}.`);
  }
}
