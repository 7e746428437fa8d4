/** A problem that cannot be carried out as it is written; `key` is the place in it to change. */
export class SpecificationError extends Error {
  override readonly name = "SpecificationError";
  readonly key: string;
  /** The message without its key. */
  readonly reason: string;
  constructor(key: string, message: string) {
    super(`${key}: ${message}`);
    this.key = key;
    this.reason = message;
  }
}
