//! The document as canonical JSON (RFC 8785).
//!
//! Whoever verifies the same things with the same version gets the same bytes, but for the member `verification`: when, by
//! whom, and what the files were called. It is the only one that differs.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Document, FORMATS, VERIFY_COMMAND};

/// `value` in the one form that RFC 8785 gives it: names sorted by UTF-16, numbers as ECMAScript writes them, no space. By a
/// crate, since details may hold any name and any number that a submitter thought of.
///
/// # Errors
///
/// None that a report's own values can raise; `serde_json`'s are passed on.
pub fn canonical_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(value)
}

#[derive(Serialize)]
struct Key {
    role: &'static str,
    name: String,
    id: String,
}

#[derive(Serialize)]
struct Basis<'a> {
    software: &'a str,
    formats: [&'static str; 4],
    receipt_sha256: &'a Option<String>,
    policy_sha256: &'a Option<String>,
    policy_keys: Vec<Key>,
    inclusion_path: Vec<String>,
    verify_command: &'static str,
}

#[derive(Serialize)]
struct Verification<'a> {
    at: Option<String>,
    by: &'a Option<String>,
    evidence: &'a Option<String>,
    receipt: &'a Option<String>,
    policy: &'a Option<String>,
}

#[derive(Serialize)]
struct Shape<'a> {
    format: &'static str,
    report: Value,
    basis: Basis<'a>,
    verification: Verification<'a>,
}

/// The whole document.
pub(super) fn document(document: &Document<'_>) -> Result<String, serde_json::Error> {
    let with = &document.report.provenance;
    let mut report = serde_json::to_value(document.report)?;
    // Told apart below: what all verifiers share, and what is one verifier's own.
    if let Some(members) = report.as_object_mut() {
        members.remove("provenance");
    }
    if let Some((time, witness)) = document.report.facts.first_cosigned() {
        report["facts"]["times"]["first_cosigned"] = json!({ "time": time.to_string(), "witness": witness });
    }
    let policy_keys = document
        .policy_keys()
        .into_iter()
        .map(|(role, key)| Key { role: role.id(), name: key.name().to_string(), id: key.id().to_string() })
        .collect();
    canonical_json(&Shape {
        format: document.kind.format(),
        report,
        basis: Basis {
            software: &with.software,
            formats: FORMATS,
            receipt_sha256: &with.receipt_sha256,
            policy_sha256: &with.policy_sha256,
            policy_keys,
            inclusion_path: document.path(),
            verify_command: VERIFY_COMMAND,
        },
        verification: Verification {
            at: with.verified_at.map(|time| time.to_string()),
            by: &with.verified_by,
            evidence: &with.evidence,
            receipt: &with.receipt,
            policy: &with.policy,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_form_of_rfc_8785() {
        // The RFC's own example of section 3.2.2, and its order of names from 3.2.3.
        let example: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        )
        .unwrap();
        assert_eq!(
            canonical_json(&example).unwrap(),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
        let names = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(
            canonical_json(&names).unwrap(),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }
}
