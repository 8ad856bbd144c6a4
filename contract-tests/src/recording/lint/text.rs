//! One text: what has the form of something that is somebody's.

use std::path::Path;

use super::{Found, allow::Allow, masked, place};
use crate::recording::{
    forms::{self, Form},
    standin,
};

/// How a private key begins in PEM.
const KEY: &str = "-----BEGIN ";

/// What is found in the text of a file.
#[must_use]
pub fn look(path: &Path, text: &str, allow: &Allow) -> Vec<Found> {
    let mut all = Vec::new();
    let file = path.display().to_string();
    let mut find = |at: usize, word: &str, what: &str, original: &str| {
        if allow.covers(path, word, original) {
            return;
        }
        let (line, column) = place(text, at);
        all.push(Found {
            file: file.clone(),
            line,
            column,
            what: word.to_owned(),
            message: format!("{what} that may be somebody's ({})", masked(original)),
            hint: "put a stand-in there (a PAN's digits are `0000`, mail goes to example.com), or name it in the file that `--allow` gives, with the reason".to_owned(),
        });
    };
    for found in forms::find(text) {
        let original = &text[found.span.clone()];
        let form = found.form;
        if matches!(form, Form::Uuid | Form::Hex)
            || standin::is_ours(form, original)
            || (form == Form::Pan && !is_whole_word(text, &found.span))
            || (form == Form::Email
                && (standin::is_email_of_ours(original) || is_no_mail(text, &found.span)))
        {
            continue;
        }
        find(found.span.start, form.word(), form.told(), original);
    }
    for (at, _) in text.match_indices(KEY) {
        let rest = &text[at + KEY.len()..];
        let line = rest.lines().next().unwrap_or_default();
        // The label alone, as this file has it, is no key.
        if line.ends_with("PRIVATE KEY-----") && rest.len() > line.len() + 100 {
            find(at, "key", "a private key", line);
        }
    }
    all
}

fn is_whole_word(text: &str, span: &std::ops::Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let inside =
        |at: Option<&u8>| at.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    !inside(span.start.checked_sub(1).and_then(|at| bytes.get(at))) && !inside(bytes.get(span.end))
}

/// `user@host` of an address of another sort, such as `ssh://git@github.com` or a package's version.
fn is_no_mail(text: &str, span: &std::ops::Range<usize>) -> bool {
    let before = &text[..span.start];
    let after = &text[span.end..];
    before.ends_with("://")
        || before.ends_with('/')
        || after.starts_with(':')
        || after.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(usize, usize, String)> {
        let found = look(Path::new("a.md"), text, &Allow::default());
        found.into_iter().map(|one| (one.line, one.column, one.what)).collect()
    }

    #[test]
    fn what_is_somebody_s_is_found_with_line_and_column() {
        let gstin = ["27AAPFU", "0939F1ZV"].concat();
        let mail = ["a.b@firm", ".co.in"].concat();
        let text = format!("ours: 27AAACS0000A1ZG\n  {gstin}, {mail}\n");
        assert_eq!(words(&text), [(2, 3, "gstin".to_owned()), (2, 20, "email".to_owned())]);
    }

    #[test]
    fn stand_ins_and_numbers_of_other_sorts_are_not() {
        for text in [
            "sample-0123abcd@example.com",
            "ssh://git@github.com/a/b",
            "AAACS0000A",
            "+91 00000 12345",
            "sha256 9876543210fedcba9876543210fedcba",
            "const MIX: u64 = 0x9E37_79B9;",
        ] {
            assert_eq!(words(text), [], "{text}");
        }
    }

    #[test]
    fn a_private_key_is_found_and_its_label_alone_is_not() {
        let label = ["-----BEGIN RSA PRIVATE", " KEY-----"].concat();
        assert_eq!(words(&label), []);
        assert_eq!(words(&format!("{label}\n{}\n", "A".repeat(200))), [(1, 1, "key".to_owned())]);
    }
}
