//! Words in colour, wrapped texts, tables. `main` takes the colours out where nobody sees them.

use owo_colors::{OwoColorize as _, Style};

/// No line of ours is wider than this, but for what must be pasted in one piece.
pub(crate) const WIDTH: usize = 120;

/// What stands between two columns.
const GAP: usize = 2;

pub(crate) fn bold(text: &str) -> String {
    text.bold().to_string()
}

pub(crate) fn dim(text: &str) -> String {
    text.dimmed().to_string()
}

/// What went well, in green.
pub(crate) fn good(text: &str) -> String {
    text.green().to_string()
}

/// What is worth a look, in yellow.
pub(crate) fn fair(text: &str) -> String {
    text.yellow().to_string()
}

/// What went wrong, in red.
pub(crate) fn bad(text: &str) -> String {
    text.red().to_string()
}

pub(crate) fn error_label() -> String {
    "error:".style(Style::new().bold().red()).to_string()
}

pub(crate) fn hint_label() -> String {
    "hint:".style(Style::new().bold().cyan()).to_string()
}

/// Breaks a text between words so that no line is wider, if that can be done.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let longer = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && longer > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// A table; lines of a cell stand below each other.
#[derive(Debug)]
pub(crate) struct Table {
    indent: usize,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The column that gives way when the table is too wide.
    flexible: Option<usize>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self {
            indent: 0,
            head: head.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
            flexible: None,
        }
    }

    /// Wraps the texts of this column where the table is too wide.
    pub(crate) fn flexible(mut self, column: usize) -> Self {
        self.flexible = Some(column);
        self
    }

    pub(crate) fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table, its head in dim capitals and its first column bold.
    pub(crate) fn draw(&self) -> String {
        let mut widths: Vec<usize> = self.head.iter().map(|title| title.chars().count()).collect();
        for (column, width) in widths.iter_mut().enumerate() {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let lines = cells.flat_map(|cell| cell.lines());
            *width = lines.map(|line| line.chars().count()).max().unwrap_or(0).max(*width);
        }
        if let Some(column) = self.flexible {
            let others: usize = widths.iter().sum::<usize>() - widths[column];
            let taken = self.indent + others + GAP * (widths.len() - 1);
            widths[column] = widths[column].min(WIDTH.saturating_sub(taken).max(16));
        }
        let mut out = String::new();
        let head = self.head.iter().map(|title| vec![title.to_uppercase()]).collect::<Vec<_>>();
        self.draw_row(&head, &widths, |_, text| dim(text), &mut out);
        for row in &self.rows {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                if self.flexible == Some(column) {
                    wrap(cell, widths[column])
                } else {
                    cell.lines().map(str::to_owned).collect()
                }
            });
            let style = |column, text: &str| match column {
                0 => bold(text),
                _ => text.to_owned(),
            };
            self.draw_row(&cells.collect::<Vec<_>>(), &widths, style, &mut out);
        }
        out
    }

    fn draw_row(
        &self,
        cells: &[Vec<String>],
        widths: &[usize],
        style: impl Fn(usize, &str) -> String,
        out: &mut String,
    ) {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for line in 0..height {
            let mut text = " ".repeat(self.indent);
            // Spaces are written only when something follows them.
            let mut owed = 0;
            for (column, cell) in cells.iter().enumerate() {
                let own = cell.get(line).map_or("", String::as_str);
                if !own.is_empty() {
                    text.push_str(&" ".repeat(owed));
                    text.push_str(&style(column, own));
                    owed = 0;
                }
                owed +=
                    widths.get(column).copied().unwrap_or(0).saturating_sub(own.chars().count());
                owed += GAP;
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
    }
}

/// `label    text`, the text wrapped and hanging.
pub(crate) fn labelled(label: &str, text: &str) -> String {
    const LABEL: usize = 14;
    let mut out = String::new();
    let lines = wrap(text, WIDTH - LABEL - 2);
    for (index, line) in lines.iter().enumerate() {
        let shown = if index == 0 { label } else { "" };
        let space = " ".repeat(LABEL.saturating_sub(shown.chars().count()));
        say!(out, "  {}{space}{line}\n", dim(shown));
    }
    out
}

/// As [`labelled`], with lines that stay as they are.
pub(crate) fn labelled_lines(label: &str, lines: &[String]) -> String {
    const LABEL: usize = 14;
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let shown = if index == 0 { label } else { "" };
        let space = " ".repeat(LABEL.saturating_sub(shown.chars().count()));
        say!(out, "  {}{space}{line}\n", dim(shown));
    }
    out
}

/// Words of a command, one line each, as a shell takes them.
pub(crate) fn shell_lines(words: &[String]) -> Vec<String> {
    let last = words.len().saturating_sub(1);
    words
        .iter()
        .enumerate()
        .map(|(index, word)| {
            let indent = if index == 0 { "" } else { "  " };
            let more = if index == last { "" } else { " \\" };
            format!("{indent}{word}{more}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_table_gives_way_in_its_flexible_column() {
        let mut table = Table::new(&["code", "message"]).flexible(1);
        table.row(["4291".to_owned(), "word ".repeat(60)]);
        let plain = anstream::adapter::strip_str(&table.draw()).to_string();
        assert!(plain.lines().all(|line| line.chars().count() <= WIDTH), "{plain}");
        assert!(plain.lines().count() > 3, "the message goes on below: {plain}");
    }

    #[test]
    fn no_line_ends_in_spaces() {
        let mut table = Table::new(&["a", "b", "c"]);
        table.row(["1".to_owned(), String::new(), String::new()]);
        let plain = anstream::adapter::strip_str(&table.draw()).to_string();
        assert!(plain.lines().all(|line| line.trim_end() == line), "{plain:?}");
    }
}
