/** A shape, axis or dtype does not fit; the message names the operation, what was given and what is needed. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/**
 * A number went wrong: not positive definite, singular, out of range, or not finite. The message names the
 * operation of the engine; `words` say the same in a sentence for people who do not know of operations.
 */
export class NumericError extends Error {
  override readonly name = "NumericError";
  readonly words: string;
  /** A matrix has no inverse. */
  readonly singular: boolean;

  constructor(message: string, words = message, singular = false) {
    super(message);
    this.words = words;
    this.singular = singular;
  }
}

/** A worker thread has ended. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}

/** The engine was used in a way that it cannot serve: released memory, a value read while capturing. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Tensors and programs do not fit into the memory of the engine; `words` say it without the engine's terms. */
export class MemoryError extends UsageError {
  readonly words: string;

  constructor(message: string, words: string) {
    super(message);
    this.words = words;
  }
}
