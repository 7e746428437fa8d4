/** Returns a time in a message, with at most 12 significant digits: 3.05, not 3.0500000000000003. */
export const timeText = (time: number): string => String(Number(time.toPrecision(12)));
