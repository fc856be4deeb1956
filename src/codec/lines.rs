//! A short text of named values, one a line in a fixed order, for people to read and hand over.

/// Why a text is not these lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the lines of {header}: line {line}")]
pub struct LinesError {
    /// The first line that the text should have.
    pub header: &'static str,
    /// The first line that is not as it should be, from 1.
    pub line: usize,
}

/// The values of a text of `header` and one line `name value` for each of `names`, every line ending in LF, no value empty.
///
/// # Errors
/// [`LinesError`]; also where there are more lines.
pub fn labelled_values<'a, const N: usize>(
    text: &'a str,
    header: &'static str,
    names: &[&str; N],
) -> Result<[&'a str; N], LinesError> {
    let wrong = |line| LinesError { header, line };
    let rest = text.strip_prefix(header).and_then(|rest| rest.strip_prefix('\n'));
    let mut rest = rest.ok_or(wrong(1))?;
    let mut values = [""; N];
    for (at, (name, value)) in names.iter().zip(&mut values).enumerate() {
        let (line, after) = rest.split_once('\n').ok_or(wrong(at + 2))?;
        let found = line.strip_prefix(name).and_then(|line| line.strip_prefix(' '));
        *value = found.filter(|found| !found.is_empty()).ok_or(wrong(at + 2))?;
        rest = after;
    }
    if rest.is_empty() { Ok(values) } else { Err(wrong(N + 2)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_is_wrong_is_named() {
        let read = |text| labelled_values(text, "h/1", &["a", "b"]).map_err(|error| error.line);
        assert_eq!(read("h/1\na x\nb y z\n"), Ok(["x", "y z"]));
        for (text, line) in [
            ("", 1),
            ("h/1", 1),
            ("h/2\na x\nb y\n", 1),
            ("h/1\nb y\na x\n", 2),
            ("h/1\na \nb y\n", 2),
            ("h/1\na x\nb y", 3),
            ("h/1\na x\nb y\n\n", 4),
        ] {
            assert_eq!(read(text), Err(line), "{text:?}");
        }
    }
}
