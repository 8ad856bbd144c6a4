//! Parts of things that names are bound to, by number: `invoice.number` in `{% for invoice in … %}`.
//!
//! Which binding is meant and which part of it is known when a pack is loaded. Looked up by name, a
//! part of an invoice cost 150 instructions, and an invoice has thirty; by number it takes 15.

use std::sync::Arc;

use super::{
    datum::Datum,
    expression::{Filled, Locals, Scope, Tail, ValueMap},
    filters::DateForm,
    json::{write_part, write_string},
    names::{FILING, Kind, Known, OFFICE, PLACE, TAXPAYER},
    plain::Plain,
};
use crate::model::told::Part;

/// A part of a thing that a name is bound to.
#[derive(Clone, Debug)]
pub(super) struct BoundPart {
    /// As it was written, for bindings that turn out to be no such things.
    path: Vec<Box<str>>,
    /// How many bindings are passed over on the way out.
    outward: usize,
    /// The number of each part on the way.
    numbers: Vec<usize>,
}

impl BoundPart {
    /// The part that a path leads to, where it begins at a thing that is bound.
    fn of(path: &[Box<str>], known: &Known<'_>) -> Option<Self> {
        let (root, parts) = path.split_first().filter(|(_, parts)| !parts.is_empty())?;
        let mut bound = known.bound.iter().rev().enumerate();
        let (outward, &(_, begun)) = bound.find(|(_, (name, _))| **name == **root)?;
        let mut kind = begun;
        let mut numbers = Vec::with_capacity(parts.len());
        for part in parts {
            let Kind::Record(names) = kind else { return None };
            // These are records of the scene's, which have no numbers.
            if [TAXPAYER, OFFICE, PLACE, FILING].contains(&names) {
                return None;
            }
            let number = names.iter().position(|(name, _)| **name == **part)?;
            kind = names[number].1;
            numbers.push(number);
        }
        Some(Self { path: path.to_vec(), outward, numbers })
    }

    /// As it was written.
    pub(super) fn path(&self) -> &[Box<str>] {
        &self.path
    }

    /// The part; `None` where the name is bound to something else than a thing.
    pub(super) fn get<'scope>(&self, scope: Scope<'scope>) -> Option<Part<'scope>> {
        let mut locals = scope.locals;
        for _ in 0..self.outward {
            let Locals::Bound { outer, .. } = locals else { return None };
            locals = outer;
        }
        let Locals::Bound { value: Filled::Datum(Datum::Thing(thing)), name, .. } = locals else {
            return None;
        };
        debug_assert_eq!(**name, *self.path[0], "bindings are as they were when it was compiled");
        let (last, way) = self.numbers.split_last()?;
        let mut thing = *thing;
        for number in way {
            match thing.part_at(*number) {
                Part::Thing(inner) => thing = inner,
                _ => return Some(Part::Missing),
            }
        }
        debug_assert_eq!(thing.names()[*last].0, &**self.path.last()?, "names are the type's own");
        Some(thing.part_at(*last))
    }
}

/// What is written of a part.
#[derive(Debug)]
pub struct OfPart {
    part: BoundPart,
    how: PartForm,
}

#[derive(Debug)]
enum PartForm {
    /// As it is.
    Plain,
    /// A day in a form; what stands there where there is none.
    Day(DateForm, Option<String>),
    /// A text, in the words of a map.
    Mapped(Arc<ValueMap>),
    /// One text where it is true, another where it is not; both are ready JSON.
    Either(Vec<u8>, Vec<u8>),
}

impl OfPart {
    pub(super) fn of(plain: &Plain) -> Option<Self> {
        let (part, how) = match plain {
            Plain::Part(part) => (part, PartForm::Plain),
            Plain::Filtered(inner, tail) => match (&**inner, tail) {
                (Plain::Part(part), Tail::Date(form)) if form.is_plain() => {
                    (part, PartForm::Day(form.clone(), None))
                }
                (Plain::Part(part), Tail::Mapped(map)) => (part, PartForm::Mapped(Arc::clone(map))),
                _ => return None,
            },
            Plain::Or(one, other) => match (&**one, &**other) {
                (Plain::Filtered(inner, Tail::Date(form)), Plain::Text(text))
                    if form.is_plain() =>
                {
                    let Plain::Part(part) = &**inner else { return None };
                    (part, PartForm::Day(form.clone(), Some(text.clone())))
                }
                _ => return None,
            },
            Plain::Choice(parts) => match &**parts {
                [Plain::Text(then), Plain::Part(part), Plain::Text(otherwise)] => {
                    (part, PartForm::Either(ready(then), ready(otherwise)))
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(Self { part: part.clone(), how })
    }

    /// Writes it as JSON and says whether it has a value; `None`, and nothing written, where the
    /// name is bound to something else.
    pub(super) fn write(&self, scope: Scope<'_>, out: &mut Vec<u8>) -> Option<bool> {
        let part = self.part.get(scope)?;
        match (&self.how, part) {
            (PartForm::Plain, part) => return Some(write_part(&part, scope, out)),
            (PartForm::Either(then, otherwise), part) => {
                out.extend_from_slice(if part.is_true() { then } else { otherwise });
            }
            (PartForm::Day(form, _), Part::Day(day)) => {
                out.push(b'"');
                form.write_day_bytes(day, out);
                out.push(b'"');
            }
            (PartForm::Day(_, Some(otherwise)), Part::Missing) => write_string(otherwise, out),
            (PartForm::Mapped(map), Part::Text(text)) => {
                write_string(map.get(text).map_or(text, String::as_str), out);
            }
            (PartForm::Day(..) | PartForm::Mapped(_), Part::Missing) => return Some(false),
            (PartForm::Day(..) | PartForm::Mapped(_), _) => return None,
        }
        Some(true)
    }
}

/// A text as JSON.
fn ready(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write_string(text, &mut out);
    out
}

impl Plain {
    /// The same with every path to a bound thing's part as its number.
    pub(super) fn with_numbers(self, known: &Known<'_>) -> Self {
        let inner = |plain: Box<Self>| Box::new(plain.with_numbers(known));
        match self {
            Self::Path(path) => match BoundPart::of(&path, known) {
                Some(part) => Self::Part(part),
                None => Self::Path(path),
            },
            Self::Filtered(one, tail) => Self::Filtered(inner(one), tail),
            Self::Length(one) => Self::Length(inner(one)),
            Self::JoinTrue(items, glue) => {
                let items = items.into_iter().map(|item| item.with_numbers(known));
                Self::JoinTrue(items.collect(), glue)
            }
            Self::Or(one, other) => Self::Or(inner(one), inner(other)),
            Self::And(one, other) => Self::And(inner(one), inner(other)),
            Self::Not(one) => Self::Not(inner(one)),
            Self::Equal(one, other) => Self::Equal(inner(one), inner(other)),
            Self::Greater(one, number) => Self::Greater(inner(one), number),
            Self::InPlucked(one, list, part) => Self::InPlucked(inner(one), inner(list), part),
            Self::Choice(parts) => {
                Self::Choice(Box::new((*parts).map(|part| part.with_numbers(known))))
            }
            Self::Filings(year, by_filing_date) => Self::Filings(inner(year), by_filing_date),
            plain @ (Self::Text(_) | Self::Fixed(_) | Self::Part(_) | Self::FinancialYear) => plain,
        }
    }
}
