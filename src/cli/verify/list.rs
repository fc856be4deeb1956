//! `notarium verify --list`: every line of a list to its verdict, a table, a summary, one exit code.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde::Serialize;

use super::{Args, Asked, Verified, With};
use crate::cli::Exit;
use crate::cli::output::{Unit, hinted_by};
use crate::desk::{LineFlaw, List, ListError, ListLine, Progress, Target};
use crate::report::{Check, Language, Outcome, Report, Sentence, Step, Verdict, Word, padded, width};

/// The layout of the JSON.
const FORMAT: &str = "notarium/list-report/1";

/// Verifies what a list names, on as many threads as there are processors.
pub(super) fn run(path: &Path, args: &Args, with: &With<'_>) -> anyhow::Result<Exit> {
    let list = List::read(path, &["receipt"]).map_err(hinted_by(ListError::hint))?;
    let rows = verify_all(&list, with);
    let summary = Summary::of(&rows);
    if args.json {
        with.output.json(&Whole { format: FORMAT, summary: &summary, lines: &rows })?;
    } else {
        let language = args.language.first();
        for line in table(&rows, language) {
            with.output.data(line)?;
        }
        if rows.iter().any(|row| !row.claims(language).is_empty()) {
            with.output.data(Word::KeyClaimWhy.text(language))?;
        }
        with.output.data(summary.sentence().in_language(language))?;
    }
    Ok(summary.exit())
}

fn verify_all(list: &List, with: &With<'_>) -> Vec<Row> {
    let meter = with.output.meter("verifying", Unit::Files, list.lines.len() as u64);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(list.lines.len())));
    let work = || {
        while let Some(line) = list.lines.get(next.fetch_add(1, Ordering::Relaxed)) {
            let row = verify(line, &list.folder, with);
            meter.advance(1);
            done.lock().unwrap_or_else(PoisonError::into_inner).push(row);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut rows = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_unstable_by_key(|row: &Row| row.line);
    rows
}

fn verify(line: &ListLine, folder: &Path, with: &With<'_>) -> Row {
    let fields = match &line.fields {
        Ok(fields) => fields,
        Err(flaw) => return Row::without_report(line.number, String::new(), flaw_sentence(flaw)),
    };
    let receipt = fields.others.first().cloned().flatten().map(|receipt| folder.join(receipt));
    let asked = Asked { path: &fields.path, receipt: receipt.as_deref(), manifest: None, package: None };
    match with.verified(&asked, &Silent) {
        Ok(Verified { report, .. }) => Row {
            line: line.number,
            path: fields.written.clone(),
            verdict: report.verdict,
            error: None,
            report: Some(report),
        },
        Err(error) => {
            let why = not_verified(&fields.path, receipt.as_deref(), &error);
            Row::without_report(line.number, fields.written.clone(), why)
        }
    }
}

/// Why a line has no report, in words of both languages as far as they go: what the system says stays as it is.
fn not_verified(path: &Path, receipt: Option<&Path>, error: &anyhow::Error) -> Sentence {
    let said = |word, path: &Path| Sentence::from(word).with("path", path.display().to_string());
    if !path.exists() {
        return said(Word::ListNoEvidence, path);
    }
    let beside = Target::new(path).map(|target| target.receipt()).ok();
    match receipt.map(Path::to_owned).or(beside) {
        Some(receipt) if !receipt.exists() => said(Word::ListNoReceipt, &receipt),
        _ => Sentence::from(Word::ListNotVerified).with("error", format!("{error:#}")),
    }
}

fn flaw_sentence(flaw: &LineFlaw) -> Sentence {
    match flaw {
        LineFlaw::NotUtf8 => Word::ListNotUtf8.into(),
        LineFlaw::BadQuote => Word::ListBadQuote.into(),
        LineFlaw::Fields { found, columns } => {
            Sentence::from(Word::ListFields).with("found", *found as u64).with("columns", *columns as u64)
        }
        LineFlaw::NoPath => Word::ListNoPath.into(),
    }
}

/// Bytes are no progress here: a line counts when it is verified.
struct Silent;

impl Progress for Silent {
    fn expect(&self, _: u64) {}

    fn advance(&self, _: u64) {}
}

/// The rows in columns under their names, and under each what keeps it from matching and what is claimed of its key.
fn table(rows: &[Row], language: Language) -> Vec<String> {
    const COLUMNS: [Word; 5] = [Word::ListVerdict, Word::ListLine, Word::ListEntry, Word::AdmittedTime, Word::File];
    let header = COLUMNS.map(|word| word.text(language).to_owned());
    let cells: Vec<[String; 5]> = rows.iter().map(|row| row.cells(language)).collect();
    let widths: [usize; 4] = std::array::from_fn(|at| {
        let column = cells.iter().chain([&header]).map(|cells| width(&cells[at]));
        column.max().unwrap_or(0) + 2
    });
    let set = |cells: &[String; 5]| {
        let columns = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width));
        columns.chain([cells[4].clone()]).collect::<String>().trim_end().to_owned()
    };
    let mut lines = vec![set(&header)];
    for (row, cells) in rows.iter().zip(&cells) {
        lines.push(set(cells));
        lines.extend(row.reasons(language).into_iter().chain(row.claims(language)).map(|why| format!("  {why}")));
    }
    lines
}

#[derive(Serialize)]
struct Whole<'a> {
    format: &'static str,
    summary: &'a Summary,
    lines: &'a [Row],
}

/// What became of one line.
#[derive(Serialize)]
struct Row {
    line: usize,
    path: String,
    verdict: Verdict,
    /// Why there is no report: the evidence, its receipt or the line cannot be read.
    #[serde(serialize_with = "in_english")]
    error: Option<Sentence>,
    report: Option<Report>,
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn in_english<S: serde::Serializer>(error: &Option<Sentence>, serializer: S) -> Result<S::Ok, S::Error> {
    error.as_ref().map(|error| error.in_language(Language::En)).serialize(serializer)
}

impl Row {
    fn without_report(line: usize, path: String, error: Sentence) -> Self {
        Self { line, path, verdict: Verdict::Undetermined, error: Some(error), report: None }
    }

    /// Verdict, line, entry, time of admission, path.
    fn cells(&self, language: Language) -> [String; 5] {
        let facts = self.report.as_ref().map(|report| &report.facts);
        let entry = facts.and_then(|facts| facts.entry.as_ref()).map(|entry| entry.index.to_string());
        let time = facts.and_then(|facts| facts.times.admitted).map(|time| time.to_string());
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let verdict = self.verdict.word().text(language).to_owned();
        [verdict, self.line.to_string(), or_nothing(entry), or_nothing(time), self.path.clone()]
    }

    fn reasons(&self, language: Language) -> Vec<String> {
        let Some(report) = &self.report else {
            return self.error.iter().map(|error| error.in_language(language)).collect();
        };
        let because = match self.verdict {
            Verdict::Match => return Vec::new(),
            Verdict::Undetermined => Outcome::NotMade,
            Verdict::Mismatch | Verdict::NotDeposited => Outcome::Failed,
        };
        let said = |check: &Check| {
            let why = check.detail.iter().map(|sentence| sentence.in_language(language)).collect::<Vec<_>>().join("; ");
            format!("{} {}: {why}", check.step.number(), check.step.name().text(language))
        };
        let decides =
            |check: &&Check| check.outcome == because && (because == Outcome::Failed || check.step != Step::Ledger);
        report.checks.iter().filter(decides).map(said).collect()
    }
}

impl Row {
    /// What a registrar claims of the key that signed.
    fn claims(&self, language: Language) -> Vec<String> {
        let facts = self.report.as_ref().map(|report| &report.facts);
        let told = facts.and_then(|facts| Some(facts.ledger.as_ref()?.key.claim_told(facts.entry.as_ref()?.index)));
        told.into_iter().flatten().map(|said| said.in_language(language)).collect()
    }
}

#[derive(Serialize)]
struct Summary {
    all: u64,
    #[serde(rename = "match")]
    matched: u64,
    mismatch: u64,
    undetermined: u64,
}

impl Summary {
    fn of(rows: &[Row]) -> Self {
        let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count() as u64;
        Self {
            all: rows.len() as u64,
            matched: count(Verdict::Match),
            mismatch: count(Verdict::Mismatch),
            undetermined: count(Verdict::Undetermined),
        }
    }

    fn sentence(&self) -> Sentence {
        Sentence::from(Word::ListSummary)
            .with("all", self.all)
            .with("matched", self.matched)
            .with("mismatched", self.mismatch)
            .with("undetermined", self.undetermined)
    }

    /// 0 when all match; 1 when one does not, whatever the others; else 2. A list of nothing proves nothing.
    fn exit(&self) -> Exit {
        if self.mismatch > 0 {
            Exit::DoesNotHold
        } else if self.undetermined > 0 || self.all == 0 {
            Exit::CannotTell
        } else {
            Exit::Holds
        }
    }
}
