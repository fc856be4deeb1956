//! Lines and columns of a report in plain text.
//!
//! A Chinese character takes two columns of a terminal, so widths are counted by the ranges that Unicode's
//! `EastAsianWidth.txt` calls wide or full-width. Chinese breaks between any two characters (but not before a closing mark); everything else at
//! spaces, and a word that is longer than the line anywhere.

/// The width of the page: no line is longer, in columns.
pub(super) const PAGE: usize = 100;

/// Columns that `c` takes on a terminal.
fn columns(c: char) -> usize {
    let wide = matches!(c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{33ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a000}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}' | '\u{1f900}'..='\u{1f9ff}' | '\u{20000}'..='\u{3fffd}');
    1 + usize::from(wide)
}

/// Columns that `text` takes on a terminal.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// `text`, filled up with spaces to `columns`.
#[must_use]
pub fn padded(text: &str, columns: usize) -> String {
    let fill = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(fill))
}

/// A mark that must not begin a line.
fn closes(c: char) -> bool {
    "，。；：！？、）》」』”’％,.;:!?)]}".contains(c)
}

/// `text` in lines of at most `room` columns.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&line) + width(piece.trim_end()) > room {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        if width(piece.trim_end()) <= room {
            line.push_str(piece);
            continue;
        }
        for c in piece.chars() {
            if width(&line) + columns(c) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// `text` cut where a line may break: after spaces, and around wide characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|b| {
            (b == ' ' && c != ' ') || ((columns(b) == 2 || columns(c) == 2) && c != ' ' && !closes(c) && !opens(b))
        });
        if breaks {
            found.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    found.push(&text[start..]);
    found
}

/// A mark that must not end a line.
fn opens(c: char) -> bool {
    "（《「『“‘([{".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_counts_double() {
        assert_eq!(width("match 一致"), 10);
        assert_eq!(padded("一致", 6), "一致  ");
    }

    #[test]
    fn lines_never_pass_the_page_and_lose_nothing() {
        let texts = [
            "plain words that go on for a while and then some",
            "经技术核验一致的，人民法院可以认定该电子数据上链后未经篡改，但有相反证据足以推翻的除外。",
            "f1da2296bb3e3545527a6ebbabf7332f2070abeeb5d34c7e67baa97a9a646955",
            "混合 mixed 文字 text，with 标点。",
            "",
        ];
        for text in texts {
            for room in 8..60 {
                let lines = wrap(text, room);
                assert!(lines.iter().all(|l| width(l) <= room), "{room}: {lines:?}");
                let squeezed = |s: &str| s.split_whitespace().collect::<String>();
                assert_eq!(squeezed(&lines.concat()), squeezed(text));
            }
        }
    }

    #[test]
    fn no_line_begins_with_a_closing_mark() {
        for room in 10..40 {
            let lines = wrap("核验一致：该电子数据上链后未经篡改，但有相反证据足以推翻的除外（参见规则）。", room);
            assert!(lines.iter().skip(1).all(|l| !l.starts_with(closes)), "{room}: {lines:?}");
        }
    }
}
