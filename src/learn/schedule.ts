import { UsageError } from "../engine/index.js";
import { checkCount, describeValue } from "../parts/index.js";

/** How learning rates fall: by half a cosine to 0 over all epochs, or where the loss has stopped falling. */
export const schedules = ["plateau", "cosine"] as const;
export type Schedule = (typeof schedules)[number];

/**
 * Returns the factor of the learning rates in an epoch, besides that of `plateau`.
 *
 *     cosine:  ½ (1 + cos(π epoch/epochs))
 *
 * @see loshchilov2017
 */
export function scheduledRate(schedule: Schedule, epoch: number, epochs: number): number {
  checkCount("scheduledRate", "the number of epochs", epochs, 1);
  checkCount("scheduledRate", "the epoch", epoch, 0);
  if (schedule === "plateau") return 1;
  if (schedule === "cosine") return (1 + Math.cos((Math.PI * epoch) / epochs)) / 2;
  throw new UsageError(
    `scheduledRate: the schedule is ${describeValue(schedule)}; need one of ${schedules.join(", ")}.`,
  );
}
