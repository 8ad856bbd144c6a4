//! Texts in columns: measured as terminals show them, wrapped, made harmless.

use unicode_width::UnicodeWidthChar as _;

/// What stands between two columns.
const GAP: usize = 2;

/// No column is made narrower than this.
const NARROWEST: usize = 8;

/// A text from elsewhere, such that a terminal shows it and does nothing else: what controls it is
/// written out, line ends stay.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        // The last two ranges turn the direction of what follows.
        let hidden = letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if hidden && letter != '\n' {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out
}

/// How many cells of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}

/// Breaks a text so that no line is wider: between words, and where a word is too long, within it.
pub(super) fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut taken = 0;
        for word in paragraph.split_inclusive(' ') {
            let own = width(word.trim_end());
            if taken > 0 && taken + own > most {
                lines.push(finished(&mut line));
                taken = 0;
            }
            for letter in word.chars() {
                let cells = letter.width().unwrap_or(0);
                if taken + cells > most && letter != ' ' {
                    lines.push(finished(&mut line));
                    taken = 0;
                }
                line.push(letter);
                taken += cells;
            }
        }
        lines.push(finished(&mut line));
    }
    lines
}

fn finished(line: &mut String) -> String {
    let mut done = std::mem::take(line);
    done.truncate(done.trim_end_matches(' ').len());
    done
}

/// Rows of texts, in columns that together are no wider than they may be.
#[derive(Clone, Debug)]
pub struct Columns<const N: usize> {
    head: [&'static str; N],
    rows: Vec<[String; N]>,
    /// Columns of numbers end at the right.
    right: [bool; N],
    indent: usize,
}

impl<const N: usize> Columns<N> {
    /// Columns with these heads.
    #[must_use]
    pub fn new(head: [&'static str; N]) -> Self {
        Self { head, rows: Vec::new(), right: [false; N], indent: 0 }
    }

    /// The same, with so many blanks before each line.
    #[must_use]
    pub fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    /// The same, with all columns from this one on as numbers.
    #[must_use]
    pub fn numbers_from(mut self, first: usize) -> Self {
        self.right.iter_mut().skip(first).for_each(|right| *right = true);
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| clean(&cell)));
    }

    /// The lines; `paint` takes the row's number (none for the head), the column's, and a text.
    #[must_use]
    pub fn draw(
        &self,
        most: usize,
        paint: impl Fn(Option<usize>, usize, &str) -> String,
    ) -> String {
        let widths = self.widths(most);
        let mut out = String::new();
        let head = self.head.map(|title| vec![title.to_uppercase()]);
        self.draw_row(&head, &widths, |column, text| paint(None, column, text), &mut out);
        for (number, row) in self.rows.iter().enumerate() {
            let mut cells = row.iter().zip(widths).map(|(cell, width)| wrap(cell, width));
            let cells: [Vec<String>; N] = std::array::from_fn(|_| cells.next().unwrap_or_default());
            self.draw_row(
                &cells,
                &widths,
                |column, text| paint(Some(number), column, text),
                &mut out,
            );
        }
        out
    }

    /// The narrow columns have what they need, the others share what is left.
    fn widths(&self, most: usize) -> [usize; N] {
        let mut natural: [usize; N] = self.head.map(width);
        for row in &self.rows {
            for (own, cell) in natural.iter_mut().zip(row) {
                *own = cell.split('\n').map(width).fold(*own, usize::max);
            }
        }
        let mut left = most.saturating_sub(self.indent + GAP * N.saturating_sub(1));
        let mut order: [usize; N] = std::array::from_fn(|column| column);
        order.sort_by_key(|column| natural[*column]);
        let mut widths = [0; N];
        for (taken, column) in order.into_iter().enumerate() {
            let share = (left / (N - taken)).max(NARROWEST);
            widths[column] = natural[column].min(share);
            left = left.saturating_sub(widths[column]);
        }
        widths
    }

    fn draw_row(
        &self,
        cells: &[Vec<String>; N],
        widths: &[usize; N],
        paint: impl Fn(usize, &str) -> String,
        out: &mut String,
    ) {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut text = String::new();
            // Blanks are written only when something follows them.
            let mut owed = self.indent;
            for (column, cell) in cells.iter().enumerate() {
                let own = cell.get(line).map_or("", String::as_str);
                let blank = widths[column].saturating_sub(width(own));
                if self.right[column] {
                    owed += blank;
                }
                if !own.is_empty() {
                    text.push_str(&" ".repeat(owed));
                    text.push_str(&paint(column, own));
                    owed = 0;
                } else if !self.right[column] {
                    owed += widths[column];
                }
                if !own.is_empty() && !self.right[column] {
                    owed += blank;
                }
                owed += GAP;
            }
            out.push_str(&text);
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(_: Option<usize>, _: usize, text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut columns = Columns::new(["name", "count"]).numbers_from(1).indented(2);
        columns.row(["one".to_owned(), "1".to_owned()]);
        columns.row(["twenty".to_owned(), "20".to_owned()]);

        assert_eq!(columns.draw(80, plain), "  NAME    COUNT\n  one         1\n  twenty     20\n");
    }

    #[test]
    fn what_is_too_wide_is_wrapped_in_its_own_column() {
        let mut columns = Columns::new(["at", "promised", "found"]);
        let found = "a text that is a good deal longer than its column";
        columns.row(["/a".to_owned(), "string".to_owned(), found.to_owned()]);

        let drawn = columns.draw(40, plain);
        assert_eq!(
            drawn,
            "AT  PROMISED  FOUND\n/a  string    a text that is a good deal\n              longer than its column\n"
        );
    }

    #[test]
    fn wide_letters_take_two_cells() {
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(width("🧾a"), 3);
    }

    #[test]
    fn what_controls_a_terminal_is_written_out() {
        assert_eq!(clean("a\u{1b}[31mb\tc\nd\u{202e}e"), "a\\u{1b}[31mb\\tc\nd\\u{202e}e");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_it_may_be(text in "\\PC{0,200}", most in 2_usize..60) {
            for line in wrap(&text, most) {
                prop_assert!(width(&line) <= most, "{line:?}");
            }
        }

        #[test]
        fn wrapping_loses_no_letter(text in "[a-z ]{0,200}", most in 2_usize..60) {
            let kept = |text: &str| text.replace(' ', "");
            prop_assert_eq!(kept(&wrap(&text, most).concat()), kept(&text));
        }

        #[test]
        fn nothing_that_is_cleaned_controls_anything(text in any::<String>()) {
            prop_assert!(!clean(&text).chars().any(|letter| letter.is_control() && letter != '\n'));
        }
    }
}
