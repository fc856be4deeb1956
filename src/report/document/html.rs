//! HTML put together so that nothing from outside can become markup: every text goes through [`escape`].

use std::fmt::Write as _;

use super::super::sentence::{Sentence, shown};
use super::super::words::{Language, Word};

/// `text` as it stands between tags or in a quoted attribute. What could hide from the eye or turn the direction of reading
/// is written out; marks of HTML become entities.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in shown(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// The tag of a language (BCP 47).
pub(super) fn tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh-Hans",
    }
}

/// A page that grows.
pub(super) struct Html<'a> {
    languages: &'a [Language],
    pub(super) out: String,
}

impl<'a> Html<'a> {
    pub(super) fn new(languages: &'a [Language]) -> Self {
        Self { languages, out: String::new() }
    }

    /// A sentence in every language of the page.
    pub(super) fn said(&self, sentence: &Sentence) -> String {
        let mut out = String::new();
        for language in self.languages {
            let text = escape(&sentence.in_language(*language));
            // Writing to a string cannot fail.
            let _ = write!(out, "<span class=\"lang\" lang=\"{}\">{text}</span>", tag(*language));
        }
        out
    }

    pub(super) fn word(&self, word: Word) -> String {
        self.said(&word.into())
    }

    /// A line of markup.
    pub(super) fn line(&mut self, markup: &str) {
        self.out.push_str(markup);
        self.out.push('\n');
    }

    pub(super) fn heading(&mut self, word: Word) {
        let word = self.word(word);
        self.line(&format!("<h2 class=\"inline\">{word}</h2>"));
    }

    pub(super) fn open_table(&mut self) {
        self.line("<table>");
    }

    pub(super) fn close_table(&mut self) {
        self.line("</table>");
    }

    /// A row of a label and its values, each a piece of markup on a line of its own.
    pub(super) fn row(&mut self, label: Word, values: &[String]) {
        let label = self.word(label);
        let values = values.iter().map(|value| format!("<div>{value}</div>")).collect::<Vec<_>>().concat();
        self.line(&format!("<tr><th class=\"inline\" scope=\"row\">{label}</th><td>{values}</td></tr>"));
    }
}

/// Digits, keys and names of machines.
pub(super) fn data(text: &str) -> String {
    format!("<span class=\"data\">{}</span>", escape(text))
}

/// What somebody outside has written.
pub(super) fn quoted(text: &str) -> String {
    format!("<span class=\"said\" dir=\"auto\">{}</span>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup_and_nothing_hides() {
        assert_eq!(escape("<b title='a\"'>&"), "&lt;b title=&#39;a&quot;&#39;&gt;&amp;");
        assert_eq!(escape("a\u{202e}b\u{0}c"), "a\\u{202e}b\\u{0}c");
    }
}
