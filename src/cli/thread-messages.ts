/** What the main thread and the thread of the command tell each other. */

/** What the thread of a command starts with. */
export interface CommandData {
  readonly argv: readonly string[];
  /** [1]; 1: the user asked to stop. */
  readonly stop: Int32Array<SharedArrayBuffer>;
  /** The width of the terminal; undefined: there is none. */
  readonly columns: number | undefined;
}

/** What a command says at its end, where it has no time to say it itself. */
export interface LastWords {
  readonly stdout: string;
  readonly stderr: string;
}

/** What the thread of a command tells the main thread. */
export type CommandMessage =
  /** It stops by itself when it is asked to. */
  | { readonly kind: "watching"; readonly words: LastWords }
  | { readonly kind: "released" }
  | { readonly kind: "ended"; readonly code: number };
