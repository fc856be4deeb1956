//! `notarium submit --list`: thousands of files from a list, and a CSV of what became of each.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::cli::Exit;
use crate::cli::key_said::claim;
use crate::cli::output::{Meter, Output, Unit, hinted, hinted_by};
use crate::crypto::SigningKey;
use crate::desk::{
    Bulk, Course, DepositError, DetailsError, Fields, KnownLedger, List, ListError, Order, Outcome, Wish, compose,
    csv_line,
};

/// Lines with a failure that are told with their reasons on stderr; the CSV has them all.
const TOLD: usize = 20;
const COLUMNS: [&str; 9] = ["line", "path", "status", "entry", "time", "earlier", "first", "receipt", "reason"];

/// Deposits what a list names. The result of every line goes to stdout, in the list's order, as it is known.
pub(super) fn run(
    path: &Path,
    base: &Wish,
    key: &SigningKey,
    ledger: &KnownLedger,
    output: &Output,
) -> anyhow::Result<Exit> {
    let list = List::read(path, &["title", "details"]).map_err(hinted_by(ListError::hint))?;
    let mut results = Results { output, rows: Vec::new(), printed: 0, done: 0, told: 0, failed: None };
    results.print(csv_line(COLUMNS).trim_end());
    let (mut orders, mut places) = (Vec::new(), Vec::new());
    for (at, line) in list.lines.iter().enumerate() {
        let written = line.fields.as_ref().map_or("", |fields| fields.written.as_str());
        results.rows.push(Row { number: line.number.to_string(), path: written.to_owned(), said: None });
        let order =
            line.fields.as_ref().map_err(ToString::to_string).and_then(|fields| order(fields, &list.folder, base));
        match order {
            Ok(order) => {
                orders.push(order);
                places.push(at);
            }
            Err(why) => results.set(at, Said::bad("bad-line", why)),
        }
    }
    let results = Mutex::new(results);
    let meter = Files { meter: output.meter("depositing", Unit::Files, orders.len() as u64) };
    let report = |at: usize, outcome: Outcome| {
        meter.meter.advance(1);
        results.lock().unwrap_or_else(PoisonError::into_inner).take(places[at], outcome);
    };
    Bulk { ledger, key, progress: &meter, report: &report }.deposit_all(&orders);
    drop(meter);
    results.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
}

/// Hashing is no progress by itself here: a file counts when it is deposited.
struct Files<'a> {
    meter: Meter<'a>,
}

impl crate::desk::Progress for Files<'_> {
    fn expect(&self, _: u64) {}

    fn advance(&self, _: u64) {}
}

/// What a line asks for. Its details are a file beside the list, or JSON as it stands.
fn order(fields: &Fields, folder: &Path, base: &Wish) -> Result<Order, String> {
    let [title, details] = fields.others.as_slice() else { return Err("no columns".to_owned()) };
    let (name, bytes) = match details {
        None => (None, Vec::new()),
        Some(json) if json.starts_with('{') => (Some(Path::new("details").to_owned()), json.clone().into_bytes()),
        Some(file) => {
            let file = folder.join(file);
            let bytes = fs::read(&file).map_err(|error| format!("cannot read details {}: {error}", file.display()))?;
            (Some(file), bytes)
        }
    };
    let file = name.as_deref().map(|name| (name, bytes.as_slice()));
    let details = compose(file, title.as_deref()).map_err(|error: DetailsError| chain(&error))?;
    Ok(Order {
        path: fields.path.clone(),
        wish: Wish { details: details.map(|details| details.bytes), ..base.clone() },
    })
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// One line of the result.
struct Row {
    number: String,
    path: String,
    said: Option<Said>,
}

/// What became of one line.
struct Said {
    status: &'static str,
    /// Entry, time, number of earlier deposits of the same evidence, the first of them, receipt.
    deposit: [String; 5],
    reason: String,
}

impl Said {
    fn bad(status: &'static str, reason: String) -> Self {
        Self { status, deposit: Default::default(), reason }
    }

    fn of(outcome: Outcome) -> (Self, Option<DepositError>) {
        match outcome {
            Outcome::Done(deposit) => {
                let reason = claims(&deposit.course);
                let (status, count, first) = match &deposit.course {
                    Course::Held => ("held", String::new(), String::new()),
                    Course::Answered { resumed, earlier, .. } => {
                        let first = earlier.first.as_ref().map(|first| first.index.to_string());
                        let status = if *resumed { "finished" } else { "deposited" };
                        (status, earlier.count.to_string(), first.unwrap_or_default())
                    }
                };
                let receipt = deposit.receipt.display().to_string();
                let deposit = [deposit.index.to_string(), deposit.time.to_string(), count, first, receipt];
                (Self { status, deposit, reason }, None)
            }
            Outcome::NotTried => (Self::bad("not-tried", "the ledger did not answer for another".to_owned()), None),
            Outcome::Failed(error) => (Self::bad("failed", chain(&error)), Some(error)),
        }
    }

    /// Deposited; a reason is then what a registrar claims of an earlier deposit's key.
    fn is_good(&self) -> bool {
        !self.deposit[0].is_empty()
    }
}

/// What registrars claim of the keys of earlier deposits, in one line.
fn claims(course: &Course) -> String {
    let Course::Answered { earlier, .. } = course else { return String::new() };
    let partial = earlier.partial.entries.iter().map(|hit| &hit.deposit);
    let claimed = earlier.entries.iter().chain(partial).filter_map(|earlier| {
        let claim = claim(earlier.key.as_deref()?);
        let words = claim.split_whitespace().collect::<Vec<_>>().join(" ");
        (!words.is_empty()).then(|| format!("earlier entry {}: {words}", earlier.index))
    });
    claimed.collect::<Vec<_>>().join("; ")
}

/// What is known so far, printed as far as it has no gap.
struct Results<'a> {
    output: &'a Output,
    rows: Vec<Row>,
    printed: usize,
    done: usize,
    /// Failures that were told.
    told: usize,
    /// What kept a line from being printed.
    failed: Option<std::io::Error>,
}

impl Results<'_> {
    fn take(&mut self, at: usize, outcome: Outcome) {
        let (said, error) = Said::of(outcome);
        let hint = error.as_ref().and_then(DepositError::hint);
        self.set_with_hint(at, said, hint);
    }

    fn set(&mut self, at: usize, said: Said) {
        self.set_with_hint(at, said, None);
    }

    fn set_with_hint(&mut self, at: usize, said: Said, hint: Option<String>) {
        let row = &mut self.rows[at];
        if said.is_good() {
            self.done += 1;
        } else if said.status != "not-tried" {
            self.told += 1;
            if self.told <= TOLD {
                let name = if row.path.is_empty() { String::new() } else { format!(", {}", row.path) };
                let error = anyhow::anyhow!("line {}{name}: {}", row.number, said.reason);
                self.output.error(&match hint {
                    Some(hint) => hinted(error, hint),
                    None => error,
                });
            }
        }
        row.said = Some(said);
        self.print_ready();
    }

    /// Prints the lines up to the first that nothing is known of yet.
    fn print_ready(&mut self) {
        let mut ready = String::new();
        while let Some(Row { number, path, said: Some(said) }) = self.rows.get(self.printed) {
            let [entry, time, earlier, first, receipt] = &said.deposit;
            ready += &csv_line([number, path, said.status, entry, time, earlier, first, receipt, &said.reason]);
            self.printed += 1;
        }
        if !ready.is_empty() {
            self.print(ready.trim_end_matches('\n'));
        }
    }

    fn print(&mut self, text: &str) {
        if let Err(error) = self.output.data(text) {
            self.failed = Some(error);
        }
    }

    fn finish(self) -> anyhow::Result<Exit> {
        let all = self.rows.len();
        let not_tried = self.rows.iter().filter(|row| row.said.as_ref().is_some_and(|said| said.status == "not-tried"));
        let not_tried = not_tried.count();
        if self.told > TOLD {
            self.output.say(format_args!("{} more failed; the results have them all", self.told - TOLD));
        }
        if not_tried > 0 {
            self.output.say(format_args!(
                "{not_tried} of {all} were not tried; run the same command again when the ledger answers"
            ));
        }
        let has_earlier = |row: &&Row| row.said.as_ref().is_some_and(|said| !said.deposit[3].is_empty());
        let earlier = self.rows.iter().filter(has_earlier).count();
        if earlier > 0 {
            self.output.say(format_args!(
                "{earlier} had earlier deposits of the same evidence, by the ledger's word; who deposited first has not thereby \
                 made it first"
            ));
        }
        self.output.say(format_args!("{} of {all} deposited", self.done));
        match self.failed {
            Some(error) => Err(error.into()),
            None if self.done == all => Ok(Exit::Holds),
            None => Ok(Exit::DoesNotHold),
        }
    }
}
