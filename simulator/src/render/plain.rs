//! Plain expressions: the part of `MiniJinja`'s language that packs use on every call, worked out
//! on the scene itself.
//!
//! An expression through the interpreter costs 1 to 3 µs and copies what it touches, so a list of
//! filings cost 35 µs; here it is a walk. What this file does not know, and any value it does not
//! expect, is the interpreter's: [`Plain::read`] and [`Plain::fill`] then give nothing.

use std::{borrow::Cow, str::FromStr as _, sync::Arc};

use serde_json::Value as Json;

use super::{
    datum::{Datum, Record},
    expression::{Filled, Lexicon, Locals, Scope, Tail},
    filters::DateForm,
};
use crate::model::period::{self, FinancialYear};

/// An expression that needs no interpreter.
#[derive(Debug)]
pub(super) enum Plain {
    /// `'text'`.
    Text(String),
    /// `true`, `0`, `none`, `[]`: the same for every call.
    Fixed(Fixed),
    /// `taxpayer.legal_name`.
    Path(Vec<Box<str>>),
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
    pub(super) fn read(source: &str, lexicon: &Lexicon) -> Option<Self> {
        let mut reader = Reader { tokens: tokens(source)?, at: 0, lexicon };
        let plain = reader.choice()?;
        (reader.at == reader.tokens.len()).then_some(plain)
    }

    /// Works it out; `None` where that takes the interpreter.
    pub(super) fn fill<'scope>(&'scope self, scope: Scope<'scope>) -> Option<Datum<'scope>> {
        Some(match self {
            Self::Text(text) => Datum::Str(text),
            Self::Fixed(Fixed::Bool(flag)) => Datum::Bool(*flag),
            Self::Fixed(Fixed::Int(number)) => Datum::Int(*number),
            Self::Fixed(Fixed::Null) => Datum::Null,
            Self::Fixed(Fixed::NoItems) => Datum::Texts(&[]),
            Self::Path(path) => find(path, scope)?,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'source> {
    Name(&'source str),
    Text(&'source str),
    Int(i64),
    Sign(&'source str),
}

/// Names may have dots in them. `None` where something else stands there.
fn tokens(source: &str) -> Option<Vec<Token<'_>>> {
    const SIGNS: [&str; 9] = ["==", "!=", "(", ")", "[", "]", ",", "|", ">"];
    let mut found = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let end_of =
            |fits: fn(char) -> bool| rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        let length;
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push(Token::Sign(sign));
            length = sign.len();
        } else if first.is_ascii_alphabetic() || first == '_' {
            length = end_of(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
            found.push(Token::Name(&rest[..length]));
        } else if first.is_ascii_digit() {
            length = end_of(|letter| letter.is_ascii_digit());
            found.push(Token::Int(rest[..length].parse().ok()?));
        } else if matches!(first, '\'' | '"') {
            let (text, _) = rest[1..].split_once(first)?;
            if text.contains('\\') {
                return None;
            }
            length = text.len() + 2;
            found.push(Token::Text(text));
        } else {
            return None;
        }
        rest = rest[length..].trim_start();
    }
    // `a.b .c` and `1.5` would be read as something else.
    let glued = |token: &Token<'_>| match token {
        Token::Name(name) => name.split('.').all(|part| {
            part.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        }),
        _ => true,
    };
    found.iter().all(glued).then_some(found)
}

/// Reads by descent, with the precedence that the interpreter has.
struct Reader<'source> {
    tokens: Vec<Token<'source>>,
    at: usize,
    lexicon: &'source Lexicon,
}

impl<'source> Reader<'source> {
    fn next(&mut self) -> Option<Token<'source>> {
        self.at += 1;
        self.tokens.get(self.at - 1).copied()
    }

    fn takes(&mut self, token: Token<'_>) -> bool {
        let is_there = self.tokens.get(self.at) == Some(&token);
        self.at += usize::from(is_there);
        is_there
    }

    fn sign(&mut self, sign: &str) -> Option<()> {
        self.takes(Token::Sign(sign)).then_some(())
    }

    fn choice(&mut self) -> Option<Plain> {
        let then = self.or()?;
        if !self.takes(Token::Name("if")) {
            return Some(then);
        }
        let condition = self.or()?;
        self.takes(Token::Name("else")).then_some(())?;
        let otherwise = self.choice()?;
        Some(match condition.truth() {
            Some(true) => then,
            Some(false) => otherwise,
            None => Plain::Choice(Box::new([then, condition, otherwise])),
        })
    }

    fn or(&mut self) -> Option<Plain> {
        let mut one = self.and()?;
        while self.takes(Token::Name("or")) {
            let other = self.and()?;
            one = match one.truth() {
                Some(true) => one,
                Some(false) => other,
                None => Plain::Or(Box::new(one), Box::new(other)),
            };
        }
        Some(one)
    }

    fn and(&mut self) -> Option<Plain> {
        let mut one = self.not()?;
        while self.takes(Token::Name("and")) {
            let other = self.not()?;
            one = match one.truth() {
                Some(true) => other,
                Some(false) => one,
                None => Plain::And(Box::new(one), Box::new(other)),
            };
        }
        Some(one)
    }

    fn not(&mut self) -> Option<Plain> {
        if !self.takes(Token::Name("not")) {
            return self.comparison();
        }
        let one = self.not()?;
        Some(match one.truth() {
            Some(flag) => Plain::of_bool(!flag),
            None => Plain::Not(Box::new(one)),
        })
    }

    fn comparison(&mut self) -> Option<Plain> {
        let one = self.filtered()?;
        if self.takes(Token::Sign(">")) {
            let Token::Int(number) = self.next()? else { return None };
            return Some(Plain::Greater(Box::new(one), number));
        }
        if self.takes(Token::Name("in")) {
            let plucked = self.filtered()?;
            let Plain::InPlucked(nobody, list, part) = plucked else { return None };
            let is_bare = matches!(*nobody, Plain::Fixed(Fixed::Null));
            return is_bare.then(|| Plain::InPlucked(Box::new(one), list, part));
        }
        let is_equal = self.takes(Token::Sign("=="));
        if !is_equal && !self.takes(Token::Sign("!=")) {
            return Some(one);
        }
        let other = self.filtered()?;
        if let (Plain::Text(one), Plain::Text(other)) = (&one, &other) {
            return Some(Plain::of_bool((one == other) == is_equal));
        }
        let equal = Plain::Equal(Box::new(one), Box::new(other));
        Some(if is_equal { equal } else { Plain::Not(Box::new(equal)) })
    }

    fn filtered(&mut self) -> Option<Plain> {
        let mut inner = if self.takes(Token::Sign("[")) { self.list()? } else { self.primary()? };
        while self.takes(Token::Sign("|")) {
            let Token::Name(name) = self.next()? else { return None };
            let tail = match name {
                "length" => {
                    inner = Plain::Length(Box::new(inner));
                    continue;
                }
                "epoch_ms" => Tail::EpochMilliseconds,
                "epoch_s" => Tail::EpochSeconds,
                "default" => {
                    let Plain::Fixed(Fixed::Null) = self.argument()? else { return None };
                    Tail::NullIfMissing
                }
                _ => {
                    let Plain::Text(argument) = self.argument()? else { return None };
                    match name {
                        "date" => Tail::Date(DateForm::new(&argument)),
                        "join" => Tail::Join(argument),
                        "mapped" => Tail::Mapped(Arc::clone(self.lexicon.maps.get(&argument)?)),
                        "pluck" => {
                            let nobody = Box::new(Plain::Fixed(Fixed::Null));
                            inner = Plain::InPlucked(nobody, Box::new(inner), argument);
                            continue;
                        }
                        _ => return None,
                    }
                }
            };
            inner = Plain::Filtered(Box::new(inner), tail);
        }
        Some(inner)
    }

    /// What stands between `(` and `)`.
    fn argument(&mut self) -> Option<Plain> {
        self.sign("(")?;
        let argument = self.choice()?;
        self.sign(")")?;
        Some(argument)
    }

    /// `[]`, or `[…, …] | select | join('…')`; behind the `[`.
    fn list(&mut self) -> Option<Plain> {
        if self.takes(Token::Sign("]")) {
            return Some(Plain::Fixed(Fixed::NoItems));
        }
        let mut items = vec![self.choice()?];
        while self.takes(Token::Sign(",")) {
            items.push(self.choice()?);
        }
        self.sign("]")?;
        for expected in [Token::Sign("|"), Token::Name("select"), Token::Sign("|")] {
            self.takes(expected).then_some(())?;
        }
        self.takes(Token::Name("join")).then_some(())?;
        let Plain::Text(glue) = self.argument()? else { return None };
        Some(Plain::JoinTrue(items, glue))
    }

    fn primary(&mut self) -> Option<Plain> {
        match self.next()? {
            Token::Text(text) => Some(Plain::Text(text.to_owned())),
            Token::Int(number) => Some(Plain::Fixed(Fixed::Int(number))),
            Token::Sign("(") => {
                let inner = self.choice()?;
                self.sign(")")?;
                Some(inner)
            }
            Token::Name("true" | "True") => Some(Plain::of_bool(true)),
            Token::Name("false" | "False") => Some(Plain::of_bool(false)),
            Token::Name("none" | "None") => Some(Plain::Fixed(Fixed::Null)),
            Token::Name("financial_year") => {
                self.sign("(")?;
                self.sign(")")?;
                Some(Plain::FinancialYear)
            }
            Token::Name("taxpayer.filings_in") => self.filings(),
            Token::Name(name) => self.name(name),
            Token::Sign(_) => None,
        }
    }

    /// A path; a setting is what the user chose.
    fn name(&self, name: &str) -> Option<Plain> {
        let is_called = self.tokens.get(self.at) == Some(&Token::Sign("("));
        if is_called || ["not", "and", "or", "if", "else", "in", "is"].contains(&name) {
            return None;
        }
        let Some(setting) = name.strip_prefix("settings.") else {
            return Some(Plain::Path(name.split('.').map(Box::from).collect()));
        };
        match self.lexicon.settings.get(setting)? {
            Json::String(text) => Some(Plain::Text(text.clone())),
            Json::Bool(flag) => Some(Plain::of_bool(*flag)),
            _ => None,
        }
    }

    fn filings(&mut self) -> Option<Plain> {
        self.sign("(")?;
        let year = self.choice()?;
        let by_filing_date = if self.takes(Token::Sign(",")) {
            match self.choice()? {
                Plain::Text(basis) if basis == "filing_date" => true,
                Plain::Text(basis) if basis == "period" => false,
                _ => return None,
            }
        } else {
            false
        };
        self.sign(")")?;
        Some(Plain::Filings(Box::new(year), by_filing_date))
    }
}

#[cfg(test)]
mod tests;
