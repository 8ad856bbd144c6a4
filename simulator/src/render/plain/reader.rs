//! Reads plain expressions by descent, with the precedence that the interpreter has.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Fixed, Plain};
use crate::render::{
    expression::{Lexicon, Tail},
    filters::DateForm,
};

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

/// What is left to read.
pub(super) struct Reader<'source> {
    tokens: Vec<Token<'source>>,
    at: usize,
    lexicon: &'source Lexicon,
}

impl<'source> Reader<'source> {
    /// Reads all of an expression; `None` where it takes the interpreter.
    pub(super) fn read(source: &'source str, lexicon: &'source Lexicon) -> Option<Plain> {
        let mut reader = Self { tokens: tokens(source)?, at: 0, lexicon };
        let plain = reader.choice()?;
        (reader.at == reader.tokens.len()).then_some(plain)
    }

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
