// A time in a format: milliseconds since 1970, up to the year 9999; 0 says "not stated".

/** 9999-12-31T23:59:59.999Z. */
export const MAX_TIME = 253_402_300_799_999;

/** RFC 3339 in UTC with milliseconds, such as `2026-11-23T08:50:00.123Z`. */
export function formatTime(millis: number): string {
  return new Date(millis).toISOString();
}

/** Reads a time as the HTTP API and this library write it; `null` for anything else. */
export function parseTime(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)) return null;
  const millis = Date.parse(text);
  return Number.isFinite(millis) && millis >= 0 && millis <= MAX_TIME ? millis : null;
}
