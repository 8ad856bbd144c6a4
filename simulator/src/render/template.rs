//! Texts with holes: mixed strings of bodies, header values, reasons, HTML and plain text.

use super::{
    expression::{Expression, ExpressionError, Filled, Lexicon, Scope},
    json::write_text,
    names::Known,
};

/// A text with holes, cut into its pieces.
#[derive(Debug)]
pub struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Hole(Expression),
}

impl Template {
    /// Cuts a text at its `{{ … }}`.
    ///
    /// # Errors
    ///
    /// An expression that cannot be compiled, a hole that does not end.
    pub fn compile(
        source: &str,
        lexicon: &Lexicon,
        known: &Known<'_>,
    ) -> Result<Self, ExpressionError> {
        let mut pieces = Vec::new();
        for piece in cut(source)? {
            pieces.push(match piece {
                Cut::Text(text) => Piece::Text(text.to_owned()),
                Cut::Hole(hole) => Piece::Hole(Expression::compile(hole, lexicon, known)?.0),
            });
        }
        Ok(Self(pieces))
    }

    /// The text, where it has no holes.
    #[must_use]
    pub fn as_plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The expressions in its holes.
    pub(super) fn holes(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Hole(expression) => Some(expression),
            Piece::Text(_) => None,
        })
    }

    /// Fills the holes; one without a value leaves nothing.
    ///
    /// # Errors
    ///
    /// What an expression says.
    pub fn fill(&self, scope: Scope<'_>, out: &mut String) -> Result<(), minijinja::Error> {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Hole(expression) => {
                    let filled: Filled<'_> = expression.fill(scope)?;
                    write_text(&filled, out);
                }
            }
        }
        Ok(())
    }
}

/// A piece of a text with holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut<'source> {
    /// As it is.
    Text(&'source str),
    /// Between `{{` and `}}`.
    Hole(&'source str),
}

/// Cuts a text at its holes; quotes inside a hole may hold `}}`.
///
/// # Errors
///
/// A hole that does not end.
pub fn cut(source: &str) -> Result<Vec<Cut<'_>>, ExpressionError> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find("{{") {
        let inner = &rest[start + 2..];
        let Some(end) = end_of_hole(inner) else {
            return Err(ExpressionError {
                message: "a hole that begins with `{{` does not end".to_owned(),
                hint: Some("close it with `}}`".to_owned()),
            });
        };
        if start > 0 {
            pieces.push(Cut::Text(&rest[..start]));
        }
        pieces.push(Cut::Hole(inner[..end].trim()));
        rest = &inner[end + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Cut::Text(rest));
    }
    Ok(pieces)
}

/// Where the hole's `}}` is; braces and quotes inside it are passed over.
fn end_of_hole(inner: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_u32;
    let bytes = inner.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if *byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(*byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_holes() {
        assert_eq!(
            cut("TID{{ random.uuid_hex }}-{{ '}}' }}").expect("both holes end"),
            [Cut::Text("TID"), Cut::Hole("random.uuid_hex"), Cut::Text("-"), Cut::Hole("'}}'")]
        );
        assert_eq!(cut("{{ {'a': {}} }}").expect("it ends"), [Cut::Hole("{'a': {}}")]);
        assert!(cut("a {{ b").is_err());
    }
}
