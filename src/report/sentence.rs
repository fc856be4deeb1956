//! A sentence of a report: a word of the table with its values filled in.
//!
//! It stays apart from its language until it is set, so that the same finding reads the same in English, in Chinese and
//! in JSON, where it keeps its stable id and its values. Not here: the words themselves, and lines and columns.

use serde::Serialize;
use serde::ser::SerializeStruct as _;
use serde::{Serializer, ser::SerializeMap as _};

use super::words::{Language, Word};
use crate::codec::Time;

/// What stands in a place of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text as it came; control characters are escaped when it is shown.
    Text(String),
    /// A number.
    Number(u64),
    /// A time, shown in UTC.
    Time(Time),
    /// A word of the table, in the sentence's language.
    Word(Word),
    /// Several sentences, separated by commas.
    List(Vec<Sentence>),
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Sentence> for Value {
    fn from(sentence: Sentence) -> Self {
        Self::List(vec![sentence])
    }
}

impl From<Word> for Value {
    fn from(word: Word) -> Self {
        Self::Word(word)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Time(time) => serializer.collect_str(time),
            Self::Word(word) => word.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

/// A word with the values of its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    word: Word,
    values: Vec<(&'static str, Value)>,
}

impl From<Word> for Sentence {
    fn from(word: Word) -> Self {
        Self { word, values: Vec::new() }
    }
}

impl Sentence {
    /// The same sentence with `value` in the place called `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The row of the table that it is made from.
    #[must_use]
    pub fn word(&self) -> Word {
        self.word
    }

    /// The values of its places, in the order they were given.
    #[must_use]
    pub fn values(&self) -> &[(&'static str, Value)] {
        &self.values
    }

    /// The sentence in `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        filled(self.word.text(language), |name| {
            self.values.iter().find(|(place, _)| *place == name).map(|(_, value)| value.in_language(language))
        })
    }
}

/// `text` with its `{places}` filled; one without a value shows a question mark.
pub(super) fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(value(name).as_deref().unwrap_or("?"));
        rest = after;
    }
    out + rest
}

impl Value {
    fn in_language(&self, language: Language) -> String {
        match self {
            Self::Text(text) => shown(text),
            Self::Number(number) => number.to_string(),
            Self::Time(time) => time.to_string(),
            Self::Word(word) => word.text(language).to_owned(),
            Self::List(list) => {
                let comma = if language == Language::Zh { "、" } else { ", " };
                list.iter().map(|s| s.in_language(language)).collect::<Vec<_>>().join(comma)
            }
        }
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Values<'a>(&'a [(&'static str, Value)]);
        impl Serialize for Values<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (name, value) in self.0 {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
        let mut out = serializer.serialize_struct("Sentence", 3)?;
        out.serialize_field("id", &self.word)?;
        out.serialize_field("values", &Values(&self.values))?;
        out.serialize_field("text", &self.in_language(Language::En))?;
        out.end()
    }
}

/// `text` with everything escaped that could move the cursor, reverse the direction of reading or hide.
#[must_use]
pub(super) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206e}'
            | '\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
        if c.is_control() || hidden {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_both_languages() {
        let sentence = Sentence::from(Word::IndexDiffers).with("line", 4).with("entry", 5);
        assert_eq!(sentence.in_language(Language::En), "the receipt's index line says 4, its entry says 5");
        assert_eq!(sentence.in_language(Language::Zh), "回执编号行为 4，而条目中的编号为 5");
    }

    #[test]
    fn a_place_without_a_value_shows_a_question_mark() {
        assert_eq!(Sentence::from(Word::Check).in_language(Language::En), "check ?");
    }

    #[test]
    fn what_could_deceive_a_reader_is_escaped() {
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
        assert_eq!(shown("作品一"), "作品一");
    }

    #[test]
    fn json_keeps_the_id_and_the_values() {
        let sentence = Sentence::from(Word::IndexEqual).with("index", 4);
        let json = serde_json::to_value(&sentence).unwrap();
        assert_eq!(json["id"], "index-equal");
        assert_eq!(json["values"]["index"], 4);
        assert_eq!(json["text"], "the receipt parses; its index line and its entry both say 4");
    }
}
