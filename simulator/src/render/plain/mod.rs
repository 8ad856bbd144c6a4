//! Plain expressions: the part of `MiniJinja`'s language that packs use on every call, worked out
//! on the scene itself.
//!
//! An expression through the interpreter costs 1 to 3 µs and copies what it touches, so a list of
//! filings cost 35 µs; here it is a walk. What this file does not know, and any value it does not
//! expect, is the interpreter's: [`Plain::read`] and [`Plain::fill`] then give nothing.

use std::{borrow::Cow, str::FromStr as _};

use serde_json::Value as Json;

use super::{
    bound::BoundPart,
    datum::{Datum, Record},
    expression::{Filled, Lexicon, Locals, Scope, Tail},
};
use crate::model::period::{self, FinancialYear};

mod reader;

use self::reader::Reader;

/// An expression that needs no interpreter.
#[derive(Debug)]
pub(in crate::render) enum Plain {
    /// `'text'`.
    Text(String),
    /// `true`, `0`, `none`, `[]`: the same for every call.
    Fixed(Fixed),
    /// `taxpayer.legal_name`.
    Path(Vec<Box<str>>),
    /// The same, where a name is bound to a thing whose parts have numbers.
    Part(BoundPart),
    /// `… | date('…')` and the like.
    Filtered(Box<Plain>, Tail),
    /// `… | length`.
    Length(Box<Plain>),
    /// `[…, …] | select | join('…')`.
    JoinTrue(Vec<Plain>, String),
    /// `… or …`.
    Or(Box<Plain>, Box<Plain>),
    /// `… and …`.
    And(Box<Plain>, Box<Plain>),
    /// `not …`.
    Not(Box<Plain>),
    /// `… == …`.
    Equal(Box<Plain>, Box<Plain>),
    /// `… > …`.
    Greater(Box<Plain>, i64),
    /// `… in (… | pluck('…'))`.
    InPlucked(Box<Plain>, Box<Plain>, String),
    /// `… if … else …`.
    Choice(Box<[Plain; 3]>),
    /// `taxpayer.filings_in(…, 'period')`: the year, and whether the day of filing counts.
    Filings(Box<Plain>, bool),
    /// `financial_year()`.
    FinancialYear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fixed {
    Bool(bool),
    Int(i64),
    Null,
    NoItems,
}

impl Plain {
    /// Reads an expression; `None` where it takes the interpreter.
    pub(in crate::render) fn read(source: &str, lexicon: &Lexicon) -> Option<Self> {
        Reader::read(source, lexicon)
    }

    /// Works it out; `None` where that takes the interpreter.
    pub(in crate::render) fn fill<'scope>(
        &'scope self,
        scope: Scope<'scope>,
    ) -> Option<Datum<'scope>> {
        Some(match self {
            Self::Text(text) => Datum::Str(text),
            Self::Fixed(Fixed::Bool(flag)) => Datum::Bool(*flag),
            Self::Fixed(Fixed::Int(number)) => Datum::Int(*number),
            Self::Fixed(Fixed::Null) => Datum::Null,
            Self::Fixed(Fixed::NoItems) => Datum::Texts(&[]),
            Self::Path(path) => find(path, scope)?,
            Self::Part(part) => match part.get(scope) {
                Some(part) => part.into(),
                None => find(part.path(), scope)?,
            },
            Self::Filtered(inner, tail) => match (tail, inner.fill(scope)?) {
                // The interpreter reads texts as days and sees lists of any sort.
                (Tail::Date(_), Datum::Str(_) | Datum::Owned(_)) | (_, Datum::Json(_)) => {
                    return None;
                }
                (Tail::Join(_), datum) if !matches!(datum, Datum::Texts(_)) => return None,
                (tail, datum) => tail.apply(datum),
            },
            Self::Length(list) => Datum::Int(i64::try_from(length(&list.fill(scope)?)?).ok()?),
            Self::JoinTrue(items, glue) => join_true(items, glue, scope)?,
            Self::Or(one, other) => match one.fill(scope)? {
                datum if datum.is_true() => datum,
                _ => other.fill(scope)?,
            },
            Self::And(one, other) => match one.fill(scope)? {
                datum if datum.is_true() => other.fill(scope)?,
                datum => datum,
            },
            Self::Not(one) => Datum::Bool(!one.fill(scope)?.is_true()),
            Self::Equal(one, other) => Datum::Bool(equal(&one.fill(scope)?, &other.fill(scope)?)?),
            Self::Greater(one, number) => match one.fill(scope)? {
                Datum::Int(length) => Datum::Bool(length > *number),
                _ => return None,
            },
            Self::InPlucked(wanted, list, part) => {
                Datum::Bool(is_in(&wanted.fill(scope)?, &list.fill(scope)?, part)?)
            }
            Self::Choice(parts) => {
                let [then, condition, otherwise] = &**parts;
                let holds = condition.fill(scope)?.is_true();
                if holds { then.fill(scope)? } else { otherwise.fill(scope)? }
            }
            Self::Filings(..) if scope.locals.binds("taxpayer") => return None,
            Self::Filings(year, by_filing_date) => {
                let year = year.fill(scope)?;
                let Ok(year) = FinancialYear::from_str(as_text(&year)?) else {
                    return Some(Datum::Filings(Cow::Borrowed(&[])));
                };
                Datum::Filings(scope.scene.filings_of_year(year, *by_filing_date)?)
            }
            Self::FinancialYear => {
                let today = period::ist_date(scope.scene.call.at_ms);
                Datum::Owned(FinancialYear::of(today).to_string())
            }
        })
    }

    /// Whether it is true or false for every call.
    fn truth(&self) -> Option<bool> {
        match self {
            Self::Text(text) => Some(!text.is_empty()),
            Self::Fixed(Fixed::Bool(flag)) => Some(*flag),
            Self::Fixed(Fixed::Int(number)) => Some(*number != 0),
            Self::Fixed(Fixed::Null | Fixed::NoItems) => Some(false),
            _ => None,
        }
    }

    fn of_bool(flag: bool) -> Self {
        Self::Fixed(Fixed::Bool(flag))
    }
}

/// What a path stands for; `None` where a local name stands for an interpreter's value.
fn find<'scope>(path: &[Box<str>], scope: Scope<'scope>) -> Option<Datum<'scope>> {
    let (root, parts) = path.split_first()?;
    let mut locals = scope.locals;
    loop {
        match locals {
            Locals::Empty => return Some(Record::Root(scope.scene).get(root).follow(parts)),
            Locals::Bound { name, value, .. } if *name == &**root => match value {
                Filled::Datum(datum) => return Some(datum.borrow_at(parts)),
                Filled::Value(_) => return None,
            },
            Locals::Bound { outer, .. } => locals = outer,
        }
    }
}

fn as_text<'datum>(datum: &'datum Datum<'_>) -> Option<&'datum str> {
    match datum {
        Datum::Str(text) => Some(text),
        Datum::Owned(text) | Datum::Json(Json::String(text)) => Some(text),
        _ => None,
    }
}

fn equal(one: &Datum<'_>, other: &Datum<'_>) -> Option<bool> {
    let is_nothing = |datum: &Datum<'_>| {
        matches!(datum, Datum::Missing | Datum::Null | Datum::Json(Json::Null | Json::Bool(_)))
            || matches!(datum, Datum::Bool(_))
    };
    match (as_text(one), as_text(other)) {
        (Some(one), Some(other)) => Some(one == other),
        (Some(_), None) if is_nothing(other) => Some(false),
        (None, Some(_)) if is_nothing(one) => Some(false),
        _ => None,
    }
}

fn length(datum: &Datum<'_>) -> Option<usize> {
    match datum {
        Datum::Filings(filings) => Some(filings.len()),
        Datum::Texts(texts) => Some(texts.len()),
        Datum::Records(records) => Some(records.len()),
        _ => None,
    }
}

/// Whether a text is an item of a list, or that part of an item.
fn is_in(wanted: &Datum<'_>, list: &Datum<'_>, part: &str) -> Option<bool> {
    let wanted = as_text(wanted)?;
    match list {
        Datum::Missing | Datum::Null | Datum::Texts([]) => Some(false),
        Datum::Json(Json::Array(items)) => {
            Some(items.iter().any(|item| item.get(part).unwrap_or(item).as_str() == Some(wanted)))
        }
        _ => None,
    }
}

fn join_true<'scope>(
    items: &'scope [Plain],
    glue: &str,
    scope: Scope<'scope>,
) -> Option<Datum<'scope>> {
    let mut joined = Datum::Str("");
    for item in items {
        let datum = item.fill(scope)?;
        if !datum.is_true() {
            continue;
        }
        let text = as_text(&datum)?;
        joined = match joined {
            Datum::Str("") => datum,
            before => Datum::Owned([as_text(&before)?, glue, text].concat()),
        };
    }
    Some(joined)
}

#[cfg(test)]
mod tests;
