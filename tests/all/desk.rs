//! Deposits: interrupted everywhere, refused, resumed, many at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use notarium::client::Client;
use notarium::crypto::SigningKey;
use notarium::desk::{
    Conflict, Course, Deposit, DepositError, Depositor, KnownLedger, MeetError, Outcome, Part, PartError, Target, Wish,
    deposit_all, digest_file, read_receipt,
};
use notarium::evidence::Salt;
use notarium::report::{Inputs, Verdict, verify_receipt};
use notarium::trust::Policy;

use crate::desk_reading::Counter;
use crate::toy_ledger::{Toy, Trick, refusal};

mod at_the_prompt;
mod bulk;
mod enrolment;
mod kept_apart;
mod packages;

/// A folder, a toy ledger and a key.
struct Scene {
    folder: tempfile::TempDir,
    toy: Toy,
    key: SigningKey,
}

impl Scene {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), toy: Toy::start(), key: SigningKey::from_seed(&[3; 32]) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn ledger(&self) -> KnownLedger {
        KnownLedger::meet(Client::with_pause(self.toy.url.parse().unwrap(), |_| {}), None).unwrap()
    }

    fn deposit(&self, path: &Path, wish: &Wish) -> Result<Deposit, DepositError> {
        let (ledger, progress) = (self.ledger(), Counter::default());
        let depositor = Depositor { ledger: &ledger, key: &self.key, wish, progress: &progress };
        depositor.deposit(&Target::new(path).unwrap())
    }

    fn verdict(&self, evidence: &Path, receipt: &Path) -> Verdict {
        let bytes = fs::read(receipt).unwrap();
        let policy = Policy::parse(self.toy.policy()).unwrap();
        let mut inputs = Inputs::new(&bytes);
        inputs.evidence = Some(digest_file(evidence, &Counter::default()).unwrap());
        inputs.policy = Some(&policy);
        verify_receipt(inputs).verdict
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.folder).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn wish() -> Wish {
    Wish::default()
}

#[test]
fn a_deposit_leaves_a_receipt_that_verifies_and_nothing_else() {
    let scene = Scene::new();
    let path = scene.put("empty file", "");
    let deposit = scene.deposit(&path, &wish()).unwrap();
    assert_eq!((deposit.index, scene.names()), (1, vec!["empty file".into(), "empty file.receipt".into()]));
    assert_eq!(scene.verdict(&path, &deposit.receipt), Verdict::Match);
    let again = scene.deposit(&path, &wish()).unwrap();
    assert!(matches!(again.course, Course::Held) && again.index == 1);
    assert_eq!(scene.toy.size(), 2);
}

#[test]
fn a_private_deposit_with_details_keeps_its_salts_in_the_receipt_alone() {
    let scene = Scene::new();
    let path = scene.put("phone", "13800000000");
    let wish = Wish { details: Some(br#"{"title":"T"}"#.to_vec()), private: true, ..wish() };
    let deposit = scene.deposit(&path, &wish).unwrap();
    assert_eq!(scene.verdict(&path, &deposit.receipt), Verdict::Match);
    let held = read_receipt(&deposit.receipt).unwrap().unwrap();
    let disclosure = held.receipt.disclosure();
    assert_eq!(disclosure.details().unwrap().json, br#"{"title":"T"}"#);
    let salts = [*disclosure.evidence_salt().unwrap().as_bytes(), *disclosure.details().unwrap().salt.as_bytes()];
    assert!(salts[0] != salts[1] && salts.iter().all(|salt| salt.iter().any(|byte| *byte != 0)));
    for entry in &scene.toy.book().entries {
        assert!(salts.iter().all(|salt| !entry.windows(32).any(|window| window == salt)));
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&deposit.receipt).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(scene.verdict(&scene.put("other", "13800000001"), &deposit.receipt), Verdict::Mismatch);
}

#[test]
fn a_run_that_broke_off_after_the_ledger_admitted_gets_the_same_entry() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    // The client tries a broken connection once more; both break here.
    scene.toy.trick(Trick::AdmitAndHangUp);
    scene.toy.trick(Trick::AdmitAndHangUp);
    let private = Wish { private: true, ..wish() };
    scene.deposit(&path, &private).unwrap_err();
    assert_eq!((scene.names(), scene.toy.size()), (vec!["f".into(), "f.receipt.part".into()], 2));
    let part = fs::read_to_string(scene.path("f.receipt.part")).unwrap();
    assert_eq!(Part::parse(&part).unwrap().to_text(), part);
    let deposit = scene.deposit(&path, &wish()).unwrap();
    assert!(matches!(deposit.course, Course::Answered { resumed: true, .. }) && deposit.index == 1);
    assert_eq!((scene.names(), scene.toy.size()), (vec!["f".into(), "f.receipt".into()], 2));
    assert_eq!(scene.verdict(&path, &deposit.receipt), Verdict::Match);
}

#[test]
fn a_run_that_broke_off_between_receipt_and_clearing_up_is_cleared_up() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.toy.trick(Trick::HangUp);
    scene.toy.trick(Trick::HangUp);
    scene.deposit(&path, &wish()).unwrap_err();
    let part = fs::read(scene.path("f.receipt.part")).unwrap();
    scene.deposit(&path, &wish()).unwrap();
    fs::write(scene.path("f.receipt.part"), &part).unwrap();
    assert!(matches!(scene.deposit(&path, &wish()).unwrap().course, Course::Held));
    assert_eq!((scene.names(), scene.toy.size()), (vec!["f".into(), "f.receipt".into()], 2));
}

#[test]
fn a_refused_statement_leaves_nothing_behind() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    for kind in ["not-admitted", "bad-signature", "malformed-statement", "not-understood"] {
        scene.toy.trick(refusal(kind, 403, "not enrolled", "enrol"));
        let error = scene.deposit(&path, &wish()).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("enrol"));
        assert_eq!(scene.names(), ["f"], "{kind}");
    }
}

#[test]
fn what_may_be_on_the_ledger_all_the_same_is_kept() {
    for kind in ["too-large", "request-timeout", "malformed-request", "not-found", "new-kind"] {
        let scene = Scene::new();
        let path = scene.put("f", "x");
        scene.toy.trick(refusal(kind, 400, "no", "no"));
        scene.deposit(&path, &wish()).unwrap_err();
        assert_eq!(scene.names(), ["f", "f.receipt.part"], "{kind}");
    }
    // The first attempt was admitted, the second is refused: only the statement that was sent gets the receipt.
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.toy.trick(Trick::AdmitAndHangUp);
    scene.toy.trick(refusal("not-admitted", 403, "not enrolled", "enrol"));
    scene.deposit(&path, &Wish { private: true, ..wish() }).unwrap_err();
    assert_eq!((scene.names(), scene.toy.size()), (vec!["f".into(), "f.receipt.part".into()], 2));
    let deposit = scene.deposit(&path, &wish()).unwrap();
    assert_eq!((deposit.index, scene.toy.size()), (1, 2));
}

#[test]
fn a_receipt_that_does_not_hold_is_not_written_and_the_part_is_kept() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.toy.trick(Trick::WrongReceipt);
    let error = scene.deposit(&path, &wish()).unwrap_err();
    assert!(matches!(error, DepositError::BadReceipt { .. }), "{error}");
    assert_eq!(scene.names(), ["f", "f.receipt.part"]);
    // A ledger that signs with another key than it says.
    let ledger = scene.ledger();
    scene.toy.book().key = SigningKey::from_seed(&[8; 32]);
    let (wish, progress) = (wish(), Counter::default());
    let depositor = Depositor { ledger: &ledger, key: &scene.key, wish: &wish, progress: &progress };
    let error = depositor.deposit(&Target::new(&path).unwrap()).unwrap_err();
    assert!(matches!(error, DepositError::BadReceipt { .. }), "{error}");
    assert_eq!(scene.names(), ["f", "f.receipt.part"]);
}

#[test]
fn what_changed_since_is_said_with_a_way_out() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.deposit(&path, &wish()).unwrap();
    scene.put("f", "y");
    let error = scene.deposit(&path, &wish()).unwrap_err();
    assert!(matches!(&error, DepositError::ReceiptConflict { conflict: Conflict::OtherBytes, .. }), "{error}");
    assert!(error.hint().unwrap().contains("--continues"));
    let other = scene.put("g", "x");
    scene.toy.trick(Trick::HangUp);
    scene.toy.trick(Trick::HangUp);
    scene.deposit(&other, &wish()).unwrap_err();
    scene.put("g", "y");
    let error = scene.deposit(&other, &wish()).unwrap_err();
    assert!(matches!(&error, DepositError::PartConflict { conflict: Conflict::OtherBytes, .. }), "{error}");
    assert!(error.hint().unwrap().contains("g.receipt.part"));
}

#[test]
fn a_receipt_of_something_else_than_is_wanted_stands_in_the_way_until_forced() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    let first = scene.deposit(&path, &wish()).unwrap();
    let continues = Some(read_receipt(&first.receipt).unwrap().unwrap().statement().unwrap().id());
    let conflict = |wish: &Wish| match scene.deposit(&path, wish).unwrap_err() {
        DepositError::ReceiptConflict { conflict, .. } => conflict,
        other => panic!("{other}"),
    };
    assert_eq!(conflict(&Wish { private: true, ..wish() }), Conflict::NotPrivate);
    assert_eq!(conflict(&Wish { details: Some(b"{}".to_vec()), ..wish() }), Conflict::OtherDetails);
    assert_eq!(conflict(&Wish { continues, ..wish() }), Conflict::OtherContinues);
    let forced = scene.deposit(&path, &Wish { continues, force: true, ..wish() }).unwrap();
    let Course::Answered { resumed: false, earlier, .. } = forced.course else { panic!("not answered") };
    assert_eq!((forced.index, earlier.count, earlier.first.unwrap().index), (2, 1, 1));
    let stranger = Scene { key: SigningKey::from_seed(&[4; 32]), ..scene };
    let error = stranger.deposit(&path, &wish()).unwrap_err();
    assert!(matches!(error, DepositError::ReceiptConflict { conflict: Conflict::OtherKey(_), .. }), "{error}");
}

#[test]
fn receipts_and_parts_of_another_ledger_or_damaged_are_told_apart() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    let receipt = scene.deposit(&path, &wish()).unwrap().receipt;
    let text = fs::read_to_string(&receipt).unwrap();
    let at = text.find("\u{2014} ").unwrap() + 40;
    let flipped = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
    fs::write(&receipt, format!("{}{flipped}{}", &text[..at], &text[at + 1..])).unwrap();
    let error = scene.deposit(&path, &wish()).unwrap_err();
    assert!(matches!(error, DepositError::ReceiptConflict { .. }), "{error}");
    fs::write(&receipt, "no receipt").unwrap();
    assert!(matches!(scene.deposit(&path, &wish()).unwrap_err(), DepositError::Held(_)));
    fs::remove_file(&receipt).unwrap();
    scene.toy.trick(Trick::HangUp);
    scene.toy.trick(Trick::HangUp);
    scene.deposit(&path, &wish()).unwrap_err();
    scene.toy.book().key = SigningKey::from_seed(&[8; 32]);
    let error = scene.deposit(&path, &wish()).unwrap_err();
    assert!(matches!(error, DepositError::PartConflict { conflict: Conflict::OtherLedger, .. }), "{error}");
    fs::write(scene.path("f.receipt.part"), "half a par").unwrap();
    assert!(matches!(scene.deposit(&path, &wish()).unwrap_err(), DepositError::Held(_)));
}

#[test]
fn a_ledger_that_the_policy_does_not_know_is_sent_nothing() {
    let scene = Scene::new();
    let other = Toy::start();
    other.book().key = SigningKey::from_seed(&[9; 32]);
    let policy = Policy::parse(other.policy()).unwrap();
    let client = Client::new(scene.toy.url.parse().unwrap());
    let error = KnownLedger::meet(client, Some(policy)).unwrap_err();
    assert!(matches!(error, MeetError::NotInPolicy { .. }), "{error}");
    assert_eq!(scene.toy.book().asked, ["GET /v1/ledger"]);
}

#[test]
fn many_are_deposited_side_by_side_and_a_second_run_adds_only_what_is_missing() {
    let scene = Scene::new();
    let mut paths: Vec<_> = (0..40).map(|at| scene.put(&format!("f{at}"), format!("bytes {at}"))).collect();
    paths.push(scene.path("missing"));
    let run = |paths: &[PathBuf]| {
        let (ledger, wish, progress) = (scene.ledger(), wish(), Counter::default());
        let depositor = Depositor { ledger: &ledger, key: &scene.key, wish: &wish, progress: &progress };
        let outcomes = Mutex::new(Vec::new());
        deposit_all(&depositor, paths, &|path, outcome| outcomes.lock().unwrap().push((path.to_owned(), outcome)));
        outcomes.into_inner().unwrap()
    };
    let held = |outcomes: &[(PathBuf, Outcome)]| {
        outcomes.iter().filter(|(_, o)| matches!(o, Outcome::Done(Deposit { course: Course::Held, .. }))).count()
    };
    let first = run(&paths[..25]);
    assert_eq!((first.len(), held(&first), scene.toy.size()), (25, 0, 26));
    let second = run(&paths);
    assert_eq!((second.len(), held(&second), scene.toy.size()), (41, 25, 41));
    let failed: Vec<_> = second.iter().filter(|(_, o)| matches!(o, Outcome::Failed(DepositError::File(_)))).collect();
    assert_eq!(failed.len(), 1);
    let mut numbers: Vec<_> = second
        .iter()
        .filter_map(|(_, outcome)| if let Outcome::Done(deposit) = outcome { Some(deposit.index) } else { None })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}

#[test]
fn a_ledger_that_goes_away_ends_the_run_and_loses_nothing() {
    let scene = Scene::new();
    let paths: Vec<_> = (0..40).map(|at| scene.put(&format!("f{at}"), format!("{at}"))).collect();
    for _ in 0..200 {
        scene.toy.trick(Trick::HangUp);
    }
    let (ledger, wish, progress) = (scene.ledger(), wish(), Counter::default());
    let depositor = Depositor { ledger: &ledger, key: &scene.key, wish: &wish, progress: &progress };
    let not_tried = AtomicU64::new(0);
    deposit_all(&depositor, &paths, &|_, outcome| {
        not_tried.fetch_add(u64::from(matches!(outcome, Outcome::NotTried)), Ordering::Relaxed);
    });
    assert!(not_tried.into_inner() >= 8);
    scene.toy.book().tricks.clear();
    let done = AtomicU64::new(0);
    deposit_all(&depositor, &paths, &|_, outcome| {
        done.fetch_add(u64::from(matches!(outcome, Outcome::Done(_))), Ordering::Relaxed);
    });
    assert_eq!((done.into_inner(), scene.toy.size()), (40, 41));
}

#[test]
fn a_part_is_read_in_the_one_form_it_is_written_in() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.toy.trick(Trick::HangUp);
    scene.toy.trick(Trick::HangUp);
    let details = Some(b"{\"a\":1}".to_vec());
    scene.deposit(&path, &Wish { details, private: true, ..wish() }).unwrap_err();
    let text = fs::read_to_string(scene.path("f.receipt.part")).unwrap();
    let part = Part::parse(&text).unwrap();
    assert_eq!(part.to_text(), text);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for leave_out in 0..lines.len() {
        let rest: String = lines.iter().enumerate().filter(|(at, _)| *at != leave_out).map(|(_, line)| *line).collect();
        assert!(Part::parse(&rest).is_err(), "without line {leave_out}");
    }
    for cut in 0..text.len() {
        assert!(Part::parse(&text[..cut]).is_err(), "cut at {cut}");
    }
    let salted = Salt::from_bytes([1; 32]);
    let without_details = Part { details: None, evidence_salt: Some(salted), ..part };
    let short = without_details.to_text();
    assert_eq!(Part::parse(&short).unwrap(), without_details);
    let bad = |from: &str, to: &str| Part::parse(&short.replace(from, to)).unwrap_err();
    assert!(matches!(bad("details_salt -", "details_salt AAAA"), PartError::SaltLength { length: 3, .. }));
    assert!(matches!(bad("details -", "details AAAA"), PartError::HalfDetails));
    assert!(matches!(bad("details -", "details A"), PartError::BadValue { field: "details", .. }));
    assert!(matches!(bad("details -\n", "details -\n\n"), PartError::WrongLine { line: 7 }));
    assert!(matches!(bad("part/1", "part/2"), PartError::WrongLine { line: 1 }));
    assert!(matches!(bad("\n", "\r\n"), PartError::WrongLine { .. }));
}
