//! Expressions: `MiniJinja`'s language, with a short cut for plain paths.
//!
//! Most holes are a path (`taxpayer.legal_name`), perhaps with one of a few filters behind. Those
//! are walked without an interpreter; the values come from the same place, so both ways agree.

use std::sync::Arc;

use ahash::AHashMap;
use jiff::civil::Date;
use minijinja::{Expression as Compiled, Value, value::Serde};

use super::{
    datum::{Datum, Record},
    filters::{DateForm, beginning_of},
    jinja,
    names::{Kind, Known},
    scene::Scene,
};

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    plan: Plan,
}

#[derive(Debug)]
enum Plan {
    /// Known when the pack was loaded.
    Constant(Value),
    /// Walked without an interpreter.
    Path {
        path: Vec<Box<str>>,
        tail: Vec<Tail>,
    },
    Jinja(Box<Compiled<'static, 'static>>),
}

/// What stands behind a path.
#[derive(Debug)]
enum Tail {
    /// `| date('…')`.
    Date(DateForm),
    /// `| join('…')`.
    Join(String),
    /// `| mapped('…')`.
    Mapped(Arc<ValueMap>),
    /// `| default(none)`.
    NullIfMissing,
    /// `or '…'`.
    Or(String),
    /// `| epoch_ms`.
    EpochMilliseconds,
    /// `| epoch_s`.
    EpochSeconds,
}

/// A pack's value map.
pub type ValueMap = AHashMap<String, String>;

/// What a pack lends to its expressions when they are compiled.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// Value maps by name.
    pub maps: AHashMap<String, Arc<ValueMap>>,
    /// Setting → value; an object.
    pub settings: serde_json::Value,
}

/// Names bound by `for` and `with`, the innermost first.
#[derive(Clone, Copy, Debug)]
pub enum Locals<'scope> {
    /// None.
    Empty,
    /// One more.
    Bound {
        /// Its name.
        name: &'scope str,
        /// Its value.
        value: &'scope Filled<'scope>,
        /// The others.
        outer: &'scope Locals<'scope>,
    },
}

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope> {
    /// The call.
    pub scene: &'scope Arc<Scene>,
    /// Bound names.
    pub locals: &'scope Locals<'scope>,
}

/// What an expression came to.
#[derive(Clone, Debug)]
pub enum Filled<'scene> {
    /// A value of the scene.
    Datum(Datum<'scene>),
    /// A value that `MiniJinja` made.
    Value(Value),
}

/// Why an expression cannot be compiled.
#[derive(Clone, Debug)]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Expression {
    /// Compiles an expression; what hangs on settings alone is worked out now.
    ///
    /// # Errors
    ///
    /// Bad syntax, a name that stands for nothing, a map that is not there.
    pub fn compile(
        source: &str,
        lexicon: &Lexicon,
        known: &Known<'_>,
    ) -> Result<(Self, Kind), ExpressionError> {
        let source = source.trim();
        let compiled =
            jinja::ENVIRONMENT.compile_expression_owned(source.to_owned()).map_err(|error| {
                ExpressionError {
                    message: format!(
                        "`{source}` cannot be read: {}",
                        error.detail().unwrap_or("it is no expression")
                    ),
                    hint: None,
                }
            })?;
        let mut names: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
        names.retain(|name| name != "financial_year");
        names.sort();
        for name in &names {
            known.kind_of(name).map_err(|(part, right)| ExpressionError {
                message: format!("`{name}` names nothing: there is no `{part}`"),
                hint: Some(closest(&part, &right)),
            })?;
        }
        if let Some(map) =
            quoted_after(source, "mapped(").filter(|map| !lexicon.maps.contains_key(*map))
        {
            return Err(ExpressionError {
                message: format!("there is no map `{map}`"),
                hint: Some(format!("declare it as `[maps.{map}]` in vendor.toml")),
            });
        }
        let plain = plain_path(source, lexicon);
        let kind = match &plain {
            Some((path, tail)) if tail.is_empty() => {
                known.kind_of(&path.join(".")).unwrap_or(Kind::Any)
            }
            _ => Kind::Any,
        };
        let settings_only = names.iter().all(|name| name.starts_with("settings."));
        let plan = if settings_only && !names.is_empty() && !source.contains("financial_year") {
            let context = Value::from_pairs([("settings", Value::from(Serde(&lexicon.settings)))]);
            Plan::Constant(compiled.eval(context).map_err(|error| ExpressionError {
                message: format!("`{source}` cannot be worked out: {error}"),
                hint: None,
            })?)
        } else if let Some((path, tail)) = plain {
            Plan::Path { path, tail }
        } else {
            Plan::Jinja(Box::new(compiled))
        };
        Ok((Self { source: source.to_owned(), plan }, kind))
    }

    /// As it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is a plain path that needs no interpreter.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !matches!(self.plan, Plan::Jinja(_))
    }

    /// The value, where no call can change it.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.plan {
            Plan::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Evaluates it.
    ///
    /// # Errors
    ///
    /// What `MiniJinja` says of it, such as a filter given the wrong type.
    pub fn fill<'scope>(&self, scope: Scope<'scope>) -> Result<Filled<'scope>, minijinja::Error> {
        match &self.plan {
            Plan::Constant(value) => Ok(Filled::Value(value.clone())),
            Plan::Path { path, tail } => walk(path, tail, scope),
            Plan::Jinja(compiled) => {
                let context = jinja::context(scope.scene, locals_as_values(scope));
                compiled.eval(context).map(Filled::Value)
            }
        }
    }

    /// Evaluates it by the interpreter, whatever short cut there is: both must agree.
    #[cfg(test)]
    pub(super) fn interpret(&self, scope: Scope<'_>) -> Result<Value, minijinja::Error> {
        let compiled = jinja::ENVIRONMENT.compile_expression_owned(self.source.clone())?;
        compiled.eval(jinja::context(scope.scene, locals_as_values(scope)))
    }

    /// Whether it is true.
    ///
    /// # Errors
    ///
    /// As [`Self::fill`].
    pub fn holds(&self, scope: Scope<'_>) -> Result<bool, minijinja::Error> {
        Ok(match self.fill(scope)? {
            Filled::Datum(datum) => datum.is_true(),
            Filled::Value(value) => value.is_true(),
        })
    }
}

impl Filled<'_> {
    /// Whether there is no value: its key is left out.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Datum(datum) => matches!(datum, Datum::Missing),
            Self::Value(value) => value.is_undefined(),
        }
    }

    fn to_value(&self, scene: &Arc<Scene>) -> Value {
        match self {
            Self::Datum(datum) => jinja::value(scene, datum.clone()),
            Self::Value(value) => value.clone(),
        }
    }

    /// The items of a list; `None` where it is none.
    #[must_use]
    pub fn items(self) -> Option<Vec<Self>> {
        match self {
            Self::Datum(Datum::Records(records)) => {
                Some(records.into_iter().map(|record| Self::Datum(Datum::Record(record))).collect())
            }
            Self::Datum(Datum::Texts(texts)) => {
                Some(texts.iter().map(|text| Self::Datum(Datum::Str(text))).collect())
            }
            Self::Datum(Datum::Json(serde_json::Value::Array(list))) => {
                Some(list.iter().map(|item| Self::Datum(Datum::Json(item))).collect())
            }
            Self::Datum(_) => None,
            Self::Value(value) => match value.kind() {
                minijinja::value::ValueKind::Seq | minijinja::value::ValueKind::Iterable => {
                    Some(value.try_iter().ok()?.map(Self::Value).collect())
                }
                _ => None,
            },
        }
    }
}

fn walk<'scope>(
    path: &[Box<str>],
    tail: &[Tail],
    scope: Scope<'scope>,
) -> Result<Filled<'scope>, minijinja::Error> {
    let Some((root, parts)) = path.split_first() else {
        return Ok(Filled::Datum(Datum::Missing));
    };
    let mut locals = scope.locals;
    let mut datum = loop {
        match locals {
            Locals::Empty => break Record::Root(scope.scene).get(root),
            Locals::Bound { name, value, .. } if *name == &**root => match value {
                Filled::Datum(datum) => break datum.clone(),
                Filled::Value(value) => return Ok(Filled::Value(walk_value(value, parts, tail)?)),
            },
            Locals::Bound { outer, .. } => locals = outer,
        }
    };
    for part in parts {
        datum = datum.get(part);
    }
    for step in tail {
        datum = step.apply(datum);
    }
    Ok(Filled::Datum(datum))
}

/// The same walk over a value that `MiniJinja` made.
fn walk_value(value: &Value, parts: &[Box<str>], tail: &[Tail]) -> Result<Value, minijinja::Error> {
    let mut value = value.clone();
    for part in parts {
        value = if value.is_undefined() { value } else { value.get_attr(part)? };
    }
    for step in tail {
        value = step.apply_to_value(value);
    }
    Ok(value)
}

impl Tail {
    fn apply<'scene>(&self, datum: Datum<'scene>) -> Datum<'scene> {
        match self {
            Self::Date(form) => {
                let mut out = String::with_capacity(24);
                match moment_of(&datum) {
                    Some(Moment::Day(day)) => form.write_day(day, &mut out),
                    Some(Moment::EpochMs(moment)) => form.write_moment(moment, &mut out),
                    None => return datum,
                }
                Datum::Owned(out)
            }
            Self::Join(glue) => match datum {
                Datum::Texts([]) | Datum::Missing | Datum::Null => Datum::Str(""),
                Datum::Texts([one]) => Datum::Str(one),
                Datum::Texts(texts) => Datum::Owned(texts.join(glue)),
                Datum::Json(list @ serde_json::Value::Array(_)) => {
                    let list = Value::from(Serde(list));
                    let items = list.try_iter().into_iter().flatten();
                    Datum::Owned(items.map(|item| item.to_string()).collect::<Vec<_>>().join(glue))
                }
                other => other,
            },
            Self::Mapped(map) => match text_of(&datum).and_then(|text| map.get(text)) {
                Some(to) => Datum::Owned(to.clone()),
                None => datum,
            },
            Self::NullIfMissing => match datum {
                Datum::Missing => Datum::Null,
                other => other,
            },
            Self::Or(text) => {
                if datum.is_true() {
                    datum
                } else {
                    Datum::Owned(text.clone())
                }
            }
            Self::EpochMilliseconds => {
                moment_of(&datum).map_or(datum, |at| Datum::Int(at.epoch_ms()))
            }
            Self::EpochSeconds => {
                moment_of(&datum).map_or(datum, |at| Datum::Int(at.epoch_ms().div_euclid(1000)))
            }
        }
    }

    fn apply_to_value(&self, value: Value) -> Value {
        match self {
            Self::Date(form) => {
                let mut out = String::new();
                match moment_of_value(&value) {
                    Some(Moment::Day(day)) => form.write_day(day, &mut out),
                    Some(Moment::EpochMs(moment)) => form.write_moment(moment, &mut out),
                    None => return value,
                }
                Value::from(out)
            }
            Self::Join(glue) => match value.try_iter() {
                Ok(items) => {
                    Value::from(items.map(|item| item.to_string()).collect::<Vec<_>>().join(glue))
                }
                Err(_) => value,
            },
            Self::Mapped(map) => match value.as_str().and_then(|text| map.get(text)) {
                Some(to) => Value::from(to.as_str()),
                None => value,
            },
            Self::NullIfMissing if value.is_undefined() => Value::from(()),
            Self::Or(text) if !value.is_true() => Value::from(text.as_str()),
            Self::EpochMilliseconds => {
                moment_of_value(&value).map_or(value, |at| Value::from(at.epoch_ms()))
            }
            Self::EpochSeconds => moment_of_value(&value)
                .map_or(value, |at| Value::from(at.epoch_ms().div_euclid(1000))),
            Self::NullIfMissing | Self::Or(_) => value,
        }
    }
}

/// A day, or a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Day(Date),
    EpochMs(i64),
}

impl Moment {
    /// The moment, or when the day begins in India.
    pub(super) fn epoch_ms(self) -> i64 {
        match self {
            Self::Day(day) => beginning_of(day),
            Self::EpochMs(moment) => moment,
        }
    }
}

fn moment_of(datum: &Datum<'_>) -> Option<Moment> {
    match datum {
        Datum::Day(day) => Some(Moment::Day(*day)),
        Datum::Int(moment) => Some(Moment::EpochMs(*moment)),
        Datum::Json(serde_json::Value::Number(number)) => number.as_i64().map(Moment::EpochMs),
        other => text_of(other)?.parse().ok().map(Moment::Day),
    }
}

/// The same of a value that `MiniJinja` made.
pub(super) fn moment_of_value(value: &Value) -> Option<Moment> {
    match value.as_str() {
        Some(text) => text.parse().ok().map(Moment::Day),
        None if value.is_number() => value.as_i64().map(Moment::EpochMs),
        None => None,
    }
}

fn text_of<'datum>(datum: &'datum Datum<'_>) -> Option<&'datum str> {
    match datum {
        Datum::Str(text) => Some(text),
        Datum::Owned(text) => Some(text),
        Datum::Json(json) => json.as_str(),
        _ => None,
    }
}

fn locals_as_values(scope: Scope<'_>) -> Vec<jinja::Local> {
    let mut out = Vec::new();
    let mut locals = scope.locals;
    while let Locals::Bound { name, value, outer } = locals {
        out.push((Arc::from(*name), value.to_value(scope.scene)));
        locals = outer;
    }
    out.reverse();
    out
}

/// Reads `a.b.c`, with the few things behind it that need no interpreter; `None` for all else.
fn plain_path(source: &str, lexicon: &Lexicon) -> Option<(Vec<Box<str>>, Vec<Tail>)> {
    let end = source
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '.'))
        .unwrap_or(source.len());
    let (path, mut rest) = source.split_at(end);
    let is_name =
        |part: &str| part.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let reserved = ["true", "false", "none", "True", "False", "None", "not"];
    if !path.split('.').all(is_name) || reserved.contains(&path) {
        return None;
    }
    let mut tail = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        if let Some(after) = rest.strip_prefix("or ") {
            let (text, after) = quoted(after.trim_start())?;
            tail.push(Tail::Or(text.to_owned()));
            rest = after;
            // What stands behind `or '…'` binds to the text, not to the path.
            return rest.trim().is_empty().then(|| (parts(path), tail));
        }
        rest = rest.strip_prefix('|')?.trim_start();
        let name_end = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        if name == "epoch_s" || name == "epoch_ms" {
            let is_seconds = name == "epoch_s";
            tail.push(if is_seconds { Tail::EpochSeconds } else { Tail::EpochMilliseconds });
            rest = after;
            continue;
        }
        let inner = after.strip_prefix('(')?.trim_start();
        if name == "default" {
            rest = inner.strip_prefix("none")?.trim_start().strip_prefix(')')?;
            tail.push(Tail::NullIfMissing);
            continue;
        }
        let (argument, after) = match inner.strip_prefix("settings.") {
            Some(rest) => {
                let end =
                    rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))?;
                (lexicon.settings.get(&rest[..end])?.as_str()?, &rest[end..])
            }
            None => quoted(inner)?,
        };
        rest = after.trim_start().strip_prefix(')')?;
        tail.push(match name {
            "date" => Tail::Date(DateForm::new(argument)),
            "join" => Tail::Join(argument.to_owned()),
            "mapped" => Tail::Mapped(Arc::clone(lexicon.maps.get(argument)?)),
            _ => return None,
        });
    }
    Some((parts(path), tail))
}

fn parts(path: &str) -> Vec<Box<str>> {
    path.split('.').map(Box::from).collect()
}

/// A quoted text without escapes, and what follows it.
fn quoted(source: &str) -> Option<(&str, &str)> {
    let quote = source.chars().next().filter(|letter| matches!(letter, '\'' | '"'))?;
    let (text, rest) = source[1..].split_once(quote)?;
    (!text.contains('\\')).then_some((text, rest))
}

fn quoted_after<'source>(source: &'source str, word: &str) -> Option<&'source str> {
    let (_, rest) = source.split_once(word)?;
    quoted(rest.trim_start()).map(|(text, _)| text)
}

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
        None if right.is_empty() => "there is nothing to choose from here".to_owned(),
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
