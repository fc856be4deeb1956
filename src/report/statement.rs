//! Steps 2 to 4: the evidence, the submitter's signature, and what is disclosed.

use super::facts::{Details, DigestFacts, EvidenceFacts, Facts, StatementFacts};
use super::folder::FolderDifference;
use super::member::Member;
use super::sentence::Sentence;
use super::verdict::{Check, Outcome, Step};
use super::words::Word;
use crate::crypto::Digests;
use crate::evidence::{
    Body, Commitment, DetailsCheck, DigestMode, Entry, Evidence, Fingerprint, SignedStatement, VerifyError,
    check_details,
};
use crate::ledger::{DisclosedDetails, Disclosure};

/// Steps 2 to 4 over the statement of an entry that could be read.
pub(super) fn check_statement(
    entry: &Entry,
    disclosed: &Disclosure,
    evidence: Option<&Digests>,
    facts: &mut Facts,
) -> [Check; 3] {
    let statement = match entry.statement() {
        Ok(statement) => statement,
        Err(error) => {
            let why = Sentence::from(Word::StatementNotUnderstood).with("error", error.to_string());
            return no_statement(&why, disclosed);
        }
    };
    record(&statement, facts);
    let signature = check_signature(&statement);
    let Body::Evidence(body) = statement.body() else {
        let evidence = Check::new(Step::Evidence, Outcome::NotMade, kind_without_evidence(&statement));
        return [evidence, signature, check_nothing_disclosed(disclosed)];
    };
    let compared = Compared::new(&statement, body, disclosed, evidence, &mut facts.evidence);
    facts.times.claimed = Some(body.claimed_time).filter(|time| time.is_stated());
    let disclosure = check_disclosure(&statement, body, disclosed, &compared, facts);
    [compared.check, signature, disclosure]
}

/// Steps 2 to 4 when there is no statement to make them on, because of `why`.
pub(super) fn no_statement(why: &Sentence, disclosed: &Disclosure) -> [Check; 3] {
    let not_made = |step| Check::new(step, Outcome::NotMade, why.clone());
    [not_made(Step::Evidence), not_made(Step::Signature), check_nothing_disclosed(disclosed)]
}

fn record(statement: &SignedStatement, facts: &mut Facts) {
    let continues = match statement.body() {
        Body::Evidence(evidence) => evidence.continues.map(|id| id.to_string()),
        _ => None,
    };
    facts.statement = Some(StatementFacts {
        id: statement.id().to_string(),
        kind: statement.kind().code(),
        suite: statement.suite_code(),
        public_key: hex::encode(statement.key().as_bytes()),
        continues,
    });
}

fn kind_without_evidence(statement: &SignedStatement) -> Sentence {
    let kind = statement.kind();
    let word =
        if matches!(statement.body(), Body::Unknown { .. }) { Word::KindNotUnderstood } else { Word::EvidenceNone };
    Sentence::from(word).with("kind", u64::from(kind.code()))
}

/// Step 2, and what step 4 needs of it.
struct Compared {
    check: Check,
    /// Whether the disclosed salt led to the deposited digests.
    salt_holds: bool,
}

impl Compared {
    /// Step 2: SHA-256, SM3 and length equal the statement's, after salting where it is salted; and where they are those of
    /// a folder's manifest, the folder holds what the manifest says.
    fn new(
        statement: &SignedStatement,
        body: &Evidence,
        disclosed: &Disclosure,
        evidence: Option<&Digests>,
        facts: &mut EvidenceFacts,
    ) -> Self {
        let recorded = &body.fingerprint;
        facts.salted = recorded.mode() == DigestMode::Salted;
        facts.recorded = Some(DigestFacts::recorded(recorded));
        let not_made =
            |why: Sentence| Self { check: Check::new(Step::Evidence, Outcome::NotMade, why), salt_holds: false };
        let Some(evidence) = evidence else { return not_made(Word::EvidenceNotGiven.into()) };
        let computed = match (recorded.mode(), disclosed.evidence_salt(), statement.public_key()) {
            (DigestMode::Plain, _, _) => Fingerprint::plain(evidence),
            (DigestMode::Salted, None, _) => return not_made(Word::SaltWithheld.into()),
            (DigestMode::Salted, Some(_), None) => return not_made(suite_not_understood(statement)),
            (DigestMode::Salted, Some(salt), Some(key)) => Fingerprint::salted(evidence, salt, key),
        };
        if facts.salted {
            facts.computed_salted = Some(DigestFacts::recorded(&computed));
        }
        let equal = computed == *recorded;
        let folder = facts.folder.as_ref().map(FolderDifference::judged);
        let files = folder.into_iter().chain(facts.member.as_ref().map(Member::judged));
        let outcome = if equal { Outcome::Passed } else { Outcome::Failed };
        let why = if equal { same(recorded, evidence) } else { difference(&computed, recorded, evidence) };
        let check = Check::new(Step::Evidence, outcome, why);
        let check = files.fold(check, |check, (outcome, why)| check.and(outcome, why));
        Self { check, salt_holds: equal && facts.salted }
    }
}

fn same(recorded: &Fingerprint, evidence: &Digests) -> Sentence {
    let word = match recorded.mode() {
        DigestMode::Plain => Word::EvidenceEqual,
        DigestMode::Salted => Word::EvidenceEqualSalted,
    };
    Sentence::from(word).with("length", evidence.length)
}

/// Which of the digests and the length differ.
fn difference(computed: &Fingerprint, recorded: &Fingerprint, evidence: &Digests) -> Sentence {
    let word = |equal| if equal { Word::Equals } else { Word::Differs };
    let salted = recorded.mode() == DigestMode::Salted;
    let sentence = Sentence::from(if salted { Word::EvidenceDiffersSalted } else { Word::EvidenceDiffers })
        .with("sha256", word(computed.sha256() == recorded.sha256()))
        .with("sm3", word(computed.sm3() == recorded.sm3()))
        .with("given", evidence.length);
    if salted {
        return sentence;
    }
    sentence.with("length", word(computed.length() == recorded.length())).with("recorded", recorded.length())
}

fn suite_not_understood(statement: &SignedStatement) -> Sentence {
    Sentence::from(Word::SuiteNotUnderstood).with("suite", u64::from(statement.suite_code()))
}

/// Step 3: the submitter's signature over the statement, and the consent that an enrolment or a rotation carries.
fn check_signature(statement: &SignedStatement) -> Check {
    let key = hex::encode(statement.key().as_bytes());
    let valid = if matches!(statement.body(), Body::Enrol(_) | Body::Rotate(_)) {
        Word::ConsentValid
    } else {
        Word::SignatureValid
    };
    // Both are judged, whatever the other says: a suite that is not understood must not hide a signature that is bad.
    let judged = match (statement.check_signature(), statement.check_consent()) {
        (Err(error), Ok(())) | (Ok(()), Err(error)) => Err(error),
        (Err(outer), Err(consent)) => Err(if outer.is_unknown() { consent } else { outer }),
        (Ok(()), Ok(())) => Ok(()),
    };
    let (outcome, why) = match judged {
        Ok(()) => (Outcome::Passed, Sentence::from(valid)),
        Err(VerifyError::BadConsent) => (Outcome::Failed, Word::ConsentBad.into()),
        Err(VerifyError::BadSignature) => (Outcome::Failed, Word::SignatureBad.into()),
        Err(VerifyError::UnknownSuite { suite }) => {
            (Outcome::NotMade, Sentence::from(Word::SuiteNotUnderstood).with("suite", u64::from(suite)))
        }
        Err(VerifyError::UnknownKind { kind }) => {
            (Outcome::NotMade, Sentence::from(Word::KindNotUnderstood).with("kind", u64::from(kind)))
        }
    };
    Check::new(Step::Signature, outcome, why.with("key", key))
}

/// Step 4 where nothing can be compared: it passes if nothing is disclosed.
fn check_nothing_disclosed(disclosed: &Disclosure) -> Check {
    let nothing = disclosed.evidence_salt().is_none() && disclosed.details().is_none();
    let (outcome, why) =
        if nothing { (Outcome::Passed, Word::NothingDisclosed) } else { (Outcome::NotMade, Word::DisclosureNotMade) };
    Check::new(Step::Disclosure, outcome, why)
}

/// Step 4: the disclosed salt and the disclosed details each match their commitment.
fn check_disclosure(
    statement: &SignedStatement,
    body: &Evidence,
    disclosed: &Disclosure,
    compared: &Compared,
    facts: &mut Facts,
) -> Check {
    let salt = disclosed.evidence_salt().map(|_| {
        if compared.salt_holds {
            (Outcome::Passed, Sentence::from(Word::SaltMatches))
        } else {
            (Outcome::NotMade, Word::SaltNotMade.into())
        }
    });
    let details = check_disclosed_details(statement, body, disclosed, facts);
    let mut parts = salt.into_iter().chain(details);
    let nothing = if body.details.is_some() { Word::DetailsWithheld } else { Word::NothingDisclosed };
    let (outcome, why) = parts.next().unwrap_or((Outcome::Passed, nothing.into()));
    parts.fold(Check::new(Step::Disclosure, outcome, why), |check, (outcome, why)| check.and(outcome, why))
}

/// The part of step 4 that is about details: compared as bytes, then read.
fn check_disclosed_details(
    statement: &SignedStatement,
    body: &Evidence,
    disclosed: &Disclosure,
    facts: &mut Facts,
) -> Vec<(Outcome, Sentence)> {
    let Some(DisclosedDetails { salt, json }) = disclosed.details() else { return Vec::new() };
    let Some(commitment) = body.details else { return vec![(Outcome::Failed, Word::DetailsNone.into())] };
    let Some(key) = statement.public_key() else { return vec![(Outcome::NotMade, suite_not_understood(statement))] };
    if Commitment::new(salt, key, json) != commitment {
        return vec![(Outcome::Failed, Word::DetailsDiffer.into())];
    }
    let mut parts = vec![(Outcome::Passed, Sentence::from(Word::DetailsMatch))];
    facts.details = Some(match check_details(json) {
        DetailsCheck::WellFormed(object) => Details::Object(object),
        DetailsCheck::Malformed(error) => {
            let why = Sentence::from(Word::DetailsMalformed).with("error", error.to_string());
            parts.push((Outcome::Passed, why));
            Details::Malformed { raw: json.clone() }
        }
    });
    parts
}

impl DigestFacts {
    /// Of evidence at hand.
    pub(super) fn of(digests: &Digests) -> Self {
        Self { sha256: digests.sha256.to_string(), sm3: digests.sm3.to_string(), length: Some(digests.length) }
    }

    /// Of a fingerprint: no length in salted mode.
    fn recorded(fingerprint: &Fingerprint) -> Self {
        let length = Some(fingerprint.length()).filter(|_| fingerprint.mode() == DigestMode::Plain);
        Self { sha256: fingerprint.sha256().to_string(), sm3: fingerprint.sm3().to_string(), length }
    }
}
