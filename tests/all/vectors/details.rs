//! Vectors of details: I-JSON objects, and what is not one.

use notarium::evidence::{DetailsCheck, check_details};
use serde_json::json;

use super::{Case, Said, bad, good};

pub(super) fn decode(bytes: &[u8]) -> Said {
    match check_details(bytes) {
        DetailsCheck::WellFormed(object) => {
            Ok(json!({ "names": object.as_object().unwrap().keys().collect::<Vec<_>>() }))
        }
        DetailsCheck::Malformed(flaw) => Err((flaw.code(), false)),
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = well_formed();
    cases.extend(malformed());
    cases
}

fn well_formed() -> Vec<Case> {
    let longest = format!("{{\"note\":\"{}\"}}", "a".repeat(32_000 - 11));
    let deepest = format!("{{\"a\":{}{}}}", "[".repeat(126), "]".repeat(126));
    let cases: [(&str, &str, &[&str]); 10] = [
        ("empty object", "{}", &[]),
        ("white space around", " {\n} \t\n", &[]),
        ("every kind of value", r#"{"a":[1,-2.5,1e3,true,false,null,{}],"b":""}"#, &["a", "b"]),
        ("one name in two objects", r#"{"a":{"a":1},"b":{"a":2}}"#, &["a", "b"]),
        ("names that differ in case", r#"{"a":1,"A":2}"#, &["A", "a"]),
        ("names that look alike", "{\"\u{e9}\":1,\"e\u{301}\":2}", &["e\u{301}", "\u{e9}"]),
        ("a surrogate pair", r#"{"\ud83d\udcc4":1}"#, &["\u{1f4c4}"]),
        ("largest numbers", r#"{"a":9007199254740991,"b":-9007199254740991}"#, &["a", "b"]),
        ("126 levels within the object", &deepest, &["a"]),
        ("32000 bytes", &longest, &["note"]),
    ];
    cases.map(|(name, text, names)| good(name, text.into(), json!({ "names": names }))).into()
}

fn malformed() -> Vec<Case> {
    let too_long = format!("{{\"note\":\"{}\"}}", "a".repeat(32_001 - 11));
    let too_deep = format!("{{\"a\":{}{}}}", "[".repeat(127), "]".repeat(127));
    let very_deep = "[".repeat(32_000);
    let mut cases: Vec<Case> = [
        ("nothing", "", "details-length"),
        ("32001 bytes", &too_long, "details-length"),
        ("127 levels within the object", &too_deep, "not-json"),
        ("32000 levels", &very_deep, "not-json"),
        ("a BOM", "\u{feff}{}", "not-json"),
        ("cut off", r#"{"a":1"#, "not-json"),
        ("two objects", "{}{}", "not-json"),
        ("a comma too many", r#"{"a":1,}"#, "not-json"),
        ("a comment", "{}//", "not-json"),
        ("single quotes", "{'a':1}", "not-json"),
        ("a control character in a text", "{\"a\":\"\n\"}", "not-json"),
        ("NaN", r#"{"a":NaN}"#, "not-json"),
        ("a leading zero", r#"{"a":01}"#, "not-json"),
        ("a lone high surrogate", r#"{"a":"\ud83d"}"#, "not-json"),
        ("a lone low surrogate", r#"{"a":"\udcc4"}"#, "not-json"),
        ("surrogates the wrong way round", r#"{"a":"\udcc4\ud83d"}"#, "not-json"),
        ("an array", "[]", "not-an-object"),
        ("a text", r#""a""#, "not-an-object"),
        ("null", "null", "not-an-object"),
        ("a name twice", r#"{"a":1,"a":1}"#, "repeated-name"),
        ("a name twice, once escaped", r#"{"a":1,"\u0061":2}"#, "repeated-name"),
        ("a name twice, deep within", r#"{"a":[{"b":{"c":1,"d":2,"c":3}}]}"#, "repeated-name"),
        ("the empty name twice", r#"{"":1,"":2}"#, "repeated-name"),
        ("U+FFFE", "{\"a\":\"\u{fffe}\"}", "noncharacter"),
        ("U+FFFF, escaped", r#"{"a":"\uffff"}"#, "noncharacter"),
        ("U+FDD0 in a name", "{\"\u{fdd0}\":1}", "noncharacter"),
        ("U+10FFFF", "{\"a\":[\"\u{10ffff}\"]}", "noncharacter"),
        ("2^53", r#"{"a":9007199254740992}"#, "number-too-large"),
        ("-2^53", r#"{"a":-9007199254740992}"#, "number-too-large"),
        ("2^64", r#"{"a":18446744073709551616}"#, "number-too-large"),
        ("1e20", r#"{"a":1e20}"#, "number-too-large"),
        ("1e400", r#"{"a":1e400}"#, "not-json"),
    ]
    .map(|(name, text, code)| bad(name, text.into(), code))
    .into();
    cases.push(bad("not UTF-8", b"{\"a\":\"\xff\"}".to_vec(), "details-not-utf8"));
    cases.push(bad("overlong UTF-8", b"{\"a\":\"\xc0\xaf\"}".to_vec(), "details-not-utf8"));
    cases
}
