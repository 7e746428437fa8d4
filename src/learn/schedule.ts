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
export const scheduledRate = (schedule: Schedule, epoch: number, epochs: number): number =>
  schedule === "cosine" ? (1 + Math.cos((Math.PI * epoch) / epochs)) / 2 : 1;
