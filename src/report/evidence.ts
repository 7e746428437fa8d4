/** What the evidence of a method is called: only a likelihood is called one. */
import type { Loss } from "../problem/index.js";
import type { LearningOutput, RunOutput } from "../run/output.js";

interface EvidenceWords {
  /** What learning does with it. */
  readonly learnedBy: string;
  /** The loss of learning, before it is divided by the number of values. */
  readonly loss: string;
  /** The sum over the record by which starts of learning are compared, and its sign there. */
  readonly total: string;
  readonly sign: 1 | -1;
  /** Why there is no log-likelihood; null: there is one. */
  readonly missing: string | null;
}

export const evidenceWords: Readonly<Record<RunOutput["evidence"], EvidenceWords>> = {
  likelihood: {
    learnedBy: "climbing the gradient of the forecast log-likelihood",
    loss: "negative log-likelihood",
    total: "log-likelihood",
    sign: 1,
    missing: null,
  },
  composite: {
    learnedBy: "climbing the gradient of a composite likelihood",
    loss: "negative composite log-likelihood",
    total: "composite log-likelihood",
    sign: 1,
    missing:
      "The method has no likelihood of the record. It has a composite likelihood, the sum of the log-densities of the single values observed, which cannot be compared with the likelihoods of other methods.",
  },
  misfit: {
    learnedBy: "descending the gradient of the squared misfit of the forecasts",
    loss: "squared misfit",
    total: "squared misfit",
    sign: -1,
    missing:
      "The method has no likelihood of the record, because it knows no covariance of its forecasts.",
  },
};

/** Losses that are not the evidence of the method: what each is of, and how it is learned by. */
const stateLosses: Readonly<Record<Exclude<Loss, "likelihood">, string>> = {
  truth: "squared distance of the analyses from the truth",
  observations: "squared distance of the forecasts from what was then observed",
  corrected:
    "squared distance of the analyses from the observations, corrected for having used them",
};

/** What a loss of learning is called, and how it is learned by. */
export function lossWords(
  { loss = "likelihood" }: Pick<LearningOutput, "loss">,
  evidence: RunOutput["evidence"],
): Pick<EvidenceWords, "learnedBy" | "loss"> & { readonly ofWhat: string } {
  if (loss === "likelihood") {
    const ofWhat = " of the observations, each forecast from the ones before it";
    return { ...evidenceWords[evidence], ofWhat };
  }
  const words = stateLosses[loss];
  return { learnedBy: `descending the gradient of the ${words}`, loss: words, ofWhat: "" };
}
