//! Spans of time as people write them: `30d`, `12h`, `45m`, `10s`.

use crate::codec::parse_decimal;

const UNITS: [(&str, u64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
/// Ten years: nobody means more.
const MAX: u64 = 3_650 * 86_400_000;

/// Milliseconds, ten years at most.
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let wrong = || "a whole number with d, h, m or s, such as 30d; 3650d at most".to_owned();
    let (unit, millis) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or_else(wrong)?;
    let count = parse_decimal(text.strip_suffix(unit).unwrap_or_default()).map_err(|_| wrong())?;
    count.checked_mul(*millis).filter(|span| *span <= MAX).ok_or_else(wrong)
}

/// In the largest unit that gives a whole number.
pub(super) fn show(millis: u64) -> String {
    let unit = UNITS.iter().find(|(_, unit)| millis > 0 && millis.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{millis} ms"), |(name, unit)| format!("{} {name}", millis / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        assert_eq!(parse("30d"), Ok(30 * 86_400_000));
        assert_eq!(parse("0s"), Ok(0));
        assert_eq!((parse("12h"), parse("45m")), (Ok(43_200_000), Ok(2_700_000)));
        for wrong in ["", "d", "30", "-1d", "+1d", "01d", "1.5h", "3651d", "1w", "30D", "99999999999999999999s"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        let shown = [show(0), show(1), show(1_000), show(90_000), show(7_200_000), show(172_800_000)];
        assert_eq!(shown, ["0 ms", "1 ms", "1 s", "90 s", "2 h", "2 d"]);
    }
}
