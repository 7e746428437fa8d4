/** What the generators make, and what comes of it. */

/** Names of the generators, as `--only` takes them. */
export const kinds = ["experiments", "csv", "yaml", "safetensors", "checkpoints"] as const;
export type Kind = (typeof kinds)[number];

/** Files in an empty folder, and a command that is run there. */
export interface Case {
  readonly kind: Kind;
  /** The seed that makes this case again. */
  readonly seed: number;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly args: readonly string[];
}

/** How a command ended. */
export interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The text of `states.csv`; null: there is none. */
  readonly states: string | null;
  readonly seconds: number;
}

/** A generator makes a case of a seed. */
export type Generator = (seed: number) => Case;
