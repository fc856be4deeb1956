//! The Chinese of reports is that of docs/glossary.md: where the English says a term, the Chinese says the glossary's word for it.

use std::collections::BTreeMap;

use notarium::report::{Language, Word};
use strum::VariantArray as _;

/// Terms of the glossary that a whole word of English stands for, wherever a report says it. The others have several senses.
const TERMS: [&str; 26] = [
    "deposit",
    "evidence package",
    "manifest",
    "submitter",
    "ledger",
    "claimed time",
    "time of admission",
    "trusted time",
    "leaf hash",
    "root",
    "checkpoint",
    "witness",
    "cosignature",
    "quorum",
    "policy",
    "registrar",
    "receipt",
    "verification report",
    "match",
    "mismatch",
    "undetermined",
    "not deposited",
    "not provided",
    "statement id",
    "salt",
    "digest",
];

/// Rows whose Chinese says it in the field's other way: 上链 is to be put on the ledger, and a tree has its 根.
const OTHERWISE: [(&str, &str); 5] = [
    ("pre-chain", "ledger"),
    ("proves-text", "ledger"),
    ("not-before", "ledger"),
    ("path-leads", "root"),
    ("path-wrong", "root"),
];

/// The glossary: each English term to its Chinese.
fn glossary() -> BTreeMap<String, String> {
    let page = include_str!("../../../docs/glossary.md");
    let mut terms = BTreeMap::new();
    for line in page.lines() {
        let Some((english, rest)) = line.strip_prefix("- **").and_then(|line| line.split_once("** ")) else { continue };
        let chinese = rest.split(':').next().unwrap().trim();
        for term in english.split(", ") {
            assert!(terms.insert(term.to_owned(), chinese.to_owned()).is_none(), "{term} stands twice");
        }
    }
    terms
}

/// Whether `text` says `term` as whole words, in the singular or the plural.
fn says(text: &str, term: &str) -> bool {
    let text = text.to_lowercase();
    text.match_indices(term).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + term.len()..].trim_start_matches('s').chars().next();
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '{' || c == '}');
        !is_letter(before) && !is_letter(after)
    })
}

#[test]
fn where_the_english_says_a_term_the_chinese_says_the_glossary_s_word() {
    let glossary = glossary();
    let mut wrong = Vec::new();
    for term in TERMS {
        let chinese = &glossary[term];
        for word in Word::VARIANTS {
            let (en, zh) = (word.text(Language::En), word.text(Language::Zh));
            // The short form inside a sentence: 回执 for 存证回执, 策略 for 核验策略, 盐 for 盐值.
            let short = match term {
                "receipt" => "回执",
                "policy" => "策略",
                "salt" => "盐",
                _ => chinese,
            };
            if says(en, term) && !zh.contains(short) && !OTHERWISE.contains(&(word.id(), term)) {
                wrong.push(format!("{} has {term:?} and not {short}: {zh}", word.id()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words that would promise more than a program can: in no report, certificate or statement, in neither language.
#[test]
fn nothing_claims_more_than_was_computed() {
    const CLAIMS: [&str; 19] = [
        "legal proof",
        "legally binding",
        "legal force",
        "permanent",
        "for ever",
        "tamper-proof",
        "tamperproof",
        "guarantee",
        "irrefutable",
        "judicial blockchain",
        "is certified",
        "court-endorsed",
        "永久",
        "不可篡改",
        "防篡改",
        "法律效力",
        "司法链",
        "权威",
        "公证",
    ];
    let report = Word::VARIANTS.iter().flat_map(|word| [word.text(Language::En), word.text(Language::Zh)]);
    let platform = include_str!("../../../src/report/platform_words.rs");
    for text in report.chain([platform]) {
        let text = text.to_lowercase();
        for claim in CLAIMS {
            assert!(!text.contains(claim), "{claim}: {text}");
        }
    }
}
