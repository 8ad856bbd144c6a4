//! Applying a patch to the files of a pack: each hunk where its lines stand, or not at all.

use std::collections::BTreeMap;

/// Why a patch does not apply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// It changes nothing.
    #[error("it proposes no mechanical change")]
    Nothing,
    /// It is about a file that is not there, or outside the folder.
    #[error("there is no file `{0}`")]
    NoFile(String),
    /// The lines it changes are not there, or in more than one place.
    #[error("`{path}` has changed around line {line}: the lines of the patch are not there")]
    Elsewhere {
        /// The file.
        path: String,
        /// Where they were expected.
        line: usize,
    },
    /// It is no unified diff.
    #[error("line {0} of the patch cannot be read")]
    Unreadable(usize),
}

struct Hunk {
    line: usize,
    /// Sign and text of each line.
    lines: Vec<(char, String)>,
}

/// Applies a patch; `read` gives the files as they are. Gives those that it changes.
///
/// # Errors
///
/// When anything of it does not apply; then nothing is changed.
pub fn apply(
    patch: &str,
    read: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, ApplyError> {
    let mut files: BTreeMap<String, Vec<Hunk>> = BTreeMap::new();
    let mut path: Option<String> = None;
    let mut left = (0, 0);
    for (number, line) in patch.lines().enumerate() {
        let wrong = || ApplyError::Unreadable(number + 1);
        if left != (0, 0) {
            let sign = line.chars().next().unwrap_or(' ');
            let text = line.get(1..).unwrap_or_default().to_owned();
            match sign {
                '\\' => continue,
                '-' => left.0 = usize::checked_sub(left.0, 1).ok_or_else(wrong)?,
                '+' => left.1 = usize::checked_sub(left.1, 1).ok_or_else(wrong)?,
                ' ' => {
                    left.0 = usize::checked_sub(left.0, 1).ok_or_else(wrong)?;
                    left.1 = usize::checked_sub(left.1, 1).ok_or_else(wrong)?;
                }
                _ => return Err(wrong()),
            }
            let hunks = path.as_ref().and_then(|path| files.get_mut(path)).ok_or_else(wrong)?;
            hunks.last_mut().ok_or_else(wrong)?.lines.push((sign, text));
        } else if let Some(name) = line.strip_prefix("+++ b/") {
            files.entry(name.trim().to_owned()).or_default();
            path = Some(name.trim().to_owned());
        } else if let Some(head) = line.strip_prefix("@@ -") {
            let (line, counts) = head_of(head).ok_or_else(wrong)?;
            left = counts;
            let hunks = path.as_ref().and_then(|path| files.get_mut(path)).ok_or_else(wrong)?;
            hunks.push(Hunk { line, lines: Vec::new() });
        } else if !line.starts_with('#')
            && !line.starts_with("--- a/")
            && !line.trim().is_empty()
            && !line.starts_with('\\')
        {
            return Err(wrong());
        }
    }
    if files.values().all(Vec::is_empty) {
        return Err(ApplyError::Nothing);
    }
    let mut changed = BTreeMap::new();
    for (path, hunks) in files {
        let inside = !path.split('/').any(|part| part == ".." || part.is_empty());
        let text = read(&path).filter(|_| inside).ok_or(ApplyError::NoFile(path.clone()))?;
        changed.insert(path.clone(), apply_to(&text, &hunks, &path)?);
    }
    Ok(changed)
}

/// First line, and how many lines are old and new: `12,7 +12,8 @@`.
fn head_of(head: &str) -> Option<(usize, (usize, usize))> {
    let (old, rest) = head.split_once(" +")?;
    let new = rest.split(" @@").next()?;
    let pair = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((line, count)) => Some((line.parse().ok()?, count.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let ((line, old), (_, new)) = (pair(old)?, pair(new)?);
    Some((line, (old, new)))
}

fn apply_to(text: &str, hunks: &[Hunk], path: &str) -> Result<String, ApplyError> {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut moved: isize = 0;
    for hunk in hunks {
        let wanted = (hunk.line.saturating_sub(1)).saturating_add_signed(moved);
        let elsewhere = || ApplyError::Elsewhere { path: path.to_owned(), line: hunk.line };
        // Other patches may have changed the lines around: fewer of them are asked for then.
        let tries = (0..=3).filter_map(|less| trimmed(&hunk.lines, less));
        let mut found = None;
        for (cut, part) in tries {
            let old: Vec<&str> =
                part.iter().filter(|(sign, _)| *sign != '+').map(|(_, text)| &**text).collect();
            if old.is_empty() {
                continue;
            }
            let fits = |at: usize| {
                lines.get(at..at + old.len()).is_some_and(|own| own.iter().eq(old.iter()))
            };
            let near = wanted + cut;
            let mut places: Vec<usize> = (0..lines.len()).filter(|at| fits(*at)).collect();
            places.sort_by_key(|at| at.abs_diff(near));
            let clear = match places.as_slice() {
                [one] => Some(*one),
                [one, ..] if *one == near => Some(*one),
                _ => None,
            };
            if let Some(at) = clear {
                found = Some((at, old.len(), part));
                break;
            }
        }
        // Another patch may have done the same.
        let new: Vec<&String> =
            hunk.lines.iter().filter(|(sign, _)| *sign != '-').map(|(_, text)| text).collect();
        if found.is_none()
            && lines.windows(new.len().max(1)).any(|own| own.iter().eq(new.iter().copied()))
        {
            continue;
        }
        let (at, length, part) = found.ok_or_else(elsewhere)?;
        let new: Vec<String> =
            part.iter().filter(|(sign, _)| *sign != '-').map(|(_, text)| text.clone()).collect();
        moved += isize::try_from(new.len()).unwrap_or(0) - isize::try_from(length).unwrap_or(0);
        lines.splice(at..at + length, new);
    }
    Ok(lines.join("\n"))
}

/// A hunk with fewer lines around its changes, and how many are gone before them.
fn trimmed(lines: &[(char, String)], less: usize) -> Option<(usize, &[(char, String)])> {
    let is_change = |line: &(char, String)| line.0 != ' ';
    let first = lines.iter().position(is_change)?;
    let last = lines.iter().rposition(is_change)?;
    let start = less.min(first);
    let end = lines.len() - less.min(lines.len() - 1 - last);
    Some((start, &lines[start..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "# words\n--- a/x/f\n+++ b/x/f\n@@ -1,5 +1,5 @@\n a\n b\n-c\n+C\n d\n e\n";

    fn applied(text: &str) -> Result<String, ApplyError> {
        let mut changed = apply(PATCH, |path| (path == "x/f").then(|| text.to_owned()))?;
        Ok(changed.remove("x/f").expect("it is the one"))
    }

    #[test]
    fn lines_are_changed_where_they_stand() {
        assert_eq!(applied("a\nb\nc\nd\ne\n").as_deref(), Ok("a\nb\nC\nd\ne\n"));
        assert_eq!(applied("0\n0\na\nb\nc\nd\ne\n").as_deref(), Ok("0\n0\na\nb\nC\nd\ne\n"));
        assert_eq!(applied("A\nb\nc\nd\nE\n").as_deref(), Ok("A\nb\nC\nd\nE\n"), "changed nearby");
    }

    #[test]
    fn what_is_done_already_is_left_as_it_is() {
        assert_eq!(applied("0\na\nb\nC\nd\ne\n").as_deref(), Ok("0\na\nb\nC\nd\ne\n"));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let wrong = ApplyError::Elsewhere { path: "x/f".to_owned(), line: 1 };
        assert_eq!(applied("a\nb\nx\nd\ne\n"), Err(wrong));
        assert_eq!(
            apply("--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n", |_| Some("a\n".to_owned())),
            Err(ApplyError::NoFile("../f".to_owned()))
        );
        assert_eq!(apply("# words only\n", |_| None), Err(ApplyError::Nothing));
        assert_eq!(apply("what\n", |_| None), Err(ApplyError::Unreadable(1)));
    }
}
