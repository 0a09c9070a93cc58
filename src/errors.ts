/**
 * One class per cause. A message says what is wrong, what was expected, what was got and what to try,
 * in one line, so that it can be shown to a person as it is.
 */

/** The root of every error this library throws on purpose. */
export abstract class EmError extends Error {
  /** The class by name, written out, so that it survives a minifier. */
  abstract override readonly name: string;
  /** A stable name for programs; the message is for people. */
  abstract readonly code: string;
  /**
   * The last good model, where a fit failed after it had one: whatever the caller of that layer calls a
   * model (parameters in the core, a `GaussianMixture` in the estimators).
   */
  lastGood?: unknown;
}

/** An option or argument has a value that cannot be used. */
export class InvalidArgumentError extends EmError {
  override readonly name = 'InvalidArgumentError';
  readonly code = 'invalid-argument';
}

/** No posterior meets what an argument asks for, such as bounds on the mass of a component. */
export class UnmetError extends EmError {
  override readonly name = 'UnmetError';
  readonly code = 'unmet';
}

/** The rows cannot be used: ragged, not finite, of the wrong length or number of columns. */
export class InvalidDataError extends EmError {
  override readonly name = 'InvalidDataError';
  readonly code = 'invalid-data';
}

/** A file cannot be read as what it claims to be. */
export class FileFormatError extends EmError {
  override readonly name = 'FileFormatError';
  readonly code = 'file-format';
}

/** A model file is broken, of another kind, or newer than this version. */
export class ModelFormatError extends EmError {
  override readonly name = 'ModelFormatError';
  readonly code = 'model-format';
}

/** Numbers came out that cannot be: of float32 perhaps where float64 has none of the kind. */
export abstract class NumericalError extends EmError {
  override readonly name: string = 'NumericalError';
}

/** A covariance matrix is not positive definite. */
export class DegenerateCovarianceError extends NumericalError {
  override readonly name = 'DegenerateCovarianceError';
  readonly code = 'degenerate-covariance';
  /** @param column where it has no variance, from 0, if that is a matter of one */
  constructor(
    message: string,
    readonly column?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The log-likelihood fell by more than rounding explains: the engine, not the data, is wrong. */
export class LikelihoodDecreasedError extends NumericalError {
  override readonly name = 'LikelihoodDecreasedError';
  readonly code = 'likelihood-decreased';
  constructor(
    readonly previous: number,
    readonly current: number,
    iteration: number,
  ) {
    super(
      `The log-likelihood fell from ${previous} to ${current} at iteration ${iteration}, more than rounding explains. ` +
        "Try device: 'cpu' (float64); if it falls there too, please report it with the data.",
    );
  }
}

/** A sequence that a hidden Markov model cannot produce, because of probabilities of 0. */
export class ImpossibleSequenceError extends NumericalError {
  override readonly name = 'ImpossibleSequenceError';
  readonly code = 'impossible-sequence';

  /** @param place the sequence, and its row from which on no path is possible, where they are known; both count from 0 */
  constructor(
    message: string,
    readonly place?: { readonly sequence: number; readonly row: number },
  ) {
    super(message);
  }

  static of(sequence: number, row: number): ImpossibleSequenceError {
    return new ImpossibleSequenceError(
      `Sequence ${sequence} is impossible from its row ${row} on: every path to it has probability 0 (both count from 0). Try an initialProbs, transitionMatrix or emission with fewer zeros.`,
      { sequence, row },
    );
  }
}

/** Something that must be finite came back from a device as NaN or infinity. */
export class NonFiniteError extends NumericalError {
  override readonly name = 'NonFiniteError';
  readonly code = 'non-finite';
}

/** The caller's signal was raised before there was a model to hand back. Its name is the one that aborted fetches have. */
export class AbortedError extends EmError {
  override readonly name = 'AbortError';
  readonly code = 'aborted';
}

/** The device asked for is not there. */
export class DeviceUnavailableError extends EmError {
  override readonly name = 'DeviceUnavailableError';
  readonly code = 'device-unavailable';
}

/** The device went away, or refused an allocation or a shader. */
export class DeviceError extends EmError {
  override readonly name = 'DeviceError';
  readonly code = 'device';
}
