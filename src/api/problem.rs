//! Problem details (RFC 9457): how every refusal under /v1 is worded.
//!
//! The set of types is closed and stable: a client may match on `type`, and each type has one status and one title.
//! What is particular to a case stands in `detail`; a way out, where there is one, in the extension member `hint`.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantNames};

/// Where every problem type begins; the kebab-case name of a [`ProblemKind`] follows.
const URN: &str = "urn:notarium:problem:";

/// What can be wrong, one value a `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ProblemKind {
    /// 400: the request's form: JSON, base64, an index in the path, a frame of a batch.
    MalformedRequest,
    /// 400: a query parameter that is unknown, repeated, missing, or not in its strict form.
    BadQuery,
    /// 400: the bytes are no statement of a known version.
    MalformedStatement,
    /// 400: a statement of a version or signature suite that this ledger does not know.
    NotUnderstood,
    /// 403: the signature does not hold over the statement.
    BadSignature,
    /// 403: a statement that is well signed but of a kind that is not admitted this way, or against another rule of
    /// admission.
    NotAdmitted,
    /// 403: the key that signs is not enrolled.
    KeyNotEnrolled,
    /// 403: the key that signs is enrolled from a later time on.
    KeyNotYetValid,
    /// 403: the enrolment of the key that signs has ended.
    KeyExpired,
    /// 403: the key that signs is revoked.
    KeyRevoked,
    /// 404: no such endpoint, entry or tree size.
    NotFound,
    /// 405: the endpoint exists, but not for this method.
    MethodNotAllowed,
    /// 408: the body did not arrive in time.
    RequestTimeout,
    /// 413: the body, a statement or a batch is over its limit.
    TooLarge,
    /// 415: a content type that this endpoint does not take.
    UnsupportedMediaType,
    /// 429: this address or key sends more than the ledger takes from one.
    RateLimited,
    /// 500: something failed inside; the log has it.
    Internal,
    /// 500: the entry may or may not be on the ledger; a repeat of the same statement is safe.
    OutcomeUnknown,
    /// 503: too many requests, or too many submissions waiting.
    Busy,
    /// 503: the ledger admits nothing any more, until it is started again.
    Stopped,
    /// 503: free disk space is below the stated limit; admission has stopped, reading goes on.
    DiskLow,
    /// 503: the server's clock is behind the last entry.
    ClockBehind,
    /// 503: it is not known yet what the ledger's witnesses have cosigned; reading goes on.
    WitnessesNotHeard,
}

impl ProblemKind {
    /// The HTTP status of every problem of this kind.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedRequest | Self::BadQuery | Self::MalformedStatement | Self::NotUnderstood => 400,
            Self::BadSignature
            | Self::NotAdmitted
            | Self::KeyNotEnrolled
            | Self::KeyNotYetValid
            | Self::KeyExpired
            | Self::KeyRevoked => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RequestTimeout => 408,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::RateLimited => 429,
            Self::Internal | Self::OutcomeUnknown => 500,
            Self::Busy | Self::Stopped | Self::DiskLow | Self::ClockBehind | Self::WitnessesNotHeard => 503,
        }
    }

    /// The title that goes with the type, the same in every answer.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformed request",
            Self::BadQuery => "bad query",
            Self::MalformedStatement => "malformed statement",
            Self::NotUnderstood => "statement not understood",
            Self::BadSignature => "bad signature",
            Self::NotAdmitted => "statement not admitted",
            Self::KeyNotEnrolled => "key not enrolled",
            Self::KeyNotYetValid => "key not yet valid",
            Self::KeyExpired => "key expired",
            Self::KeyRevoked => "key revoked",
            Self::NotFound => "not found",
            Self::MethodNotAllowed => "method not allowed",
            Self::RequestTimeout => "request body too slow",
            Self::TooLarge => "too large",
            Self::UnsupportedMediaType => "unsupported content type",
            Self::RateLimited => "rate limited",
            Self::Internal => "internal error",
            Self::OutcomeUnknown => "outcome unknown",
            Self::Busy => "busy",
            Self::Stopped => "stopped",
            Self::DiskLow => "disk space low",
            Self::ClockBehind => "clock behind the last entry",
            Self::WitnessesNotHeard => "witnesses not heard yet",
        }
    }

    /// The stable `type`: `urn:notarium:problem:` and the kind in kebab-case.
    #[must_use]
    pub fn urn(self) -> String {
        format!("{URN}{}", <&str>::from(self))
    }
}

/// One refusal, as it is sent with `application/problem+json` or stands in a line of a batch's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stable name of the kind of problem, a URN.
    #[serde(rename = "type")]
    pub urn: String,
    /// The kind of problem in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong in this case.
    pub detail: String,
    /// A way out, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of `kind`, with what is particular to the case.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            urn: kind.urn(),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            hint: None,
        }
    }

    /// The same with a way out.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The kind, or `None` for a type that this version does not know.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemKind> {
        self.urn.strip_prefix(URN)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_as_its_kind() {
        for name in ProblemKind::VARIANTS {
            let kind: ProblemKind = name.parse().unwrap();
            let problem = Problem::new(kind, "x");
            assert_eq!(problem.kind(), Some(kind), "{name}");
            assert_eq!(problem.urn, format!("urn:notarium:problem:{name}"));
            assert!((400..=503).contains(&problem.status));
        }
        assert_eq!(Problem { urn: "about:blank".into(), ..Problem::new(ProblemKind::Busy, "") }.kind(), None);
    }

    #[test]
    fn a_hint_is_left_out_when_there_is_none() {
        let bare =
            serde_json::to_string(&Problem::new(ProblemKind::BadSignature, "the signature does not hold")).unwrap();
        assert_eq!(
            bare,
            r#"{"type":"urn:notarium:problem:bad-signature","title":"bad signature","status":403,"detail":"the signature does not hold"}"#
        );
        let back: Problem = serde_json::from_str(&bare).unwrap();
        assert_eq!(back.hint, None);
    }
}
