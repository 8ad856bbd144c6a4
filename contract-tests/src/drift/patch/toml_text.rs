//! TOML as it is written: tables of a list, lines of a table.

use std::ops::Range;

/// The tables of a list, such as `[[codes]]`: each with the lines below its head.
pub(super) fn tables(text: &str, list: &str) -> Vec<Range<usize>> {
    blocks(text, &format!("[[{list}]]"))
}

/// A table, such as `[settings.date]`.
pub(super) fn table(text: &str, name: &str) -> Option<Range<usize>> {
    blocks(text, &format!("[{name}]")).into_iter().next()
}

fn blocks(text: &str, head: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let plain = line.trim();
        if plain.starts_with('[') && line.starts_with('[') {
            open = plain == head || plain.starts_with(&format!("{head} "));
            if open {
                found.push(at..at + line.len());
            }
        } else if let (true, Some(last)) = (open, found.last_mut()) {
            // Blank lines and comments behind a table belong to the next one.
            if !plain.is_empty() && !plain.starts_with('#') {
                last.end = at + line.len();
            }
        }
        at += line.len();
    }
    found
}

/// Where the value of a key stands in a table, without the comment behind it.
pub(super) fn value(text: &str, table: &Range<usize>, key: &str) -> Option<Range<usize>> {
    let mut at = table.start;
    for line in text[table.clone()].split_inclusive('\n') {
        let plain = line.trim_start();
        if let Some(rest) = plain.strip_prefix(key)
            && let Some(rest) = rest.trim_start().strip_prefix('=')
        {
            let start = at + line.len() - rest.trim_start().len();
            let length = value_length(rest.trim_start());
            return Some(start..start + length);
        }
        at += line.len();
    }
    None
}

/// How long a value on one line is.
fn value_length(text: &str) -> usize {
    let line = text.lines().next().unwrap_or_default();
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter == '#' => return line[..at].trim_end().len(),
            None => {}
        }
    }
    line.trim_end().len()
}

/// The table of a list whose keys say these texts.
pub(super) fn row(text: &str, list: &str, wanted: &[(&str, &str)]) -> Option<Range<usize>> {
    let says = |table: &Range<usize>, key: &str, word: &str| {
        value(text, table, key).is_some_and(|span| text[span] == quoted(word))
    };
    tables(text, list).into_iter().find(|own| wanted.iter().all(|(key, word)| says(own, key, word)))
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[settings.day]\nabout = \"a # b\" # c\ndefault = \"x\"\n\n# next\n[[codes]]\ncode = \"1\"\nstatus = 200\n\n[[codes]]\ncode = \"2\"\n";

    #[test]
    fn a_value_is_found_in_its_table() {
        let day = table(TEXT, "settings.day").expect("there");
        let at = |key| value(TEXT, &day, key).map(|span| &TEXT[span]);
        assert_eq!(at("about"), Some("\"a # b\""));
        assert_eq!(at("default"), Some("\"x\""));
        assert_eq!(at("code"), None);
    }

    #[test]
    fn a_row_is_found_by_what_it_says() {
        let row = row(TEXT, "codes", &[("code", "2")]).expect("there");
        assert_eq!(&TEXT[row], "[[codes]]\ncode = \"2\"\n");
    }
}
