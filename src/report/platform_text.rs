//! A platform statement as text for a person, in the order of Article 17.

use super::layout::{PAGE, padded, width, wrap};
use super::platform::{OperatorKey, OperatorsWhy, PlatformKeyFile, PlatformServer, PlatformStatement};
use super::platform_words::PlatformWord as W;
use super::sentence::{filled, shown};
use super::words::Language;

/// The formats that a ledger's entries and receipts are written in.
const FORMATS: &str = "notarium/statement/1, notarium/entry/1, notarium/receipt/1, c2sp.org/tlog-proof@v1";

/// `statement` as text in `language`, lines ending in LF and at most 100 columns wide.
#[must_use]
pub fn render_platform(statement: &PlatformStatement, language: Language) -> String {
    let labels = [W::OperatorIsSubmitter, W::KeyFile, W::LeastFree, W::Publishes, W::CanDo];
    let labels = labels.into_iter().map(|word| width(word.text(language))).max().unwrap_or(0) + 4;
    let mut page = Page { statement, language, labels, out: String::new() };
    page.head();
    page.standing();
    page.interest();
    page.system();
    page.technology();
    page.out
}

struct Page<'a> {
    statement: &'a PlatformStatement,
    language: Language,
    labels: usize,
    out: String,
}

impl Page<'_> {
    fn word(&self, word: W) -> &'static str {
        word.text(self.language)
    }

    fn said(&self, word: W, values: &[(&str, &str)]) -> String {
        filled(self.word(word), |name| values.iter().find(|(place, _)| *place == name).map(|(_, value)| shown(value)))
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn heading(&mut self, word: W) {
        self.line("");
        self.line(self.word(word));
    }

    fn beside(&mut self, head: &str, text: &str) {
        for (number, line) in wrap(text, PAGE - self.labels).into_iter().enumerate() {
            let head = if number == 0 { head } else { "" };
            let line = format!("{}{line}", padded(head, self.labels));
            self.line(&line);
        }
    }

    fn row(&mut self, label: W, text: &str) {
        let head = format!("  {}", self.word(label));
        self.beside(&head, text);
    }

    fn fixed(&mut self, label: W, text: W) {
        self.row(label, self.word(text));
    }

    /// What the operator states, or that nothing was.
    fn stated(&mut self, label: W, text: Option<&String>) {
        let text = match text {
            Some(text) => self.said(W::InOperatorsWords, &[("text", text)]),
            None => self.word(W::NotProvided).to_owned(),
        };
        self.row(label, &text);
    }

    fn head(&mut self) {
        self.line(self.word(W::Title));
        for line in wrap(self.word(W::About), PAGE) {
            self.line(&line);
        }
        let made = self.statement.made_at.clone().unwrap_or_else(|| self.word(W::NotProvided).to_owned());
        self.row(W::MadeAt, &made);
        self.row(W::MadeWith, &shown(&self.statement.software));
    }

    fn standing(&mut self) {
        let statement = self.statement;
        self.heading(W::Standing);
        self.row(W::Ledger, &shown(&statement.ledger.origin));
        self.row(W::LedgerKey, &shown(&statement.ledger.vkey));
        self.stated(W::Operator, statement.operator.as_ref());
        self.stated(W::Filing, statement.filing.as_ref());
    }

    fn interest(&mut self) {
        let statement = self.statement;
        self.heading(W::Interest);
        let enrolled = statement.ledger.admission == "enrolled";
        self.fixed(W::Admission, if enrolled { W::AdmissionEnrolled } else { W::AdmissionOpen });
        for key in &statement.operator_keys {
            self.operators_key(key);
        }
        self.fixed(W::OperatorIsSubmitter, if statement.operator_deposits { W::Yes } else { W::No });
        self.fixed(W::CanDo, W::CanDoText);
        if statement.is_unwitnessed() {
            self.beside("", self.word(W::CanDoUnwitnessed));
        }
        self.fixed(W::CannotDo, W::CannotDoText);
    }

    fn operators_key(&mut self, key: &OperatorKey) {
        let word = match (key.why, &key.name) {
            (OperatorsWhy::LedgersOwn, _) => W::WhyLedger,
            (OperatorsWhy::Registrar, _) => W::WhyRegistrar,
            (OperatorsWhy::Named, None) => W::WhyNamed,
            (OperatorsWhy::Named, Some(_)) => W::WhyNamedAs,
        };
        let name = key.name.as_deref().unwrap_or_default();
        let said = self.said(word, &[("key", &key.public_key), ("name", name)]);
        self.row(W::OperatorsKey, &said);
        let deposits = &key.deposits;
        if deposits.count == 0 {
            self.beside("", self.word(W::NoDeposits));
            return;
        }
        let mut entries = deposits.entries.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        if deposits.count > deposits.entries.len() as u64 {
            entries = self.said(W::FlaggedMore, &[("entries", &entries)]);
        }
        let flagged = self.said(W::Flagged, &[("count", &deposits.count.to_string()), ("entries", &entries)]);
        self.beside("", &flagged);
    }

    fn system(&mut self) {
        let statement = self.statement;
        self.heading(W::System);
        match &statement.server {
            Some(server) => self.server(server),
            None => self.fixed(W::Server, W::ServerNever),
        }
        self.fixed(W::Storage, W::StorageText);
        if let Some(free) = statement.free_bytes {
            let free = self.said(W::FreeBytes, &[("count", &free.to_string())]);
            self.row(W::Free, &free);
        }
        let ledger = &statement.ledger;
        let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "?".to_owned());
        let (size, first, last) = (ledger.size.to_string(), time(&ledger.first_time), time(&ledger.last_time));
        let entries = self.said(W::EntriesText, &[("size", &size), ("first", &first), ("last", &last)]);
        self.row(W::Entries, &entries);
        self.row(W::RootLabel, &ledger.root);
        self.fixed(W::Lookups, if ledger.indexes_are_whole { W::LookupsWhole } else { W::LookupsNot });
        self.fixed(W::Clock, W::ClockText);
        let key_file = match statement.key_file {
            PlatformKeyFile::Encrypted => W::KeyEncrypted,
            PlatformKeyFile::Unencrypted => W::KeyPlain,
            PlatformKeyFile::Elsewhere => W::KeyElsewhere,
        };
        self.fixed(W::KeyFile, key_file);
        for doubt in &statement.doubts {
            self.row(W::Doubt, &shown(doubt));
        }
        self.fixed(W::Certified, W::CertifiedText);
    }

    fn server(&mut self, server: &PlatformServer) {
        let word = if server.runs { W::ServerRuns } else { W::ServerRan };
        let said = self.said(word, &[("time", &server.started_at)]);
        self.row(W::Server, &said);
        self.row(W::ServerSoftware, &shown(&server.software));
        self.row(W::ListensAt, &shown(&server.listens_at));
        let least = self.said(W::FreeBytes, &[("count", &server.least_free_bytes.to_string())]);
        self.row(W::LeastFree, &least);
    }

    fn technology(&mut self) {
        self.heading(W::Technology);
        self.fixed(W::Digests, W::DigestsText);
        self.fixed(W::Signatures, W::SignaturesText);
        self.fixed(W::Tree, W::TreeText);
        self.row(W::Formats, FORMATS);
        self.fixed(W::Transmission, W::TransmissionText);
        match &self.statement.server {
            Some(server) => self.witnesses(server),
            None => self.fixed(W::Witnesses, W::WitnessesUnknown),
        }
        self.fixed(W::Verification, W::VerificationText);
        self.row(W::Commands, "notarium audit DIR-OR-URL --policy POLICY");
        self.beside("", "notarium verify EVIDENCE --receipt RECEIPT --policy POLICY");
    }

    fn witnesses(&mut self, server: &PlatformServer) {
        if server.witnesses.is_empty() {
            self.fixed(W::Witnesses, W::WitnessesNone);
        }
        for witness in &server.witnesses {
            self.row(W::Witnesses, &shown(&format!("{}: {}", witness.name, witness.vkey)));
        }
        if !server.witnesses.is_empty() {
            let required = if server.quorum { W::WitnessRequired } else { W::WitnessNotRequired };
            self.beside("", self.word(required));
        }
        let publishes = if server.publishes == "quorum" { W::PublishesQuorum } else { W::PublishesImmediate };
        self.fixed(W::Publishes, publishes);
    }
}
