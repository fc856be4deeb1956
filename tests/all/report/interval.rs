//! Time as an interval: three clocks told apart, and a lower end where a cosigned checkpoint without the entry is known.

use std::fmt::Write as _;

use notarium::ledger::Receipt;
use notarium::merkle::LeafIndex;
use notarium::note::VerifierKey;
use notarium::report::{Document, Inputs, NoEarlier, Report, Verdict, verify_receipt};
use notarium::trust::{Policy, PosixTime, SignedCheckpoint, sign_cosignature};

use super::{Language, render_text};
use crate::founded::{Open, founded, origin};
use crate::samples::ledger_key;
use crate::witness::{Log, witness_key};

const TWO_OF_THREE: &str = "group g 2 w0 w1 w2\nquorum g";
const SIX: [(u8, u64); 2] = [(0, 1_795_423_900), (1, 1_795_423_910)];

fn witness_vkey(number: u8) -> VerifierKey {
    VerifierKey::new_cosigner(format!("w.example/{number}").parse().unwrap(), witness_key(number).public())
}

fn policy(quorum: &str) -> Policy {
    let mut text = format!("log {}\n", VerifierKey::new_ed25519(origin().key_name().clone(), ledger_key().public()));
    for number in 0..3 {
        writeln!(text, "witness w{number} {}", witness_vkey(number)).unwrap();
    }
    Policy::parse(format!("{text}{quorum}\n")).unwrap()
}

/// Cosigned by these witnesses at these seconds.
fn cosigned(checkpoint: &SignedCheckpoint, by: &[(u8, u64)]) -> SignedCheckpoint {
    let mut checkpoint = checkpoint.clone();
    for (number, seconds) in by {
        let time = PosixTime::from_seconds(*seconds).unwrap();
        let text = checkpoint.note().text().to_owned();
        checkpoint.append(sign_cosignature(&text, time, witness_vkey(*number).name(), &witness_key(*number))).unwrap();
    }
    checkpoint
}

/// Checkpoints of three and of six entries, and the receipt of entry 4 under the latter as two witnesses have cosigned it.
fn grown() -> (SignedCheckpoint, SignedCheckpoint, Receipt) {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    let three = ledger.grow(2).checkpoint().as_ref().clone();
    let six = ledger.grow(3).checkpoint().as_ref().clone();
    let receipt = ledger.reader.receipt_under(LeafIndex::new(4), &cosigned(&six, &SIX)).unwrap().unwrap();
    (three, six, receipt)
}

fn report(receipt: &Receipt, policy: Option<&Policy>, without: &SignedCheckpoint) -> Report {
    verify_receipt(Inputs { policy, without: Some(without), ..Inputs::new(receipt.as_str().as_bytes()) })
}

#[test]
fn a_cosigned_checkpoint_without_the_entry_bounds_its_time_from_below() {
    let (three, _, receipt) = grown();
    let policy = policy(TWO_OF_THREE);
    let at = |by: &[(u8, u64)]| {
        let report = report(&receipt, Some(&policy), &cosigned(&three, by));
        match report.facts.times.no_earlier.clone().unwrap() {
            NoEarlier::Witnesses { no_earlier_than, size, clocks } => {
                assert_eq!(size, 3);
                (report, no_earlier_than.seconds(), clocks)
            }
            NoEarlier::Nobody { why } => panic!("{why:?}"),
        }
    };
    let (_, time, clocks) = at(&[(0, 1_795_423_800), (1, 1_795_423_810), (2, 1_795_423_820)]);
    assert_eq!((time, clocks), (1_795_423_810, vec!["w1".to_owned(), "w2".to_owned()]));
    // One witness that states too late a time does not raise it, and one that states too early a time does not lower it.
    let (report, time, clocks) = at(&[(0, 1_795_423_800), (1, 1_795_423_810), (2, 1_995_423_820)]);
    assert_eq!((time, clocks), (1_795_423_810, vec!["w1".to_owned(), "w2".to_owned()]));
    let (_, time, _) = at(&[(0, 5), (1, 1_795_423_810), (2, 1_795_423_820)]);
    assert_eq!(time, 1_795_423_810);
    // Each time stands with the clock that it is by, in both languages.
    let english = render_text(&report, Language::En, &|_| None);
    let chinese = render_text(&report, Language::Zh, &|_| None);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "trusted time no later than 2026-11-23T08:51:50.000Z the clocks of the witnesses: w0, w1 not before \
                2026-11-23T08:50:10.000Z: witnesses had cosigned the first 3 entries then, without this one the clocks of the \
                witnesses: w1, w2";
    assert!(flat(&english).contains(told), "{english}");
    for told in ["claimed time", "time of admission", "the clock of the ledger's operator"] {
        assert!(english.contains(told), "{told}: {english}");
    }
    for told in [
        "声称时间",
        "上链时间",
        "账本运营方的时钟",
        "不晚于 2026-11-23T08:51:50.000Z",
        "不早于 2026-11-23T08:50:10.000Z",
    ] {
        assert!(chinese.contains(told), "{told}: {chinese}");
    }
    assert_eq!(report.verdict, Verdict::Undetermined, "without the evidence; the interval changes no verdict");
}

#[test]
fn a_checkpoint_that_bounds_nothing_is_said_to() {
    let (three, six, receipt) = grown();
    let policy = policy(TWO_OF_THREE);
    let both = [(0, 1_795_423_800), (1, 1_795_423_810)];
    let good = cosigned(&three, &both);
    let late = cosigned(&three, &[(0, 1_795_423_911), (1, 1_795_423_999)]);
    let other = cosigned(&Log::new("log.example/one", &|index| index, 3).checkpoint(3), &both);
    let forged = cosigned(&Log::new(origin().as_str(), &|index| index, 3).checkpoint(3), &both);
    let none = self::policy("quorum none");
    let cases = [
        ("no-earlier-covers", Some(&policy), &cosigned(&six, &SIX)),
        ("no-earlier-other-ledger", Some(&policy), &other),
        ("no-earlier-no-quorum", Some(&policy), &cosigned(&three, &both[..1])),
        ("no-earlier-no-quorum", Some(&policy), &three),
        ("no-earlier-no-quorum", Some(&policy), &forged),
        ("no-earlier-contradicts", Some(&policy), &late),
        ("no-earlier-no-later", Some(&none), &good),
        ("no-earlier-no-later", None, &good),
    ];
    for (word, policy, without) in cases {
        let report = report(&receipt, policy, without);
        let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        let no_earlier = &json["facts"]["times"]["no_earlier"];
        assert_eq!((&no_earlier["by"], &no_earlier["why"]["id"]), (&"nobody".into(), &word.into()), "{json}");
        assert!(!render_text(&report, Language::En, &|_| None).contains("not before 2"), "{word}");
    }
    // Where the quorum is not reached under the receipt itself, there is no interval either.
    let single = receipt_by_one(&six);
    let NoEarlier::Nobody { why } = report(&single, Some(&policy), &good).facts.times.no_earlier.unwrap() else {
        panic!("a lower end without an upper one");
    };
    assert_eq!(why.word().id(), "no-earlier-no-later");
}

/// The receipt of entry 4 as one witness alone has cosigned its checkpoint.
fn receipt_by_one(six: &SignedCheckpoint) -> Receipt {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(2);
    ledger.grow(3);
    ledger.reader.receipt_under(LeafIndex::new(4), &cosigned(six, &SIX[..1])).unwrap().unwrap()
}

#[test]
fn a_certificate_has_the_first_cosignature_as_a_time_of_its_own() {
    let (three, _, receipt) = grown();
    let policy = policy(TWO_OF_THREE);
    let without = cosigned(&three, &[(0, 1_795_423_800), (1, 1_795_423_810)]);
    let report = report(&receipt, Some(&policy), &without);
    let document = Document::certificate(&report, receipt.as_str().as_bytes(), Some(&policy)).unwrap();
    let html = document.to_html(&[Language::Zh, Language::En], &|_| None);
    let order =
        ["声称时间", "上链时间", "首次联署", "at 2026-11-23T08:51:40.000Z", "the clock of one witness: w0", "可信时间"];
    let places: Vec<usize> = order.iter().map(|said| html.find(said).unwrap_or_else(|| panic!("{said}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    for said in [
        "不晚于 2026-11-23T08:51:50.000Z",
        "no later than 2026-11-23T08:51:50.000Z",
        "not before 2026-11-23T08:50:00.000Z",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let json: serde_json::Value = serde_json::from_str(&document.to_json().unwrap()).unwrap();
    let times = &json["report"]["facts"]["times"];
    assert_eq!(times["first_cosigned"], serde_json::json!({"time": "2026-11-23T08:51:40.000Z", "witness": "w0"}));
    assert_eq!(times["no_earlier"]["no_earlier_than"], "2026-11-23T08:50:00.000Z");
    assert_eq!(times["no_earlier"]["clocks"], serde_json::json!(["w0", "w1"]));
    // Without a witness it says so.
    let own = verify_receipt(Inputs { policy: None, ..Inputs::new(receipt.as_str().as_bytes()) });
    let html =
        Document::certificate(&own, receipt.as_str().as_bytes(), None).unwrap().to_html(&[Language::En], &|_| None);
    assert!(html.contains("no witness of the policy has cosigned it"), "{html}");
}
