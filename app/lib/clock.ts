// Time as an argument: whoever needs the hour is given a clock.
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `at` moved by `ms` milliseconds. */
export const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
