//! A JSON reader that refuses what two readers could show differently.
//!
//! `serde_json` reads the grammar; this adds what RFC 7493 asks beyond it: no name twice in an object, no noncharacters, no
//! number beyond the exact range. (Names that are given twice are the usual way to show a judge one thing and a clerk another.)

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::codec::MAX_INTEGER;

use super::details::DetailsFlaw;

/// Reads one JSON value of at most 127 levels with nothing after it but white space.
pub(super) fn read_ijson(text: &str) -> Result<Value, DetailsFlaw> {
    let mut flaw = None;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Strict(&mut flaw).deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    match (flaw, value) {
        (Some(flaw), _) => Err(flaw),
        (None, Err(error)) => Err(DetailsFlaw::NotJson { reason: error.to_string() }),
        (None, Ok(value)) => Ok(value),
    }
}

/// Reads any value; a breach of RFC 7493 ends the reading and is left in the option, since serde's errors carry only text.
struct Strict<'f>(&'f mut Option<DetailsFlaw>);

impl Strict<'_> {
    fn refuse<T, E: serde::de::Error>(&mut self, flaw: DetailsFlaw) -> Result<T, E> {
        let error = E::custom(&flaw);
        *self.0 = Some(flaw);
        Err(error)
    }

    fn text<E: serde::de::Error>(&mut self, text: &str) -> Result<String, E> {
        match text.chars().find(|character| is_noncharacter(*character)) {
            Some(character) => self.refuse(DetailsFlaw::Noncharacter { character }),
            None => Ok(text.to_owned()),
        }
    }

    fn number<E: serde::de::Error>(&mut self, number: Value, exact: bool) -> Result<Value, E> {
        if exact { Ok(number) } else { self.refuse(DetailsFlaw::NumberTooLarge) }
    }
}

/// U+FDD0 to U+FDEF and the last two code points of every plane (Unicode, section 23.7).
fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(mut self, value: u64) -> Result<Value, E> {
        self.number(value.into(), value <= MAX_INTEGER)
    }

    fn visit_i64<E: serde::de::Error>(mut self, value: i64) -> Result<Value, E> {
        self.number(value.into(), value.unsigned_abs() <= MAX_INTEGER)
    }

    fn visit_f64<E: serde::de::Error>(mut self, value: f64) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "2^53-1 is exact in a double")]
        let exact = value.abs() <= MAX_INTEGER as f64;
        self.number(value.into(), exact)
    }

    fn visit_str<E: serde::de::Error>(mut self, value: &str) -> Result<Value, E> {
        self.text(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Strict(&mut *self.0))? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let name = self.text(&name)?;
            if object.contains_key(&name) {
                return self.refuse(DetailsFlaw::RepeatedName { name });
            }
            let value = members.next_value_seed(Strict(&mut *self.0))?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
