//! Query strings, read strictly.
//!
//! Every value that a query can have here is a number or lower-case hex, so nothing is ever percent-encoded, and one
//! question has one spelling: an unknown, repeated or empty parameter, `+5`, `05`, upper-case hex and an odd length are
//! refused, where a lenient reader would answer another question than was asked.

use std::fmt::Display;
use std::str::FromStr;

use crate::api::ProblemKind;
use crate::codec::parse_decimal;

use super::refusal::Refusal;

/// Entries or checkpoints on a page when no limit is asked for.
pub(super) const PAGE: usize = 100;
/// The most that can be asked for.
pub(super) const PAGE_MAX: usize = 1000;

/// The parameters that nobody has asked for yet.
pub(super) struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    pub(super) fn parse(raw: Option<&'a str>) -> Result<Self, Refusal> {
        let mut parameters: Vec<(&str, &str)> = Vec::new();
        for part in raw.filter(|raw| !raw.is_empty()).into_iter().flat_map(|raw| raw.split('&')) {
            let (name, value) = part.split_once('=').ok_or_else(|| bad(format!("`{part}` is not name=value")))?;
            if parameters.iter().any(|(other, _)| *other == name) {
                return Err(bad(format!("`{name}` is given twice")));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    fn take(&mut self, name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|(other, _)| *other == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// A value as it stands.
    pub(super) fn word(&mut self, name: &str) -> Option<&'a str> {
        self.take(name)
    }

    /// A number without sign and leading zeros.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        self.take(name).map(|text| parse_decimal(text).map_err(|error| bad(format!("`{name}`: {error}")))).transpose()
    }

    /// A value that is written in hex: a digest, a key, a statement id.
    pub(super) fn hex<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        self.take(name).map(|text| text.parse().map_err(|error| bad(format!("`{name}`: {error}")))).transpose()
    }

    /// How many a page may have.
    pub(super) fn limit(&mut self) -> Result<usize, Refusal> {
        let Some(limit) = self.number("limit")? else { return Ok(PAGE) };
        usize::try_from(limit)
            .ok()
            .filter(|limit| (1..=PAGE_MAX).contains(limit))
            .ok_or_else(|| bad(format!("`limit` is 1 to {PAGE_MAX}")))
    }

    /// Refuses what was not asked for.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(bad(format!("`{name}` is not a parameter here, or not together with the others"))),
        }
    }
}

pub(super) fn bad(detail: impl Into<String>) -> Refusal {
    Refusal::new(ProblemKind::BadQuery, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Sha256Digest;

    fn detail(refusal: Refusal) -> String {
        refusal.into_problem().detail
    }

    #[test]
    fn reads_each_parameter_once() {
        let mut query = Query::parse(Some("after=0&limit=1000")).unwrap();
        assert_eq!(query.number("after").unwrap(), Some(0));
        assert_eq!(query.number("after").unwrap(), None);
        assert_eq!(query.limit().unwrap(), 1000);
        assert!(query.finish().is_ok());
        assert_eq!(Query::parse(None).unwrap().limit().unwrap(), PAGE);
        assert!(Query::parse(Some("")).unwrap().finish().is_ok());
    }

    #[test]
    fn refuses_every_other_spelling() {
        for raw in ["a", "&", "a=1&", "&a=1", "a=1&a=1", "a=1&a=2"] {
            assert!(Query::parse(Some(raw)).is_err(), "{raw}");
        }
        for raw in ["n=", "n=+5", "n=05", "n=-1", "n=5%20", "n=0x5", "n=18446744073709551616"] {
            assert!(Query::parse(Some(raw)).unwrap().number("n").is_err(), "{raw}");
        }
        for raw in ["limit=0", "limit=1001", "limit=x", "limit=99999999999999999999"] {
            assert!(Query::parse(Some(raw)).unwrap().limit().is_err(), "{raw}");
        }
        let digest = "ab".repeat(32);
        for wrong in [digest.to_uppercase(), digest[1..].to_owned(), format!("{digest}0"), "zz".repeat(32)] {
            let raw = format!("d={wrong}");
            assert!(Query::parse(Some(&raw)).unwrap().hex::<Sha256Digest>("d").is_err(), "{raw}");
        }
        let left = Query::parse(Some("afer=1")).unwrap().finish().unwrap_err();
        assert_eq!(detail(left), "`afer` is not a parameter here, or not together with the others");
    }
}
