//! The sections of a document in HTML, in the order in which a judge asks.

use super::super::facts::{Details, DigestFacts, EarlierDeposit, NoEarlier, TimeFacts, Vouched, value_text};
use super::super::folder::FolderDifference;
use super::super::sentence::Sentence;
use super::super::words::{Language, Word};
use super::super::{LocalTime, NOT_PROVED, Outcome};
use super::html::{Html, data, escape, quoted, tag};
use super::{Document, DocumentKind, FORMATS, VERIFY_COMMAND, code_content, qr};
use crate::codec::{Time, encode_base64};
use crate::note::VerifierKey;
use crate::trust::PosixTime;

const STYLE: &str = include_str!("style.css");

/// Paths of one kind that are listed; beyond these they are counted. The JSON has them all.
const LISTED: usize = 100;

/// The whole file.
pub(super) fn render(document: &Document<'_>, languages: &[Language], local_time: LocalTime<'_>) -> String {
    let mut page = Page { document, local_time, html: Html::new(languages) };
    page.begin(languages);
    page.header();
    page.verdict();
    if document.kind == DocumentKind::Certificate {
        page.entry();
        page.evidence();
        page.times();
        page.checkpoint();
        page.earlier();
        page.checks();
        page.remarks();
    } else {
        page.checks();
        page.remarks();
        page.evidence();
        page.entry();
        page.times();
        page.checkpoint();
        page.earlier();
    }
    page.details();
    page.before_ledger();
    page.not_proved();
    page.provenance();
    page.verify_again();
    page.html.line("</body>\n</html>");
    page.html.out
}

struct Page<'a> {
    document: &'a Document<'a>,
    local_time: LocalTime<'a>,
    html: Html<'a>,
}

impl Page<'_> {
    fn begin(&mut self, languages: &[Language]) {
        let language = languages.first().copied().unwrap_or(Language::En);
        let title = escape(self.document.kind.title().text(language));
        let number = self.document.report.facts.entry.as_ref().map(|entry| format!(" {}", entry.index));
        let number = number.unwrap_or_default();
        self.html.line("<!DOCTYPE html>");
        self.html.line(&format!("<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">", tag(language)));
        // Nothing may be loaded, whatever a browser thinks that it reads.
        self.html.line(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        );
        self.html.line("<meta name=\"viewport\" content=\"width=device-width\">");
        self.html.line(&format!("<title>{title}{number}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"));
    }

    /// A time in UTC, and in local time where the caller knows it.
    fn time(&self, time: Time) -> String {
        match (self.local_time)(time) {
            Some(local) => format!("{}<div class=\"small\">{}</div>", data(&time.to_string()), escape(&local)),
            None => data(&time.to_string()),
        }
    }

    fn header(&mut self) {
        let title = self.html.word(self.document.kind.title());
        let notice = self.html.word(Word::NotEndorsed);
        self.html.line(&format!("<header>\n<div>\n<h1>{title}</h1>"));
        if let Some(entry) = &self.document.report.facts.entry {
            let number = self.html.word(Word::EntryNumber);
            let line = format!("<p class=\"inline\">{number}: <strong>{}</strong></p>", entry.index);
            self.html.line(&line);
        }
        self.html.line(&format!("<div class=\"small\">{notice}</div>\n</div>"));
        let entry = self.document.report.facts.entry.as_ref();
        if let Some(code) = entry.and_then(|entry| qr::svg(&code_content(entry.index, &entry.leaf))) {
            let holds = self.html.word(Word::CodeHolds);
            self.html.line(&format!("<figure>{code}<figcaption>{holds}</figcaption></figure>"));
        }
        self.html.line("</header>");
    }

    fn verdict(&mut self) {
        let report = self.document.report;
        let label = self.html.word(Word::Verdict);
        let verdict = self.html.word(report.verdict.word());
        let meaning = self.html.said(&report.verdict.meaning(&report.checks));
        self.html.line(&format!(
            "<section class=\"verdict\">\n<div class=\"small inline\">{label}</div>\n<div class=\"inline\"><strong>{verdict}</strong></div>\n<div>{meaning}</div>"
        ));
        if let Some(proves) = report.proves() {
            let proves = self.html.word(proves);
            self.html.line(&format!("<div>{proves}</div>"));
        }
        self.html.line("</section>");
    }

    fn checks(&mut self) {
        self.html.heading(Word::Checks);
        let heads = [Word::StepNumber, Word::StepLabel, Word::OutcomeLabel, Word::ReasonLabel];
        let heads: String =
            heads.map(|word| format!("<th class=\"inline\" scope=\"col\">{}</th>", self.html.word(word))).concat();
        self.html.line(&format!("<table class=\"checks\">\n<thead><tr>{heads}</tr></thead>\n<tbody>"));
        for check in &self.document.report.checks {
            let class = if check.outcome == Outcome::Passed { "inline" } else { "inline failed" };
            let why = check
                .detail
                .iter()
                .map(|why| format!("<div>{}</div>", self.html.said(why)))
                .collect::<Vec<_>>()
                .concat();
            self.html.line(&format!(
                "<tr><td>{}</td><td class=\"inline\">{}</td><td class=\"{class}\">{}</td><td>{why}</td></tr>",
                check.step.number(),
                self.html.word(check.step.name()),
                self.html.word(check.outcome.word()),
            ));
        }
        self.html.line("</tbody>\n</table>");
    }

    fn remarks(&mut self) {
        let remarks = &self.document.report.remarks;
        if remarks.is_empty() {
            return;
        }
        self.html.heading(Word::Remarks);
        let items = remarks
            .iter()
            .map(|remark| format!("<li>{}</li>", self.html.said(&remark.sentence())))
            .collect::<Vec<_>>()
            .concat();
        self.html.line(&format!("<ul>{items}</ul>"));
    }

    fn evidence(&mut self) {
        let report = self.document.report;
        let facts = &report.facts.evidence;
        self.html.heading(Word::Evidence);
        self.html.open_table();
        let file = match &report.provenance.evidence {
            Some(name) => quoted(name),
            None => self.html.word(Word::NotProvided),
        };
        self.html.row(Word::File, &[file]);
        let salted = facts.salted;
        let (computed, recorded) = if salted {
            (Word::AsComputedSalted, Word::AsRecordedSalted)
        } else {
            (Word::AsComputed, Word::AsRecorded)
        };
        if facts.recorded.is_some() {
            let mode = self.html.word(if salted { Word::ModeSalted } else { Word::ModePlain });
            self.html.row(Word::DepositMode, &[mode]);
        }
        self.digests(recorded, facts.recorded.as_ref());
        self.digests(Word::AsComputed, facts.computed.as_ref());
        if salted {
            self.digests(computed, facts.computed_salted.as_ref());
        }
        if let Some(folder) = &facts.folder {
            self.folder(folder);
        }
        self.html.close_table();
    }

    fn digests(&mut self, whose: Word, digests: Option<&DigestFacts>) {
        let Some(digests) = digests else {
            let missing = self.html.word(Word::NotProvided);
            self.html.row(whose, &[missing]);
            return;
        };
        let length = match digests.length {
            Some(length) => self.html.said(&Sentence::from(Word::Bytes).with("count", length)),
            None => self.html.word(Word::NotRecordedSalted),
        };
        let label = self.html.word(Word::Length);
        let values = [
            format!("SHA-256 {}", data(&digests.sha256)),
            format!("SM3 {}", data(&digests.sm3)),
            format!("<span class=\"inline\">{label}: <span>{length}</span></span>"),
        ];
        self.html.row(whose, &values);
    }

    fn folder(&mut self, folder: &FolderDifference) {
        let same = self.html.said(&Sentence::from(Word::FilesSame).with("count", folder.same as u64));
        self.html.row(Word::Folder, &[same]);
        let renamed: Vec<String> = folder.renamed.iter().map(|file| format!("{} -> {}", file.from, file.to)).collect();
        for (label, paths) in [
            (Word::FileChanged, &folder.changed),
            (Word::FileMissing, &folder.missing),
            (Word::FileAdded, &folder.added),
            (Word::FileRenamed, &renamed),
        ] {
            let mut lines: Vec<String> = paths.iter().take(LISTED).map(|path| quoted(path)).collect();
            if let Some(more) = paths.len().checked_sub(LISTED).filter(|more| *more > 0) {
                lines.push(self.html.said(&Sentence::from(Word::MoreFiles).with("count", more as u64)));
            }
            if !lines.is_empty() {
                self.html.row(label, &lines);
            }
        }
    }

    fn entry(&mut self) {
        let facts = &self.document.report.facts;
        let Some(entry) = &facts.entry else { return };
        self.html.heading(Word::Entry);
        self.html.open_table();
        self.html.row(Word::EntryNumber, &[data(&entry.index.to_string())]);
        self.html.row(Word::LeafHash, &[data(&entry.leaf)]);
        if let Some(statement) = &facts.statement {
            self.html.row(Word::StatementId, &[data(&statement.id)]);
            let mut submitter = vec![data(&statement.public_key)];
            match &facts.ledger {
                Some(side) => {
                    submitter.extend(side.key.sentences(entry.index).iter().map(|said| self.html.said(said)));
                }
                None => submitter.push(self.html.word(Word::KeyNotChecked)),
            }
            self.html.row(Word::Submitter, &submitter);
            if let Some(continues) = &statement.continues {
                self.html.row(Word::Continues, &[data(continues)]);
            }
        }
        self.html.close_table();
    }

    /// The three times, each beside the clock that it is by.
    fn times(&mut self) {
        let facts = &self.document.report.facts;
        let times = &facts.times;
        self.html.heading(Word::Times);
        let [time, whose] = [Word::TimeLabel, Word::WhoseWord].map(|word| self.html.word(word));
        self.html.line(&format!(
            "<table class=\"times\">\n<thead><tr><th></th><th class=\"inline\" scope=\"col\">{time}</th><th class=\"inline\" scope=\"col\">{whose}</th></tr></thead>\n<tbody>"
        ));
        let claimed = times.claimed.map(|time| (self.time(time), self.html.word(Word::ClaimedBy)));
        self.time_row(Word::ClaimedTime, claimed, Word::NotStated);
        let admitted = times.admitted.map(|time| (self.time(time), self.html.word(Word::ClockOfLedger)));
        self.time_row(Word::AdmittedTime, admitted, Word::NotStated);
        let first = facts.first_cosigned().map(|(time, witness)| {
            let whose = Sentence::from(Word::ClockOfOneWitness).with("witness", witness);
            (self.witness_time(Word::TimeItself, time, None), self.html.said(&whose))
        });
        self.time_row(Word::FirstCosigned, first, Word::NotCosigned);
        let (vouched, missing) = self.vouched(times);
        self.time_row(Word::TrustedTime, vouched, missing);
        self.html.line("</tbody>\n</table>");
    }

    fn time_row(&mut self, label: Word, time: Option<(String, String)>, missing: Word) {
        let label = self.html.word(label);
        let (time, whose) = time.unwrap_or_else(|| (self.html.word(missing), String::new()));
        self.html
            .line(&format!("<tr><th class=\"inline\" scope=\"row\">{label}</th><td>{time}</td><td>{whose}</td></tr>"));
    }

    /// The time of the first cosignatures that count, or why there is none.
    fn vouched(&self, times: &TimeFacts) -> (Option<(String, String)>, Word) {
        match &times.vouched {
            Vouched::Unchecked => (None, Word::NoPolicyVouches),
            Vouched::Nobody => (None, Word::NobodyVouches),
            Vouched::QuorumMissing => (None, Word::QuorumMissing),
            Vouched::Witnesses { no_later_than, clocks } => {
                let upper = self.witness_time(Word::NoLaterThan, *no_later_than, None);
                let mut time = vec![upper];
                let mut whose = vec![self.clocks(clocks)];
                match &times.no_earlier {
                    None => {}
                    Some(NoEarlier::Nobody { why }) => time.push(self.html.said(why)),
                    Some(NoEarlier::Witnesses { no_earlier_than, size, clocks }) => {
                        time.push(self.witness_time(Word::NoEarlierThan, *no_earlier_than, Some(*size)));
                        whose.push(self.clocks(clocks));
                    }
                }
                (Some((time.join("<br>"), whose.join("<br>"))), Word::QuorumMissing)
            }
        }
    }

    fn clocks(&self, clocks: &[String]) -> String {
        self.html.said(&Sentence::from(Word::ClockOfWitnesses).with("witnesses", clocks.join(", ")))
    }

    /// A witness's time in a sentence, and in local time where the caller knows it.
    fn witness_time(&self, sentence: Word, time: PosixTime, size: Option<u64>) -> String {
        let mut said = Sentence::from(sentence).with("time", time.to_string());
        if let Some(size) = size {
            said = said.with("size", size);
        }
        let local = time.to_time().and_then(|time| (self.local_time)(time));
        let local = local.map(|local| format!("<div class=\"small\">{}</div>", escape(&local)));
        format!("{}{}", self.html.said(&said), local.unwrap_or_default())
    }

    fn checkpoint(&mut self) {
        let facts = &self.document.report.facts;
        let Some(checkpoint) = &facts.checkpoint else { return };
        self.html.heading(Word::CheckpointHeading);
        self.html.open_table();
        self.html.row(Word::Origin, &[quoted(&checkpoint.origin)]);
        self.html.row(Word::Size, &[data(&checkpoint.size.to_string())]);
        self.html.row(Word::Root, &[data(&checkpoint.root)]);
        for key in &facts.relied_on {
            let key = Sentence::from(Word::KeyId).with("name", key.name.as_str()).with("id", key.id.as_str());
            let key = self.html.said(&key);
            self.html.row(Word::ReliedOn, &[key]);
        }
        for witness in &facts.witnesses {
            let time = witness.time.map(|time: PosixTime| time.to_string()).unwrap_or_default();
            let said = Sentence::from(if witness.valid { Word::WitnessAt } else { Word::WitnessBad })
                .with("name", witness.key.name.as_str())
                .with("id", witness.key.id.as_str())
                .with("time", time);
            let said = self.html.said(&said);
            self.html.row(Word::Witness, &[said]);
        }
        let path = self.document.path();
        let count = Sentence::from(Word::PathHashes).with("count", path.len() as u64);
        let mut lines = vec![self.html.said(&count)];
        lines.extend(path.iter().map(|hash| data(hash)));
        self.html.row(Word::PathLabel, &lines);
        self.html.close_table();
    }

    fn earlier(&mut self) {
        let side = self.document.report.facts.ledger.as_ref();
        let index = self.document.report.facts.entry.as_ref().map_or(u64::MAX, |entry| entry.index);
        self.html.heading(Word::EarlierHeading);
        match side.and_then(|side| side.earlier.as_ref()) {
            None => self.paragraph(Word::EarlierUnknown),
            Some(earlier) if earlier.is_empty() => self.paragraph(Word::EarlierNone),
            Some(earlier) => {
                self.html.open_table();
                for (number, deposit) in earlier.iter().enumerate() {
                    let label = if number == 0 { Word::EarliestDeposit } else { Word::EarlierDeposit };
                    let lines = self.deposit(deposit, index);
                    self.html.row(label, &lines);
                }
                self.html.close_table();
            }
        }
        self.paragraph(Word::FirstIsNotCreation);
        let partial = side.map(|side| side.partial.as_slice()).unwrap_or_default();
        if partial.is_empty() {
            return;
        }
        self.html.heading(Word::PartialHeading);
        self.html.open_table();
        for hit in partial {
            let mut lines = self.deposit(&hit.deposit, index);
            lines.push(self.html.said(&Sentence::from(Word::PartialWhy).with("agrees", hit.agrees)));
            self.html.row(Word::PartialLabel, &lines);
        }
        self.html.close_table();
    }

    /// An earlier deposit in lines: entry, time, key, and how the key stood.
    fn deposit(&self, deposit: &EarlierDeposit, index: u64) -> Vec<String> {
        let mut lines = vec![data(&deposit.index.to_string()), self.time(deposit.time), data(&deposit.public_key)];
        lines.extend(deposit.key.sentences(index.min(deposit.index)).iter().map(|said| self.html.said(said)));
        lines
    }

    fn paragraph(&mut self, word: Word) {
        let text = self.html.word(word);
        self.html.line(&format!("<p>{text}</p>"));
    }

    fn details(&mut self) {
        self.html.heading(Word::DetailsHeading);
        let Some(details) = &self.document.report.facts.details else {
            self.paragraph(Word::DetailsNotDisclosed);
            return;
        };
        self.html.open_table();
        match details {
            Details::Object(object) => {
                for (name, value) in object.as_object().into_iter().flatten() {
                    let line = format!(
                        "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                        quoted(name),
                        quoted(&value_text(value))
                    );
                    self.html.line(&line);
                }
            }
            Details::Malformed { raw } => self.html.row(Word::Malformed, &[data(&encode_base64(raw))]),
        }
        self.html.close_table();
    }

    fn before_ledger(&mut self) {
        self.html.heading(Word::PreChain);
        self.html.open_table();
        for line in &self.document.report.facts.before_ledger {
            let said = match &line.said {
                Some(said) => quoted(said),
                None => self.html.word(Word::NotProvided),
            };
            self.html.line(&format!(
                "<tr><th class=\"inline\" scope=\"row\">{}</th><td class=\"inline\">{said}</td></tr>",
                self.html.word(line.about)
            ));
        }
        self.html.close_table();
    }

    fn not_proved(&mut self) {
        self.html.heading(Word::ProvesNot);
        let items: String = NOT_PROVED.map(|word| format!("<li>{}</li>", self.html.word(word))).concat();
        self.html.line(&format!("<ul>{items}</ul>"));
    }

    fn provenance(&mut self) {
        let with = &self.document.report.provenance;
        self.html.heading(Word::VerifiedWith);
        self.html.open_table();
        self.html.row(Word::Software, &[data(&with.software)]);
        self.html.row(Word::FormatLabel, &FORMATS.map(data));
        for (label, name, digest) in [
            (Word::ReceiptLabel, &with.receipt, &with.receipt_sha256),
            (Word::PolicyLabel, &with.policy, &with.policy_sha256),
        ] {
            let mut lines: Vec<String> = name.iter().map(|name| quoted(name)).collect();
            match digest {
                Some(digest) => lines.push(format!("SHA-256 {}", data(digest))),
                None => lines = vec![self.html.word(Word::NotProvided)],
            }
            self.html.row(label, &lines);
        }
        let keys: Vec<String> =
            self.document.policy_keys().into_iter().map(|(role, key)| self.policy_key(role, key)).collect();
        if !keys.is_empty() {
            self.html.row(Word::PolicyKeys, &keys);
        }
        let by = with.verified_by.as_ref().map_or_else(|| self.html.word(Word::NotStated), |by| quoted(by));
        self.html.row(Word::VerifiedBy, &[by]);
        let at = with.verified_at.map_or_else(|| self.html.word(Word::NotStated), |at| self.time(at));
        self.html.row(Word::VerifiedAt, &[at]);
        self.html.close_table();
    }

    fn policy_key(&self, role: Word, key: &VerifierKey) -> String {
        let key = Sentence::from(Word::KeyId).with("name", key.name().to_string()).with("id", key.id().to_string());
        self.html.said(&Sentence::from(role).with("key", key))
    }

    fn verify_again(&mut self) {
        self.html.heading(Word::VerifyAgain);
        self.html.line(&format!("<pre><code>{}</code></pre>", escape(VERIFY_COMMAND)));
        self.paragraph(Word::CommandNote);
    }
}
