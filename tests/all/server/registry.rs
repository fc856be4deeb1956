//! `/v1/registry` and `/v1/keys`: keys are enrolled and revoked over HTTP, and what the ledger says of them is served.

use notarium::api::{
    BatchLine, BatchOutcome, EntryHistory, EntryList, EntryView, KeyAnswer, KeyList, SubmitRequest, VerifyAnswer,
};
use notarium::codec::encode_base64;
use notarium::evidence::Role;
use notarium::merkle::Hash;

use super::*;
use crate::registry::{ALWAYS, enrol, registrar, revoke, submitter};

/// A new ledger for enrolled keys, and the leaf hash of its entry 0.
fn enrolled() -> (Served, Hash) {
    let directory = tempfile::tempdir().unwrap();
    let key = ledger_key();
    let first = Genesis { origin: "ledger.example/one".parse().unwrap(), admission: Admission::Enrolled };
    let first = genesis(first, &key, Time::from_millis(START).unwrap()).unwrap();
    let genesis = *first.entries()[0].leaf();
    Founding::begin(directory.path()).unwrap().finish(first, &key, Memory::default()).unwrap();
    let opened = open(directory.path(), &OpenOptions::default()).unwrap();
    let reader = opened.reader.clone();
    let sequencer = sequencer::start(opened, key, ticking(), roomy()).unwrap();
    let app = App::new(reader, sequencer, Limits::default(), "test build").unwrap();
    (Served { app, directory }, genesis)
}

impl Served {
    async fn register(&self, statement: &SignedStatement) -> Answer {
        self.post("/v1/registry", "application/octet-stream", statement.as_bytes().to_vec()).await
    }

    async fn registers(&self, statement: &SignedStatement) -> SubmitAnswer {
        let answer = self.register(statement).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }

    async fn refuses(&self, statement: &SignedStatement) -> (ProblemKind, String) {
        let answer = match statement.kind() {
            notarium::evidence::Kind::Evidence => self.submit(statement.as_bytes()).await,
            _ => self.register(statement).await,
        };
        let (kind, problem) = answer.problem();
        assert_eq!(problem.status, 403);
        (kind, problem.detail)
    }
}

fn time(millis: u64) -> Time {
    Time::from_millis(START + millis).unwrap()
}

#[tokio::test]
async fn a_registrar_is_made_and_makes_a_submitter_who_deposits() {
    let (served, genesis) = enrolled();
    let info: notarium::api::LedgerInfo = served.get("/v1/ledger").await.json();
    assert_eq!((info.admission.as_str(), info.genesis), ("enrolled", genesis.to_string()));
    let (kind, detail) = served.refuses(&deposit(&submitter(0), b"work", 1)).await;
    assert_eq!((kind, detail.as_str()), (ProblemKind::KeyNotEnrolled, "the key is not enrolled"));
    let first = enrol(&genesis, &ledger_key(), &registrar(0), Role::Registrar, ALWAYS);
    let answer = served.registers(&first).await;
    assert_eq!((answer.entry.index, answer.earlier.count), (1, 0));
    assert!(answer.receipt.starts_with("c2sp.org/tlog-proof@v1\n"));
    // Again, in the other form.
    let request = SubmitRequest { signed_statement: encode_base64(first.as_bytes()) };
    let again = served.post("/v1/registry", "application/json", serde_json::to_vec(&request).unwrap()).await;
    assert_eq!((again.status, again.json::<SubmitAnswer>().entry.index), (StatusCode::OK, 1));
    served.registers(&enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, ALWAYS)).await;
    let deposited = served.submit(deposit(&submitter(0), b"work", 1).as_bytes()).await;
    let deposited: SubmitAnswer = deposited.json();
    let key = deposited.key.unwrap();
    assert_eq!((key.standing.as_str(), key.compromise_claimed), ("in-force", false));
    let enrolment = key.enrolment.unwrap();
    assert_eq!((enrolment.entry, enrolment.name.as_str()), (2, "沈阳 设计事务所"));
    assert_eq!(enrolment.registrar, registrar(0).public().to_string());
    assert_eq!(enrolment.registrar_name.as_deref(), Some("沈阳 设计事务所"));
}

#[tokio::test]
async fn each_reason_has_its_problem() {
    let (served, genesis) = enrolled();
    served.registers(&enrol(&genesis, &ledger_key(), &registrar(0), Role::Registrar, ALWAYS)).await;
    let later = [time(1_000_000), Time::NOT_STATED];
    served.registers(&enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, later)).await;
    let past = [Time::NOT_STATED, time(1)];
    served.registers(&enrol(&genesis, &registrar(0), &submitter(1), Role::Submitter, past)).await;
    served.registers(&enrol(&genesis, &registrar(0), &submitter(2), Role::Submitter, ALWAYS)).await;
    served.registers(&revoke(&genesis, &registrar(0), &submitter(2), Time::NOT_STATED)).await;
    let kind = async |statement| served.refuses(&statement).await;
    assert_eq!(kind(deposit(&submitter(0), b"x", 1)).await.0, ProblemKind::KeyNotYetValid);
    assert_eq!(kind(deposit(&submitter(1), b"x", 1)).await.0, ProblemKind::KeyExpired);
    let (revoked, detail) = kind(deposit(&submitter(2), b"x", 1)).await;
    assert_eq!((revoked, detail.as_str()), (ProblemKind::KeyRevoked, "the key was revoked by entry 5"));
    assert_eq!(kind(deposit(&registrar(0), b"x", 1)).await.0, ProblemKind::NotAdmitted);
    let stolen = enrol(&genesis, &registrar(0), &registrar(1), Role::Registrar, ALWAYS);
    let (not_admitted, detail) = kind(stolen).await;
    assert_eq!(not_admitted, ProblemKind::NotAdmitted);
    assert!(detail.contains("only the ledger's own key"), "{detail}");
    let elsewhere = enrol(&Hash::from_bytes([7; 32]), &registrar(0), &submitter(3), Role::Submitter, ALWAYS);
    assert!(kind(elsewhere).await.1.contains("for the ledger whose entry 0"));
    assert_eq!(served.app_size().await, 6, "what is refused is no entry");
}

#[tokio::test]
async fn each_kind_goes_to_its_own_endpoint() {
    let (served, genesis) = enrolled();
    let evidence = deposit(&submitter(0), b"x", 1);
    let (kind, problem) = served.register(&evidence).await.problem();
    assert_eq!((kind, problem.hint.as_deref()), (ProblemKind::NotAdmitted, Some("evidence goes to /v1/evidence")));
    let enrolment = enrol(&genesis, &ledger_key(), &registrar(0), Role::Registrar, ALWAYS);
    let batch = crate::samples::bytes16(enrolment.as_bytes());
    let answer = served.post("/v1/evidence/batch", "application/octet-stream", batch).await;
    let line: BatchLine = serde_json::from_str(answer.text().trim()).unwrap();
    let BatchOutcome::Problem(problem) = line.outcome else { panic!("a problem") };
    assert_eq!((line.status, problem.kind()), (403, Some(ProblemKind::NotAdmitted)));
    let mut without_consent = enrolment.as_bytes().to_vec();
    let at = without_consent.windows(6).position(|bytes| bytes == "沈阳".as_bytes()).unwrap();
    without_consent[at] ^= 1;
    let forged = SignedStatement::parse(&without_consent);
    assert!(forged.is_err() || forged.unwrap().verify().is_err());
    assert_eq!(served.app_size().await, 1);
}

#[tokio::test]
async fn keys_are_listed_by_their_first_entry_and_the_list_is_complete() {
    let (served, genesis) = enrolled();
    assert_eq!(served.get("/v1/keys").await.json::<KeyList>().keys, []);
    served.registers(&enrol(&genesis, &ledger_key(), &registrar(0), Role::Registrar, ALWAYS)).await;
    for n in [5, 3, 4] {
        served.registers(&enrol(&genesis, &registrar(0), &submitter(n), Role::Submitter, ALWAYS)).await;
    }
    // Said of again, and of one that nobody enrolled.
    let bounded = [Time::NOT_STATED, time(1)];
    served.registers(&enrol(&genesis, &registrar(0), &submitter(3), Role::Submitter, bounded)).await;
    served.registers(&revoke(&genesis, &registrar(0), &submitter(5), time(2))).await;
    served.registers(&revoke(&genesis, &registrar(0), &submitter(9), Time::NOT_STATED)).await;
    let due = [
        (1, registrar(0), "in-force"),
        (2, submitter(5), "revoked"),
        (3, submitter(3), "expired"),
        (4, submitter(4), "in-force"),
        (7, submitter(9), "revoked"),
    ]
    .map(|(entry, key, standing)| (entry, key.public().to_string(), standing.to_owned()));
    for limit in [1, 2, 5, 100] {
        let (mut found, mut next) = (Vec::new(), Some(format!("/v1/keys?limit={limit}")));
        while let Some(path) = next {
            let answer = served.get(&path).await;
            let page: KeyList = answer.json();
            assert!(page.keys.len() <= limit && page.size == 8);
            let link = page.next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
            assert_eq!(answer.header("link"), link.as_deref());
            found.extend(page.keys.into_iter().map(|key| (key.first_entry, key.public_key, key.standing)));
            next = page.next;
        }
        assert_eq!(found, due, "limit {limit}");
    }
    for wrong in ["limit=0", "limit=1001", "before=1", "after=01"] {
        let (kind, _) = served.get(&format!("/v1/keys?{wrong}")).await.problem();
        assert_eq!(kind, ProblemKind::BadQuery, "{wrong}");
    }
}

#[tokio::test]
async fn a_key_is_told_with_its_whole_history() {
    let (served, genesis) = enrolled();
    served.registers(&enrol(&genesis, &ledger_key(), &registrar(0), Role::Registrar, ALWAYS)).await;
    let bounded = [time(0), time(1_000_000)];
    served.registers(&enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, bounded)).await;
    served.registers(&enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, ALWAYS)).await;
    served.registers(&revoke(&genesis, &registrar(0), &submitter(0), time(3))).await;
    let told: KeyAnswer = served.get(&format!("/v1/keys/{}", submitter(0).public())).await.json();
    assert_eq!((told.size, told.standing.as_str(), told.suite), (5, "revoked", 1));
    let enrolments: Vec<_> = told.enrolments.iter().map(|it| (it.entry, it.not_after.clone())).collect();
    assert_eq!(enrolments, [(2, Some(time(1_000_000).to_string())), (3, None)]);
    let revocation = told.revocation.unwrap();
    assert_eq!((revocation.entry, revocation.reason.as_str()), (4, "key compromised"));
    assert_eq!(revocation.compromised_since, Some(time(3).to_string()));
    assert_eq!(revocation.by, registrar(0).public().to_string());
    let standing = async |key: String| served.get(&format!("/v1/keys/{key}")).await.json::<KeyAnswer>().standing;
    assert_eq!(standing(submitter(7).public().to_string()).await, "not-enrolled");
    assert_eq!(standing(ledger_key().public().to_string()).await, "ledgers-own");
    for wrong in ["x", &submitter(0).public().to_string()[1..], &submitter(0).public().to_string().to_uppercase()] {
        let (kind, _) = served.get(&format!("/v1/keys/{wrong}")).await.problem();
        assert_eq!(kind, ProblemKind::MalformedRequest, "{wrong}");
    }
}

#[tokio::test]
async fn a_registrars_claim_stands_beside_the_entries_from_its_time_on_in_every_answer() {
    let (served, genesis) = enrolled();
    served.registers(&enrol(&genesis, &ledger_key(), &registrar(0), Role::Registrar, ALWAYS)).await;
    for n in [0, 1] {
        served.registers(&enrol(&genesis, &registrar(0), &submitter(n), Role::Submitter, ALWAYS)).await;
    }
    let mut deposits = Vec::new();
    for nonce in 0..3 {
        let answer = served.submit(deposit(&submitter(0), b"work", nonce).as_bytes()).await;
        deposits.push(answer.json::<SubmitAnswer>());
    }
    let since = Time::parse(&deposits[1].entry.time).unwrap();
    served.registers(&revoke(&genesis, &registrar(0), &submitter(0), since)).await;
    let claimed = |view: &EntryView| view.key.as_ref().unwrap().compromise_claimed;
    for (deposit, due) in deposits.iter().zip([false, true, true]) {
        let index = deposit.entry.index;
        let entry: EntryView = served.get(&format!("/v1/entries/{index}")).await.json();
        assert_eq!(claimed(&entry), due, "entry {index}");
        assert_eq!(entry.key.unwrap().standing, "in-force", "a claim changes nothing of what stood");
        let report: VerifyAnswer<serde_json::Value> =
            served.post("/v1/verify", "text/plain", deposit.receipt.clone()).await.json();
        assert_eq!(report.report["facts"]["ledger"]["key"]["compromise_claimed"], due);
        assert_eq!(report.report["facts"]["ledger"]["key"]["enrolment"]["name"], "沈阳 设计事务所");
        assert_eq!(report.report["facts"]["ledger"]["key"]["revocation"]["reason"], "reason-compromised");
        assert_eq!(report.report["verdict"], "undetermined", "the evidence is not given; nothing else is missing");
    }
    let history: EntryHistory = served.get(&format!("/v1/entries/{}/history", deposits[2].entry.index)).await.json();
    assert!(claimed(&history.entry));
    let sha256 = notarium::crypto::sha256(&[b"work"]);
    let list: EntryList = served.get(&format!("/v1/entries?sha256={sha256}")).await.json();
    assert_eq!(list.entries.iter().map(claimed).collect::<Vec<_>>(), [false, true, true]);
    let later: SubmitAnswer = served.submit(deposit(&submitter(1), b"work", 9).as_bytes()).await.json();
    let earlier = later.earlier.entries.iter().map(|entry| entry.key.as_ref().unwrap().compromise_claimed);
    assert_eq!(earlier.collect::<Vec<_>>(), [false, true, true]);
}
