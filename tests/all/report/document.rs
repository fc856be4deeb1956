//! Certificates and reports as documents: the same bytes for the same things, the field's words, and no markup from outside.

use notarium::codec::Time;
use notarium::report::{Details, Document, DocumentError, NOT_PROVED, canonical_json, code_content};
use notarium::trust::Policy;
use serde_json::Value;

use super::{Inputs, Language, Report, digests, vectors, verify_case, verify_receipt};

const BOTH: &[Language] = &[Language::Zh, Language::En];

/// The receipt, policy and report of a case of verification.json.
fn case(name: &str) -> (String, Policy, Report) {
    let vectors = vectors("verification.json");
    let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
    let policy = vectors["policies"][case["policy"].as_str().unwrap()].as_str().unwrap();
    (case["receipt"].as_str().unwrap().to_owned(), Policy::parse(policy).unwrap(), verify_case(&vectors, case))
}

#[test]
fn two_people_get_the_same_json_but_for_the_member_verification() {
    let (receipt, policy, report) = case("quorum-reached");
    let mut other = report.clone();
    other.provenance.verified_at = Some(Time::from_millis(1_800_000_000_000).unwrap());
    other.provenance.verified_by = Some("Counsel".to_owned());
    other.provenance.evidence = Some("copy of it".to_owned());
    let [first, second] = [&report, &other].map(|report| {
        let json = Document::certificate(report, receipt.as_bytes(), Some(&policy)).unwrap().to_json().unwrap();
        let mut value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(canonical_json(&value).unwrap(), json, "not canonical");
        let own = value.as_object_mut().unwrap().remove("verification").unwrap();
        (canonical_json(&value).unwrap(), own, value)
    });
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1);
    let names: Vec<&String> = first.2.as_object().unwrap().keys().collect();
    assert_eq!(names, ["basis", "format", "report"]);
    assert_eq!(first.2["format"], "notarium/certificate/1");
    assert_eq!(first.2["report"]["verdict"], "match");
    assert_eq!(first.2["basis"]["policy_keys"].as_array().unwrap().len(), 1 + policy.witnesses().len());
    assert_eq!(second.1["by"], "Counsel");
}

#[test]
fn a_document_says_everything_that_it_must_in_both_languages() {
    let (receipt, policy, report) = case("quorum-reached");
    let html = Document::certificate(&report, receipt.as_bytes(), Some(&policy)).unwrap().to_html(BOTH, &|_| None);
    for said in [
        "存证证书",
        "Certificate of deposit",
        "存证编号",
        "叶哈希",
        "声称时间",
        "上链时间",
        "可信时间",
        "未提供",
        "not provided",
        "首次存证不等于最先创作",
        "notarium verify EVIDENCE --receipt RECEIPT --policy POLICY",
        "notarium/statement/1",
        "不晚于 2023-11-14T22:15:05.000Z",
        "并非由人民法院出具或认可",
    ] {
        assert!(html.contains(said), "{said} is not in it");
    }
    for word in NOT_PROVED {
        for language in BOTH {
            assert!(html.contains(&word.text(*language).replace('\'', "&#39;")), "{word:?}");
        }
    }
    let entry = report.facts.entry.as_ref().unwrap();
    assert!(html.contains(&format!("aria-label=\"{}\"", code_content(entry.index, &entry.leaf))));
    for outside in ["http:", "https:", "<script", "<img", "<link", "@import", "url("] {
        let without_names = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!without_names.contains(outside), "{outside} would load something");
    }
    let chinese = Document::report(&report, receipt.as_bytes(), Some(&policy)).to_html(&BOTH[..1], &|_| None);
    assert!(chinese.contains("核验报告") && !chinese.contains("lang=\"en\""), "{chinese}");
}

#[test]
fn what_a_submitter_writes_stays_text() {
    let (receipt, policy, mut report) = case("quorum-reached");
    let evil = "</td><script>alert(1)</script>\u{202e}\" onload='x";
    report.facts.details = Some(Details::Object(serde_json::json!({ "title": evil, "<b>": [evil] })));
    report.provenance.evidence = Some(evil.to_owned());
    report.provenance.verified_by = Some(evil.to_owned());
    let html = Document::report(&report, receipt.as_bytes(), Some(&policy)).to_html(BOTH, &|_| None);
    assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains('\u{202e}'));
    assert_eq!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}&quot; onload=&#39;x").count(), 4);
}

#[test]
fn what_does_not_verify_or_deposits_nothing_gets_no_certificate() {
    let (receipt, policy, report) = case("longer");
    let refused = Document::certificate(&report, receipt.as_bytes(), Some(&policy)).unwrap_err();
    assert_eq!(refused, DocumentError::Mismatch);
    assert!(Document::report(&report, receipt.as_bytes(), Some(&policy)).to_html(BOTH, &|_| None).contains("不一致"));
    let small = vectors("small-ledger.json");
    let genesis = small["entries"][0]["receipt"].as_str().unwrap();
    let mut inputs = Inputs::new(genesis.as_bytes());
    inputs.evidence = Some(digests(b"x"));
    let report = verify_receipt(inputs);
    assert_eq!(Document::certificate(&report, genesis.as_bytes(), None).unwrap_err(), DocumentError::NoDeposit);
}
