//! Findings: what is wrong with a file, drawn at its place.

use std::{fmt, ops::Range, path::PathBuf, sync::Arc};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

/// A file's text with the name that people know it by.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it was read, such as `fixtures/alpha/vendor.toml`.
    pub path: PathBuf,
    /// All of it.
    pub text: Arc<str>,
}

/// One thing that is wrong with a file, and what to do next.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub message: String,
    /// The file, where it is about one.
    pub source: Option<Source>,
    /// The bytes it is about.
    pub span: Option<Range<usize>>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding that has no place yet.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None, span: None, hint: None }
    }

    /// The same, at these bytes.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, in this file unless it has one already.
    #[must_use]
    pub fn within(mut self, source: &Source) -> Self {
        self.source.get_or_insert_with(|| source.clone());
        self
    }

    /// What the TOML reader says.
    #[must_use]
    pub fn from_toml(error: &toml::de::Error) -> Self {
        let message = error.message().to_owned();
        match error.span() {
            Some(span) => Self::new(message).at(span),
            None => Self::new(message),
        }
    }

    /// Line and column, both from 1, where it has a place.
    #[must_use]
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        let (source, span) = (self.source.as_ref()?, self.span.as_ref()?);
        let before = source.text.get(..span.start)?;
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
        Some((line, column))
    }

    /// The finding for machines.
    #[must_use]
    pub fn record(&self) -> FindingRecord {
        let place = self.line_and_column();
        FindingRecord {
            message: self.message.clone(),
            file: self.source.as_ref().map(|source| source.path.display().to_string()),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            hint: self.hint.clone(),
        }
    }

    /// The finding for people: the line with the word underlined.
    #[must_use]
    pub fn draw(&self, styled: bool) -> String {
        let title = Level::ERROR.primary_title(&self.message);
        let path = self.source.as_ref().map(|source| source.path.display().to_string());
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut groups = Vec::new();
        match (&self.source, &self.span, &path) {
            (Some(source), Some(span), Some(path)) if span.end <= source.text.len() => {
                let snippet = Snippet::source(source.text.as_ref())
                    .path(path.as_str())
                    .annotation(AnnotationKind::Primary.span(span.clone()));
                groups.push(title.element(snippet));
            }
            (Some(_), _, Some(path)) => {
                groups.push(title.element(annotate_snippets::Origin::path(path.as_str())));
            }
            _ => groups.push(Group::with_title(title)),
        }
        let hint = self.hint.as_ref().map(|hint| {
            Group::with_title(Level::HELP.with_name("hint").secondary_title(hint.as_str()))
        });
        if self.span.is_none() {
            // Drawn together, a bar would join them, with no line of a file to belong to.
            let parts = groups.into_iter().chain(hint);
            return parts.map(|part| renderer.render(&[part])).collect::<Vec<_>>().join("\n");
        }
        groups.extend(hint);
        renderer.render(&groups)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(formatter, "{}", source.path.display())?;
            if let Some((line, column)) = self.line_and_column() {
                write!(formatter, ":{line}:{column}")?;
            }
            write!(formatter, ": ")?;
        }
        formatter.write_str(&self.message)
    }
}

/// A finding as JSON.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FindingRecord {
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    hint: Option<String>,
}

/// So many right names are told; more would hide the rest of the message.
const LISTED: usize = 40;

/// The right name that is closest to a wrong one, or all of them.
#[must_use]
pub fn closest(wrong: &str, right: &[String]) -> String {
    let near = right
        .iter()
        .map(|name| (distance(wrong, name), name))
        .min()
        .filter(|(steps, _)| *steps <= 2.max(wrong.len() / 3));
    match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if right.is_empty() => {
            "there are none here: declare one, or leave the name out".to_owned()
        }
        None if right.len() > LISTED => {
            format!("there are: {} and {} more", right[..LISTED].join(", "), right.len() - LISTED)
        }
        None => format!("there are: {}", right.join(", ")),
    }
}

/// How many letters must change to make one word of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, candidate) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != *candidate);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source { path: PathBuf::from("fixtures/alpha/vendor.toml"), text: Arc::from("title = 1\n") }
    }

    #[test]
    fn a_word_is_underlined_and_the_hint_follows() {
        let finding = Finding::new("a text belongs here").at(8..9).hint("quote it");

        assert_eq!(
            finding.within(&source()).draw(false),
            "error: a text belongs here\n --> fixtures/alpha/vendor.toml:1:9\n  |\n1 | title = 1\n  \
             |         ^\n  |\nhint: quote it"
        );
    }

    #[test]
    fn without_a_place_no_empty_line_is_drawn() {
        let finding = Finding::new("there is no endpoint").hint("add one");

        assert_eq!(finding.draw(false), "error: there is no endpoint\nhint: add one");
        let drawn = finding.within(&source()).draw(false);
        assert!(
            !drawn.contains('|') && drawn.contains("--> fixtures/alpha/vendor.toml"),
            "{drawn}"
        );
        assert!(drawn.ends_with("\nhint: add one"), "{drawn}");
    }
}
