//! What an expression reads of a call, by the names it has.

use super::names::Known;

/// Something small that a call brings, and that a body may hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// The field of that index.
    Field(usize),
    /// Our name for the reply.
    Outcome,
    /// The vendor's.
    Code,
}

/// What these names read besides the taxpayer, the day and what never changes; `None` where one of
/// them is another thing with each call.
pub(super) fn inputs(names: &[String], known: &Known<'_>) -> Option<Box<[Input]>> {
    let mut inputs = Vec::new();
    for name in names {
        let (root, rest) = name.split_once('.').unwrap_or((name, ""));
        if known.bound.iter().any(|(bound, _)| *bound == root) {
            continue;
        }
        inputs.push(match (root, rest) {
            // The books of a period are told by the session's endpoints, and are large.
            ("taxpayer" | "settings", _) | ("today" | "financial_year", "") => continue,
            ("outcome", "") => Input::Outcome,
            ("code" | "code_number", "") => Input::Code,
            ("fields", rest) => {
                let field = rest.split('.').next().unwrap_or_default();
                Input::Field(known.fields.iter().position(|known| *known == field)?)
            }
            _ => return None,
        });
    }
    Some(inputs.into())
}
