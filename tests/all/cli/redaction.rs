//! What differs from one run to the next, in words that do not: `[time]`, `[port]`, `[hex 1]`.
//!
//! Hex of 8, 32, 64 or 128 digits and base64 are numbered in the order in which they are first seen, so that a golden file still
//! shows which two of them are the same. What a test knows beforehand is left as it is.

/// Text that is base64 and nothing else has at least so many characters.
const SHORTEST_BASE64: usize = 40;
/// Eight groups of eight digits and a space.
const FINGERPRINT: usize = 8 * 8 + 7;

/// The port that help texts name, one that nobody listens on, and the one that means any.
const FIXED_PORTS: [&str; 3] = ["8420", "1", "0"];

/// Takes out of text what varies.
#[derive(Default)]
pub(super) struct Redaction {
    /// Text whose hex, base64 and times stay.
    known: String,
    seen: Vec<String>,
}

impl Redaction {
    /// Leaves the values in `text` as they are from here on.
    pub(super) fn know(&mut self, text: &str) {
        self.known.push_str(text);
        self.known.push('\n');
    }

    /// The text with what varies replaced.
    pub(super) fn apply(&mut self, text: &str) -> String {
        let (mut clean, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(first) = rest.chars().next() {
            let (length, word) = self.at(rest, clean.chars().next_back()).unwrap_or((first.len_utf8(), None));
            match word {
                Some(word) => clean.push_str(&word),
                None => clean.push_str(&rest[..length]),
            }
            rest = &rest[length..];
        }
        clean
    }

    /// How much of the start of `rest` is one value, and what stands for it, if anything should.
    fn at(&mut self, rest: &str, before: Option<char>) -> Option<(usize, Option<String>)> {
        if let Some(length) = port(rest) {
            return Some((length, Some("127.0.0.1:[port]".to_owned())));
        }
        if let Some(length) = build(rest) {
            return Some((length, Some("(build [build])".to_owned())));
        }
        if let Some(version) = rest.strip_prefix("notarium ").filter(|rest| rest.starts_with(env!("CARGO_PKG_VERSION")))
        {
            return Some((
                rest.len() - version.len() + env!("CARGO_PKG_VERSION").len(),
                Some("notarium [version]".to_owned()),
            ));
        }
        let inside = before.is_some_and(char::is_alphanumeric);
        if inside {
            return None;
        }
        if let Some(length) = time(rest) {
            return Some((length, (!self.knows_time(&rest[..length])).then(|| "[time]".to_owned())));
        }
        if let Some(length) = fingerprint(rest) {
            return Some((length, Some("[fingerprint]".to_owned())));
        }
        let hex = run(rest, |c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        let ends = !rest[hex..].starts_with(char::is_alphanumeric);
        if ends && [8, 32, 64, 128].contains(&hex) {
            return Some((hex, self.numbered("hex", &rest[..hex])));
        }
        // A sign begins a value only behind a space: the `+` behind a key's id does not.
        let base64 = if rest.starts_with(char::is_alphanumeric) || before.is_none_or(char::is_whitespace) {
            run(rest, |c| c.is_ascii_alphanumeric() || "+/=".contains(c))
        } else {
            0
        };
        // A path has one case; of a thousand keys, one has no digit.
        let text = &rest[..base64];
        let mixed = text.contains(char::is_uppercase) && text.contains(char::is_lowercase);
        if base64 >= SHORTEST_BASE64 && mixed && !has_key_id(text) {
            return Some((base64, self.numbered("base64", text)));
        }
        // Nothing here: past the whole word, but not past a sign, behind which a value can begin.
        Some((run(rest, char::is_alphanumeric).max(rest.chars().next()?.len_utf8()), None))
    }

    /// Of a time that is known the beginning is known: a day.
    fn knows_time(&self, time: &str) -> bool {
        self.known.lines().any(|known| !known.is_empty() && time.starts_with(known))
    }

    fn numbered(&mut self, kind: &str, value: &str) -> Option<String> {
        if self.known.contains(value) {
            return None;
        }
        let at = self.seen.iter().position(|seen| seen == value).unwrap_or_else(|| {
            self.seen.push(value.to_owned());
            self.seen.len() - 1
        });
        Some(format!("[{kind} {}]", at + 1))
    }
}

/// The length of the start of `text` whose characters are all of one kind.
fn run(text: &str, kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !kind(c)).unwrap_or(text.len())
}

/// The length of a text that `pattern` describes: `9` any digit, everything else itself.
fn shaped(text: &str, pattern: &str) -> Option<usize> {
    let fits = |(byte, sign): (u8, u8)| if sign == b'9' { byte.is_ascii_digit() } else { byte == sign };
    (text.len() >= pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)).then_some(pattern.len())
}

/// A time in UTC with milli- or microseconds, or in the zone of the session.
fn time(text: &str) -> Option<usize> {
    let shapes = ["9999-99-99T99:99:99.999999Z", "9999-99-99T99:99:99.999Z", "9999-99-99 99:99:99.999 +08:00"];
    shapes.iter().find_map(|shape| shaped(text, shape))
}

fn port(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("127.0.0.1:")?;
    let length = run(digits, |c| c.is_ascii_digit());
    (!FIXED_PORTS.contains(&&digits[..length])).then_some(length + 10)
}

fn build(text: &str) -> Option<usize> {
    text.strip_prefix("(build ").and_then(|rest| rest.find(')')).map(|end| "(build ".len() + end + 1)
}

fn fingerprint(text: &str) -> Option<usize> {
    let digits = text.get(..FINGERPRINT)?;
    let is_group = |group: &str| group.len() == 8 && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.split(' ').all(is_group).then_some(FINGERPRINT)
}

/// Whether a key's name and id stand before the base64: `example/one+53a91153+AQ...`.
fn has_key_id(text: &str) -> bool {
    text.split('+').any(|part| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[test]
fn what_varies_is_replaced_and_numbered() {
    let mut redaction = Redaction::default();
    redaction.know("53a91153");
    let (hex, other) = ("ab".repeat(32), "cd".repeat(32));
    let key = "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    let text = format!("a {hex}, {other}: {hex} at 2026-11-23T08:50:00.123Z (2026-11-23 16:50:00.123 +08:00)\n");
    assert_eq!(redaction.apply(&text), "a [hex 1], [hex 2]: [hex 1] at [time] ([time])\n");
    let text = format!("log ledger.example/one+53a91153+{key} http://127.0.0.1:4321/x 12345678 0.1.0 (build x-1)");
    let expected = "log ledger.example/one+53a91153+[base64 3] http://127.0.0.1:[port]/x [hex 4] 0.1.0 (build [build])";
    assert_eq!(redaction.apply(&text), expected);
    for signs in ["//", "/+", "+/"] {
        let signature = format!("{signs}{}", &key[2..]);
        let signed = redaction.apply(&format!("— ledger.example/one {signature}\n"));
        assert!(signed.starts_with("— ledger.example/one [base64 "), "{signed}");
    }
    let groups = ["0123abcd"; 8].join(" ");
    assert_eq!(redaction.apply(&format!("fingerprint {groups}")), "fingerprint [fingerprint]");
    assert_eq!(redaction.apply("存证 8388608 tests/vectors/small-ledger"), "存证 8388608 tests/vectors/small-ledger");
}
