//! This machine's clock and time zone, which only the voice of the program may ask.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::codec::Time;

/// The time now, or nothing when the clock is set before 1970 or after 9999.
pub(super) fn now() -> Option<Time> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Time::from_millis(u64::try_from(since.as_millis()).ok()?).ok()
}

/// A time in this machine's zone with its offset: `2026-11-23 16:50:00.123 +08:00`.
pub(super) fn local(time: Time) -> Option<String> {
    let timestamp = Timestamp::from_millisecond(i64::try_from(time.millis()).ok()?).ok()?;
    Some(timestamp.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string())
}

/// A time in UTC, with local time behind it.
pub(super) fn both(time: Time) -> String {
    match local(time) {
        Some(local) => format!("{time} ({local})"),
        None => time.to_string(),
    }
}

/// A time as the HTTP API writes it (RFC 3339).
pub(super) fn parse(text: &str) -> Option<Time> {
    let timestamp = text.parse::<Timestamp>().ok()?;
    Time::from_millis(u64::try_from(timestamp.as_millisecond()).ok()?).ok()
}
