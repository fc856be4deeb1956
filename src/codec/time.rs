//! A time in a format: milliseconds since 1970, up to the year 9999, or not stated.

use std::fmt;

use jiff::{SignedDuration, civil};

use super::CodecError;

/// 9999-12-31T23:59:59.999Z.
const MAX_TIME: u64 = 253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z, at most to the end of the year 9999; 0 says "not stated". Shown as RFC 3339 in
/// UTC with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// No time is stated.
    pub const NOT_STATED: Self = Self(0);
    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(MAX_TIME);

    /// A time of so many milliseconds.
    ///
    /// # Errors
    ///
    /// [`CodecError::TimeTooLate`] after the year 9999.
    pub const fn from_millis(millis: u64) -> Result<Self, CodecError> {
        if millis <= MAX_TIME {
            Ok(Self(millis))
        } else {
            Err(CodecError::TimeTooLate { field: "time", value: millis })
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Reads a time just as it is shown: RFC 3339 in UTC with milliseconds, and no other spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shown: civil::DateTime = text.strip_suffix('Z')?.parse().ok()?;
        let since = shown.duration_since(civil::date(1970, 1, 1).at(0, 0, 0, 0));
        let time = Self::from_millis(u64::try_from(since.as_millis()).ok()?).ok()?;
        (time.to_string() == text).then_some(time)
    }

    /// Whether a time is stated at all.
    #[must_use]
    pub const fn is_stated(self) -> bool {
        self.0 != 0
    }
}

impl fmt::Display for Time {
    /// RFC 3339, such as `2026-11-23T08:50:00.123Z`. By calendar arithmetic, since jiff's `Timestamp` ends a day too early.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = i64::try_from(self.0).map(SignedDuration::from_millis).map_err(|_| fmt::Error)?;
        let shown = civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(since).map_err(|_| fmt::Error)?;
        write!(f, "{shown:.3}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_with_milliseconds() {
        let shown = |millis| Time::from_millis(millis).unwrap().to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(1_795_423_800_123), "2026-11-23T08:50:00.123Z");
        assert_eq!(shown(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(Time::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_are_read_just_as_they_are_shown() {
        for millis in [0, 1, 951_782_400_000, 1_795_423_800_123, MAX_TIME] {
            let time = Time::from_millis(millis).unwrap();
            assert_eq!(Time::parse(&time.to_string()), Some(time));
        }
        for wrong in [
            "",
            "Z",
            "2026-11-23T08:50:00Z",
            "2026-11-23T08:50:00.123",
            "2026-11-23T08:50:00.123z",
            "2026-11-23 08:50:00.123Z",
            "2026-11-23T08:50:00.1234Z",
            "2026-11-23T08:50:00.123+00:00",
            "1969-12-31T23:59:59.999Z",
            "2026-13-23T08:50:00.123Z",
        ] {
            assert_eq!(Time::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_time_is_after_the_year_9999() {
        assert_eq!(Time::from_millis(MAX_TIME), Ok(Time::MAX));
        assert!(Time::from_millis(MAX_TIME + 1).is_err());
    }
}
