//! The page that a judge reads: width, languages, words, and that nothing on it can deceive.

use notarium::codec::Time;
use notarium::report::{
    Change, EarlierDeposit, FolderDifference, KeyAtEntry, KeyStanding, LedgerSide, NOT_PROVED, Remark, Renamed, Step,
    Value as SentenceValue, Verdict, Word,
};
use notarium::trust::Policy;

use super::{Inputs, Language, Outcome, Report, digests, render_text, vectors, verify_case, verify_receipt};

/// Columns on a terminal, counted by a second rule: everything from U+1100 on is wide, but for the few marks we use.
fn columns(line: &str) -> usize {
    line.chars().map(|c| 1 + usize::from(c >= '\u{1100}' && !('\u{2000}'..='\u{2e7f}').contains(&c))).sum()
}

fn all_reports() -> Vec<(String, Report)> {
    let vectors = vectors("verification.json");
    let cases = vectors["cases"].as_array().unwrap();
    cases.iter().map(|case| (case["name"].as_str().unwrap().to_owned(), verify_case(&vectors, case))).collect()
}

fn report_of(name: &str) -> Report {
    all_reports().into_iter().find(|(case, _)| case == name).unwrap().1
}

fn local(time: Time) -> Option<String> {
    (time.millis() > 0).then(|| "2023-11-15 06:13:20 +08:00".to_owned())
}

#[test]
fn every_page_fits_a_terminal_and_leaves_no_place_open() {
    for (name, report) in all_reports() {
        for language in [Language::En, Language::Zh] {
            let text = render_text(&report, language, &local);
            for line in text.lines() {
                assert!(columns(line) <= 100, "{name}: {} columns: {line}", columns(line));
                assert_eq!(line, line.trim_end(), "{name}: space at the end of a line");
                assert!(!line.contains('\u{1b}'), "{name}");
            }
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
            assert!(text.contains(report.verdict.word().text(language).to_uppercase().as_str()), "{name}");
            let joined: String = text.split_whitespace().collect();
            for word in NOT_PROVED {
                let due: String = word.text(language).split_whitespace().collect();
                assert!(joined.contains(&due), "{name}: {word:?} is not printed");
            }
        }
    }
}

#[test]
fn every_sentence_of_a_check_has_all_its_values() {
    for (name, report) in all_reports() {
        for check in &report.checks {
            assert!(!check.detail.is_empty(), "{name}: {:?} says nothing", check.step);
            for sentence in &check.detail {
                for place in sentence.word().text(Language::En).split('{').skip(1) {
                    let place = place.split('}').next().unwrap();
                    let filled = sentence.values().iter().any(|(name, _)| *name == place);
                    assert!(filled, "{name}: {:?} lacks {place}", sentence.word());
                }
            }
        }
    }
}

#[test]
fn only_a_match_says_what_it_proves() {
    for (name, report) in all_reports() {
        let is_match = report.verdict == Verdict::Match;
        let text = render_text(&report, Language::En, &local);
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(joined.contains("Article 16"), is_match, "{name}");
        assert_eq!(report.proves(), is_match.then_some(Word::ProvesText), "{name}");
        let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        assert_eq!(json["proves"].is_null(), !is_match, "{name}");
        assert_eq!(json["not_proved"].as_array().unwrap().len(), 10, "{name}");
    }
}

#[test]
fn a_remark_stands_under_the_verdict_and_changes_nothing() {
    let plain = report_of("longer");
    let mut remarked = plain.clone();
    remarked.remarks = vec![Remark::LongerBy(1), Remark::WouldMatchAfter(Change::DropFinalLf)];
    assert_eq!((remarked.verdict, &remarked.checks), (Verdict::Mismatch, &plain.checks));
    let text = render_text(&remarked, Language::En, &|_| None);
    let (verdict, remark) = (text.find("MISMATCH").unwrap(), text.find("would match if").unwrap());
    assert!(verdict < remark, "{text}");
    let zh = render_text(&remarked, Language::Zh, &|_| None);
    assert!(zh.contains("若去掉末尾换行（LF），证据即一致；按现状不一致。"), "{zh}");
}

#[test]
fn times_are_kept_apart_and_say_whose_clock_they_are() {
    let report = report_of("quorum-reached");
    let text = render_text(&report, Language::En, &local);
    let line = |start: &str| text.lines().find(|l| l.trim_start().starts_with(start)).unwrap().to_owned();
    assert!(line("claimed time").contains("2023-11-14T22:13:19.000Z (2023-11-15 06:13:20 +08:00)"), "{text}");
    assert!(line("time of admission").contains("2023-11-14T22:13:20.028Z"), "{text}");
    assert!(line("trusted time").contains("no later than 2023-11-14T22:15:05.000Z"), "{text}");
    assert!(text.contains("the submitter's claim, not checked"), "{text}");
    assert!(text.contains("the clock of the ledger's operator"), "{text}");
    assert!(text.contains("the clocks of the witnesses: w1, w2"), "{text}");
    let nobody = render_text(&report_of("plain"), Language::Zh, &|_| None);
    assert!(nobody.contains("无人为时间作证：核验策略不要求见证人"), "{nobody}");
}

#[test]
fn the_time_before_the_ledger_is_told_or_not_provided() {
    let told = render_text(&report_of("details-disclosed"), Language::Zh, &|_| None);
    assert!(told.contains("own camera") && told.contains("recorder") && told.contains("作品一"), "{told}");
    assert_eq!(told.matches("未提供").count(), 8, "{told}");
    let silent = render_text(&report_of("plain"), Language::Zh, &|_| None);
    assert_eq!(silent.matches("未提供").count(), 11, "{silent}");
}

#[test]
fn step_8_is_told_and_its_earlier_deposits_listed_but_it_decides_nothing() {
    let vectors = vectors("verification.json");
    let receipt = vectors["cases"][0]["receipt"].as_str().unwrap();
    let not_enrolled = KeyAtEntry { standing: KeyStanding::NotEnrolled, ..KeyAtEntry::default() };
    let earlier = EarlierDeposit {
        index: 1,
        time: Time::from_millis(1_700_000_000_007).unwrap(),
        public_key: "ab".repeat(32),
        key: not_enrolled.clone(),
    };
    let mut inputs = Inputs::new(receipt.as_bytes());
    inputs.ledger = Some(LedgerSide {
        source: "https://ledger.example".to_owned(),
        replayed: None,
        key: not_enrolled,
        earlier: Some(vec![earlier]),
        partial: Vec::new(),
    });
    let report = verify_receipt(inputs);
    assert_eq!(report.verdict, Verdict::Undetermined);
    let check = report.check(Step::Ledger).unwrap();
    assert!(check.detail.iter().any(|s| s.values() == [("count", SentenceValue::Number(1))]));
    let text = render_text(&report, Language::En, &|_| None);
    assert!(text.contains("took its word for it") && text.contains("key not enrolled"), "{text}");
    assert!(text.contains("earliest") && text.contains("2023-11-14T22:13:20.007Z"), "{text}");
}

#[test]
fn a_witness_s_time_that_no_calendar_reaches_is_shown_in_seconds() {
    let report = report_of("witness-after-9999");
    assert_eq!(report.verdict, Verdict::Match);
    let text = render_text(&report, Language::En, &local);
    assert!(text.contains("no later than 253402300800 seconds after 1970-01-01T00:00:00Z"), "{text}");
    assert!(!text.contains("quorum is not reached"), "{text}");
    let json = report.to_json().unwrap();
    assert_eq!(json.matches("253402300800 s after 1970").count(), 2, "{json}");
}

#[test]
fn the_report_names_the_keys_that_it_relies_on() {
    let relied_on =
        |name: &str| report_of(name).facts.relied_on.iter().map(|key| key.name.clone()).collect::<Vec<_>>().join(" ");
    let log = "ledger.example/verification";
    assert_eq!(relied_on("quorum-reached"), format!("{log} witness.example/w1 witness.example/w2"));
    // The third witness's time is after that at which the quorum was met.
    assert_eq!(report_of("lying-witness-late").facts.witnesses.len(), 3);
    assert_eq!(report_of("lying-witness-late").facts.relied_on.len(), 3);
    assert_eq!(relied_on("quorum-of-one"), format!("{log} witness.example/w1"));
    assert_eq!(relied_on("quorum-not-reached"), log);
    assert_eq!(relied_on("cosigned-not-required"), log);
    assert_eq!(relied_on("unknown-log-key"), "");
}

/// A folder beside its receipt: the evidence is the manifest, and the folder is or is not what it says.
fn package(folder: FolderDifference, evidence_changed: bool) -> Report {
    let vectors = vectors("verification.json");
    let case = &vectors["cases"][0];
    let policy = Policy::parse(vectors["policies"]["none"].as_str().unwrap()).unwrap();
    let mut bytes = hex::decode(case["evidence"].as_str().unwrap()).unwrap();
    bytes.extend(evidence_changed.then_some(b'x'));
    let mut inputs = Inputs::new(case["receipt"].as_str().unwrap().as_bytes());
    inputs.evidence = Some(digests(&bytes));
    inputs.policy = Some(&policy);
    inputs.folder = Some(folder);
    verify_receipt(inputs)
}

#[test]
fn a_folder_that_is_not_as_its_manifest_says_fails_step_2() {
    let whole = package(FolderDifference { same: 2, ..FolderDifference::default() }, false);
    assert_eq!(whole.verdict, Verdict::Match);
    let difference = FolderDifference {
        same: 1,
        changed: vec!["a\u{202e}b".to_owned()],
        missing: vec!["gone".to_owned()],
        added: (0..150).map(|n| format!("new {n}")).collect(),
        renamed: vec![Renamed { from: "old".to_owned(), to: "other".to_owned() }],
    };
    for evidence_changed in [false, true] {
        let report = package(difference.clone(), evidence_changed);
        assert_eq!(report.verdict, Verdict::Mismatch);
        assert_eq!(super::steps(&report, Outcome::Failed), [2]);
    }
    let report = package(difference, false);
    for language in [Language::En, Language::Zh] {
        let text = render_text(&report, language, &local);
        assert!(text.lines().all(|line| columns(line) <= 100), "{text}");
        for part in ["a\\u{202e}b", "gone", "old -> other", "new 99", "50"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("new 100"), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    assert_eq!(json["facts"]["evidence"]["folder"]["added"].as_array().unwrap().len(), 150);
    assert_eq!(json["facts"]["evidence"]["folder"]["renamed"][0]["to"], "other");
    // A manifest that nothing vouches for makes no folder a mismatch.
    let mut inputs = Inputs::new(b"no receipt");
    inputs.folder = Some(FolderDifference { missing: vec!["x".to_owned()], ..FolderDifference::default() });
    assert_eq!(verify_receipt(inputs).verdict, Verdict::Undetermined);
}

#[test]
fn json_keeps_its_keys() {
    let json: serde_json::Value = serde_json::from_str(&report_of("quorum-reached").to_json().unwrap()).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&json), "checks facts format meaning not_proved provenance proves remarks verdict");
    assert_eq!(json["format"], "notarium/report/1");
    assert_eq!(keys(&json["checks"][0]), "detail id name outcome step");
    assert_eq!(keys(&json["facts"]["evidence"]), "computed computed_salted folder recorded salted");
    assert_eq!(json["checks"][6]["id"], "inclusion");
    assert_eq!(json["checks"][6]["detail"][0]["values"]["size"], 7);
    assert_eq!(
        keys(&json["facts"]),
        "before_ledger checkpoint details entry evidence ledger relied_on statement times witnesses"
    );
    assert_eq!(json["facts"]["times"]["vouched"]["by"], "witnesses");
    assert_eq!(json["facts"]["times"]["vouched"]["no_later_than"], "2023-11-14T22:15:05.000Z");
    assert_eq!(json["facts"]["witnesses"][0]["witness"], "w1");
    assert_eq!(
        keys(&json["provenance"]),
        "evidence policy policy_sha256 receipt receipt_sha256 software verified_at verified_by"
    );
}
