//! The only place that prints: data to stdout, words to stderr, progress on a terminal.
//!
//! A closed stdout (`notarium find ... | head -1`) is noted and silently accepted; any other failure to write is an error.
//! Errors are printed as `error: what: why` with a `hint:` line where somebody on the way added one with [`WithHint`].

use std::error::Error as StdError;
use std::fmt::{self, Display};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::Exit;
use crate::codec::check_text;

/// What takes longer than this shows its progress on a terminal.
const PROGRESS_AFTER: Duration = Duration::from_secs(1);

/// Where the program's words and data go. Shared by the threads of one command.
#[derive(Debug, Default)]
pub(super) struct Output {
    reader_gone: AtomicBool,
    /// The bar that is on the terminal now; what is printed meanwhile goes above it.
    bar: Mutex<Option<ProgressBar>>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Prints data for people and a line end to stdout.
    ///
    /// # Errors
    /// Whatever kept it from being written (a full disk), except that the reader has gone away.
    pub(super) fn data(&self, text: impl Display) -> io::Result<()> {
        self.raw(&visible(&format!("{text}\n")))
    }

    /// Prints a value to stdout as indented JSON, for another program. What could steer a terminal is in it as `\u` and four
    /// digits, which is the same value to whoever parses it.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub(super) fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        Ok(self.raw(&(escaped(&serde_json::to_string_pretty(value)?) + "\n"))?)
    }

    /// Prints data to stdout as it is: text for another program.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub(super) fn raw(&self, text: &str) -> io::Result<()> {
        if self.reader_gone() {
            return Ok(());
        }
        let written = self.above_the_bar(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
        });
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.reader_gone.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => Err(io::Error::new(error.kind(), format!("cannot write to stdout: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// Prints a document to stdout: byte for byte to a file or a program, and to a terminal with nothing in it that could
    /// steer it.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub(super) fn document(&self, text: &str) -> io::Result<()> {
        if io::stdout().is_terminal() { self.raw(&escaped(text)) } else { self.raw(text) }
    }

    /// True once nobody reads stdout any more: a command that only lists can stop.
    pub(super) fn reader_gone(&self) -> bool {
        self.reader_gone.load(Ordering::Relaxed)
    }

    /// Prints words to stderr.
    pub(super) fn say(&self, words: impl Display) {
        // A stderr that is closed leaves nobody to be told about it.
        let _ = self.above_the_bar(|| writeln!(io::stderr().lock(), "{}", visible(&words.to_string())));
    }

    /// Prints a warning to stderr.
    pub(super) fn warn(&self, words: impl Display) {
        self.say(format_args!("warning: {words}"));
    }

    /// Prints an error with its causes, and the ways out below it, to stderr.
    pub(super) fn error(&self, error: &anyhow::Error) {
        self.failure("error", error);
    }

    /// The same for what keeps only a part of the work from being done.
    pub(super) fn warning(&self, error: &anyhow::Error) {
        self.failure("warning", error);
    }

    fn failure(&self, what: &str, error: &anyhow::Error) {
        self.say(format_args!("{what}: {error:#}"));
        for hint in error.chain().filter_map(|cause| cause.downcast_ref::<Hinted>()) {
            self.say(format_args!("hint: {}", hint.hint));
        }
    }

    /// Prints what clap has to say: help and version to stdout, what is wrong with a command line to stderr.
    pub(super) fn usage(error: &clap::Error) -> Exit {
        match error.print() {
            Err(io) if io.kind() != io::ErrorKind::BrokenPipe => Exit::CannotTell,
            _ if error.use_stderr() => Exit::CannotTell,
            _ => Exit::Holds,
        }
    }

    /// Measures work of `total` units; whoever does the work reports to [`Meter::advance`].
    pub(super) fn meter(&self, doing: &'static str, unit: Unit, total: u64) -> Meter<'_> {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        bar.set_style(unit.style());
        bar.set_message(doing);
        Meter { output: self, bar, started: Instant::now(), shown: AtomicBool::new(!io::stderr().is_terminal()) }
    }

    fn above_the_bar<T>(&self, print: impl FnOnce() -> T) -> T {
        match &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn set_bar(&self, bar: Option<ProgressBar>) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }
}

/// What a [`Meter`] counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    Bytes,
    Entries,
    Files,
}

impl Unit {
    fn style(self) -> ProgressStyle {
        let template = match self {
            Self::Bytes => "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}",
            Self::Entries | Self::Files => "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        };
        // The templates are the two above and parse; a plain bar would do as well.
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }
}

/// A progress bar that shows itself only on a terminal, and only once the work has taken over a second.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    output: &'a Output,
    bar: ProgressBar,
    started: Instant,
    /// True when the bar need not be put up (any more).
    shown: AtomicBool,
}

impl Meter<'_> {
    /// Notes that `units` more are done.
    pub(super) fn advance(&self, units: u64) {
        self.bar.inc(units);
        if self.started.elapsed() > PROGRESS_AFTER && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.output.set_bar(Some(self.bar.clone()));
        }
    }

    /// Where words go meanwhile.
    pub(super) fn output(&self) -> &Output {
        self.output
    }

    /// Notes that there are `units` more to do.
    pub(super) fn extend(&self, units: u64) {
        self.bar.inc_length(units);
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        self.output.set_bar(None);
        self.bar.finish_and_clear();
    }
}

/// An error with a way out for the person who meets it.
#[derive(Debug)]
struct Hinted {
    error: anyhow::Error,
    hint: String,
}

impl Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.error, f)
    }
}

impl StdError for Hinted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

/// Adds the way out to a result: `File::open(path).with_context(..).hint("check the path")`.
pub(super) trait WithHint<T> {
    /// The same result, its error with this hint.
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> WithHint<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| hinted(error, hint))
    }
}

/// An error with its way out.
pub(super) fn hinted(error: impl Into<anyhow::Error>, hint: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Hinted { error: error.into(), hint: hint.into() })
}

/// For `map_err`: an error of a room below with the way out that it knows itself, if any.
pub(super) fn hinted_by<E: Into<anyhow::Error>>(hint: impl Fn(&E) -> Option<&str>) -> impl Fn(E) -> anyhow::Error {
    move |error| match hint(&error).map(str::to_owned) {
        Some(hint) => hinted(error, hint),
        None => error.into(),
    }
}

/// The text with what could steer a terminal or hide from the eye written out: it may come from a file or a server.
fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        match character {
            '\n' | '\t' => clean.push(character),
            _ if check_text(character.encode_utf8(&mut buffer)).is_ok() => clean.push(character),
            _ => clean.extend(character.escape_unicode()),
        }
    }
    clean
}

/// JSON with what could steer a terminal or hide from the eye written as escapes. Such characters stand only in strings, but
/// for the line ends of indented JSON.
fn escaped(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    for character in json.chars() {
        let mut buffer = [0; 4];
        if character == '\n' || check_text(character.encode_utf8(&mut buffer)).is_ok() {
            clean.push(character);
        } else {
            let mut units = [0; 2];
            clean.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_written_out() {
        assert_eq!(visible("a\tb\n\u{1b}[31mred\u{202e}x 存证"), "a\tb\n\\u{1b}[31mred\\u{202e}x 存证");
    }

    #[test]
    fn json_holds_the_same_value_and_nothing_that_steers_a_terminal() {
        let value = serde_json::json!({ "\u{202e}name": "a\u{1b}[31m\u{9b}31m\u{feff}\u{7f}存证" });
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || check_text(&c.to_string()).is_ok()), "{text:?}");
        assert!(text.contains("\\u009b31m\\ufeff\\u007f存证") && text.contains("\\u202ename"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_hint_survives_what_is_said_around_it() {
        let inner = Err::<(), _>(anyhow::anyhow!("no such file")).hint("look again");
        let outer = anyhow::Context::context(inner, "cannot read x").unwrap_err();
        assert_eq!(format!("{outer:#}"), "cannot read x: no such file");
        let hints: Vec<_> = outer.chain().filter_map(|cause| cause.downcast_ref::<Hinted>()).map(|h| &h.hint).collect();
        assert_eq!(hints, ["look again"]);
    }
}
