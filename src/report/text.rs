//! A report as text for a person: verdict first, then the checks, then everything they rest on.
//!
//! At most 100 columns wide, aligned with Chinese characters counted double. Times are given in UTC; local time is added
//! by a formatter that the caller passes in, since this floor knows no time zone. Text that came from outside is escaped.

use super::facts::{Details, DigestFacts, EarlierDeposit, Facts, NoEarlier, TimeFacts, Vouched, value_text};
use super::folder::FolderDifference;
use super::layout::{PAGE, padded, width, wrap};
use super::sentence::{Sentence, shown};
use super::words::{Language, Word};
use super::{NOT_PROVED, Report};
use crate::codec::{Time, encode_base64};
use crate::trust::PosixTime;

/// Gives a time as local time with its offset, or nothing where the zone is not known.
pub type LocalTime<'a> = &'a dyn Fn(Time) -> Option<String>;

/// Paths of one kind that are listed; beyond these they are counted. The JSON has them all.
const LISTED: usize = 100;

/// `report` as text in `language`, lines ending in LF.
#[must_use]
pub fn render_text(report: &Report, language: Language, local_time: LocalTime<'_>) -> String {
    let mut page = Page { language, local_time, labels: label_columns(language), out: String::new() };
    page.verdict(report);
    page.checks(report);
    page.remarks(report);
    page.evidence(report);
    page.entry(&report.facts);
    page.times(&report.facts.times);
    page.checkpoint(&report.facts);
    page.details(&report.facts);
    page.before_ledger(&report.facts);
    page.proves_not();
    page.provenance(report);
    page.out
}

/// Columns that the widest label takes, with the gap after it.
fn label_columns(language: Language) -> usize {
    use Word::{
        AdmittedTime, AsComputedSalted, AsRecordedSalted, ClaimedTime, EntryNumber, NotMade, PreCapturedAt, PreVersion,
        StatementId, TrustedTime,
    };
    let widest = [
        AdmittedTime,
        AsComputedSalted,
        AsRecordedSalted,
        ClaimedTime,
        EntryNumber,
        NotMade,
        PreCapturedAt,
        PreVersion,
        StatementId,
        TrustedTime,
    ];
    widest.into_iter().map(|word| width(word.text(language))).max().unwrap_or(0) + 2
}

struct Page<'a> {
    language: Language,
    local_time: LocalTime<'a>,
    labels: usize,
    out: String,
}

impl Page<'_> {
    fn word(&self, word: Word) -> &'static str {
        word.text(self.language)
    }

    fn said(&self, sentence: &Sentence) -> String {
        sentence.in_language(self.language)
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn heading(&mut self, word: Word) {
        if !self.out.is_empty() {
            self.line("");
        }
        self.line(self.word(word));
    }

    /// `text` wrapped beside `head`, which takes `columns` in the first line.
    fn beside(&mut self, head: &str, columns: usize, text: &str) {
        for (number, line) in wrap(text, PAGE - columns).into_iter().enumerate() {
            let head = if number == 0 { head } else { "" };
            let line = format!("{}{line}", padded(head, columns));
            self.line(&line);
        }
    }

    /// A line of a label and its value; a long value goes on under itself.
    fn field(&mut self, label: Word, value: &str) {
        let head = format!("  {}", self.word(label));
        self.beside(&head, self.labels + 2, value);
    }

    /// A further value under the label above.
    fn under(&mut self, value: &str) {
        self.beside("", self.labels + 2, value);
    }

    fn item(&mut self, text: &str) {
        self.beside("  -", 4, text);
    }

    /// A time in UTC, and in local time where the caller knows it.
    fn time(&self, time: Time) -> String {
        match (self.local_time)(time) {
            Some(local) => format!("{time} ({})", shown(&local)),
            None => time.to_string(),
        }
    }

    /// A witness's time; after the year 9999, which no calendar here goes beyond, as seconds.
    fn witness_time(&self, time: PosixTime) -> String {
        match time.to_time() {
            Some(time) => self.time(time),
            None => self.said(&Sentence::from(Word::SecondsAfter1970).with("count", time.seconds())),
        }
    }

    fn verdict(&mut self, report: &Report) {
        self.heading(Word::Report);
        self.line("");
        let verdict = self.word(report.verdict.word());
        let verdict = if self.language == Language::En { verdict.to_uppercase() } else { verdict.to_owned() };
        self.field(Word::Verdict, &verdict);
        let meaning = self.said(&report.verdict.meaning(&report.checks));
        self.under(&meaning);
        if let Some(proves) = report.proves() {
            self.under(self.word(proves));
        }
    }

    fn checks(&mut self, report: &Report) {
        self.heading(Word::Checks);
        let names = report.checks.iter().map(|c| width(self.word(c.step.name()))).max().unwrap_or(0) + 2;
        let outcomes = [Word::Passed, Word::Failed, Word::NotMade].map(|w| width(self.word(w)));
        let outcomes = outcomes.into_iter().max().unwrap_or(0) + 2;
        for check in &report.checks {
            let name = padded(self.word(check.step.name()), names);
            let head = format!("  {}  {name}{}", check.step.number(), self.word(check.outcome.word()));
            for (number, why) in check.detail.iter().enumerate() {
                let why = self.said(why);
                self.beside(if number == 0 { &head } else { "" }, 5 + names + outcomes, &why);
            }
        }
    }

    fn remarks(&mut self, report: &Report) {
        if report.remarks.is_empty() {
            return;
        }
        self.heading(Word::Remarks);
        for remark in &report.remarks {
            let text = self.said(&remark.sentence());
            self.item(&text);
        }
    }

    fn evidence(&mut self, report: &Report) {
        let facts = &report.facts.evidence;
        if facts.computed.is_none() && facts.recorded.is_none() {
            return;
        }
        self.heading(Word::Evidence);
        if let Some(member) = &facts.member {
            self.field(Word::PackageFile, &shown(&member.file));
            self.under(&format!("SHA-256  {}", member.sha256));
        }
        if let Some(name) = &report.provenance.evidence {
            let label = if facts.member.is_some() { Word::PackageManifest } else { Word::File };
            self.field(label, &shown(name));
        }
        let (computed, recorded) = if facts.salted {
            (Word::AsComputedSalted, Word::AsRecordedSalted)
        } else {
            (Word::AsComputed, Word::AsRecorded)
        };
        self.digests(Word::AsComputed, facts.computed.as_ref());
        if facts.salted {
            self.digests(computed, facts.computed_salted.as_ref());
        }
        self.digests(recorded, facts.recorded.as_ref());
        if let Some(folder) = &facts.folder {
            self.folder(folder);
        }
    }

    /// The files of a package: how many are the same, and which are not, by name.
    fn folder(&mut self, folder: &FolderDifference) {
        self.field(Word::Folder, &self.said(&Sentence::from(Word::FilesSame).with("count", folder.same as u64)));
        self.paths(Word::FileChanged, folder.changed.len(), folder.changed.iter().cloned());
        self.paths(Word::FileMissing, folder.missing.len(), folder.missing.iter().cloned());
        self.paths(Word::FileAdded, folder.added.len(), folder.added.iter().cloned());
        let renamed = folder.renamed.iter().map(|file| format!("{} -> {}", file.from, file.to));
        self.paths(Word::FileRenamed, folder.renamed.len(), renamed);
    }

    fn paths(&mut self, label: Word, count: usize, paths: impl Iterator<Item = String>) {
        for (number, path) in paths.take(LISTED).enumerate() {
            if number == 0 {
                self.field(label, &shown(&path));
            } else {
                self.under(&shown(&path));
            }
        }
        if let Some(more) = count.checked_sub(LISTED).filter(|more| *more > 0) {
            self.under(&self.said(&Sentence::from(Word::MoreFiles).with("count", more as u64)));
        }
    }

    fn digests(&mut self, whose: Word, digests: Option<&DigestFacts>) {
        let Some(digests) = digests else { return };
        self.field(whose, &format!("SHA-256  {}", digests.sha256));
        self.under(&format!("SM3      {}", digests.sm3));
        let length = match digests.length {
            Some(length) => self.said(&Sentence::from(Word::Bytes).with("count", length)),
            None => self.word(Word::NotRecordedSalted).to_owned(),
        };
        let label = padded(self.word(Word::Length), 9);
        self.under(&format!("{label}{length}"));
    }

    fn entry(&mut self, facts: &Facts) {
        let Some(entry) = &facts.entry else { return };
        self.heading(Word::Entry);
        self.field(Word::EntryNumber, &entry.index.to_string());
        self.field(Word::LeafHash, &entry.leaf);
        let Some(statement) = &facts.statement else { return };
        self.field(Word::StatementId, &statement.id);
        if statement.kind != 1 {
            self.field(Word::KindLabel, &statement.kind.to_string());
        }
        self.field(Word::Submitter, &statement.public_key);
        match &facts.ledger {
            Some(side) => {
                for said in side.key.sentences(entry.index) {
                    self.under(&self.said(&said));
                }
            }
            None => self.under(self.word(Word::KeyNotChecked)),
        }
        if let Some(continues) = &statement.continues {
            self.field(Word::Continues, continues);
        }
        self.earlier(facts);
    }

    fn earlier(&mut self, facts: &Facts) {
        let Some(side) = &facts.ledger else { return };
        let Some(earlier) = &side.earlier else { return };
        for (number, deposit) in earlier.iter().enumerate() {
            let label = if number == 0 { Word::EarliestDeposit } else { Word::EarlierDeposit };
            self.deposit(label, deposit);
        }
        if !earlier.is_empty() {
            self.under(self.word(Word::FirstIsNotCreation));
        }
        for hit in &side.partial {
            self.deposit(Word::PartialLabel, &hit.deposit);
            self.under(&self.said(&Sentence::from(Word::PartialWhy).with("agrees", hit.agrees)));
        }
    }

    fn deposit(&mut self, label: Word, deposit: &EarlierDeposit) {
        self.field(label, &format!("{}  {}", deposit.index, self.time(deposit.time)));
        self.under(&deposit.public_key);
        if let Some(enrolment) = &deposit.key.enrolment {
            self.under(&shown(&enrolment.name));
        }
        let claim = deposit.key.claim_told(deposit.index);
        for said in &claim {
            self.under(&self.said(said));
        }
        if !claim.is_empty() {
            self.under(self.word(Word::KeyClaimWhy));
        }
    }

    fn times(&mut self, times: &TimeFacts) {
        if times.admitted.is_none() && times.vouched == Vouched::Unchecked {
            return;
        }
        self.heading(Word::Times);
        match times.claimed {
            Some(time) => {
                self.field(Word::ClaimedTime, &self.time(time));
                self.under(self.word(Word::ClaimedBy));
            }
            None => self.field(Word::ClaimedTime, self.word(Word::NotStated)),
        }
        if let Some(time) = times.admitted {
            self.field(Word::AdmittedTime, &self.time(time));
            self.under(self.word(Word::ClockOfLedger));
        }
        self.vouched(&times.vouched);
        match &times.no_earlier {
            None => {}
            Some(NoEarlier::Nobody { why }) => self.under(&self.said(why)),
            Some(NoEarlier::Witnesses { no_earlier_than, size, clocks }) => {
                let time = Sentence::from(Word::NoEarlierThan).with("time", self.witness_time(*no_earlier_than));
                self.under(&self.said(&time.with("size", *size)));
                self.clocks(clocks);
            }
        }
    }

    fn clocks(&mut self, clocks: &[String]) {
        let whose = Sentence::from(Word::ClockOfWitnesses).with("witnesses", clocks.join(", "));
        self.under(&self.said(&whose));
    }

    fn vouched(&mut self, vouched: &Vouched) {
        let why = match vouched {
            Vouched::Unchecked => Word::NoPolicyVouches,
            Vouched::Nobody => Word::NobodyVouches,
            Vouched::QuorumMissing => Word::QuorumMissing,
            Vouched::Witnesses { no_later_than, clocks } => {
                let time = Sentence::from(Word::NoLaterThan).with("time", self.witness_time(*no_later_than));
                self.field(Word::TrustedTime, &self.said(&time));
                self.clocks(clocks);
                return;
            }
        };
        self.field(Word::TrustedTime, self.word(why));
    }

    fn checkpoint(&mut self, facts: &Facts) {
        let Some(checkpoint) = &facts.checkpoint else { return };
        self.heading(Word::CheckpointHeading);
        self.field(Word::Origin, &shown(&checkpoint.origin));
        self.field(Word::Size, &checkpoint.size.to_string());
        self.field(Word::Root, &checkpoint.root);
        for key in &facts.relied_on {
            let key = Sentence::from(Word::KeyId).with("name", key.name.as_str()).with("id", key.id.as_str());
            self.field(Word::ReliedOn, &self.said(&key));
        }
        for witness in &facts.witnesses {
            let sentence = Sentence::from(if witness.valid { Word::WitnessAt } else { Word::WitnessBad })
                .with("name", witness.key.name.as_str())
                .with("id", witness.key.id.as_str())
                .with("time", witness.time.map(|t| self.witness_time(t)).unwrap_or_default());
            self.field(Word::Witness, &self.said(&sentence));
        }
    }

    fn details(&mut self, facts: &Facts) {
        let Some(details) = &facts.details else { return };
        self.heading(Word::DetailsHeading);
        match details {
            Details::Object(object) => {
                object.as_object().into_iter().flatten().for_each(|(name, value)| self.detail(name, value));
            }
            Details::Malformed { raw } => {
                self.item(self.word(Word::Malformed));
                self.beside("", 4, &encode_base64(raw));
            }
        }
    }

    /// One name of the details, as the submitter wrote it; an object's own names on lines of their own.
    fn detail(&mut self, name: &str, value: &serde_json::Value) {
        if let serde_json::Value::Object(inner) = value {
            for (inner_name, value) in inner {
                let name = format!("{name}.{inner_name}");
                self.item(&format!("{}: {}", shown(&name), shown(&value_text(value))));
            }
        } else {
            self.item(&format!("{}: {}", shown(name), shown(&value_text(value))));
        }
    }

    fn before_ledger(&mut self, facts: &Facts) {
        if facts.before_ledger.is_empty() {
            return;
        }
        self.heading(Word::PreChain);
        for line in &facts.before_ledger {
            let said = line.said.as_deref().map_or_else(|| self.word(Word::NotProvided).to_owned(), shown);
            self.field(line.about, &said);
        }
    }

    fn proves_not(&mut self) {
        self.heading(Word::ProvesNot);
        for word in NOT_PROVED {
            self.item(self.word(word));
        }
    }

    fn provenance(&mut self, report: &Report) {
        let with = &report.provenance;
        self.heading(Word::VerifiedWith);
        self.field(Word::Software, &with.software);
        for (label, name, digest) in [
            (Word::ReceiptLabel, &with.receipt, &with.receipt_sha256),
            (Word::PolicyLabel, &with.policy, &with.policy_sha256),
        ] {
            let Some(digest) = digest else {
                self.field(label, self.word(Word::NotProvided));
                continue;
            };
            if let Some(name) = name {
                self.field(label, &shown(name));
                self.under(&format!("SHA-256 {digest}"));
            } else {
                self.field(label, &format!("SHA-256 {digest}"));
            }
        }
        if let Some(by) = &with.verified_by {
            self.field(Word::VerifiedBy, &shown(by));
        }
        if let Some(at) = with.verified_at {
            self.field(Word::VerifiedAt, &self.time(at));
        }
    }
}
