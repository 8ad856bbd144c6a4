//! Expressions: `MiniJinja`'s language, with a short cut for what `plain` knows.
//!
//! Most holes are a path (`taxpayer.legal_name`), perhaps with one of a few filters behind. Those
//! are walked without an interpreter; the values come from the same place, so both ways agree.

use std::sync::{Arc, OnceLock};

use ahash::AHashMap;
use jiff::civil::Date;
use minijinja::{Expression as Compiled, Value, value::Serde};

use super::{
    datum::{Datum, Record},
    direct::Direct,
    filters::{DateForm, beginning_of},
    jinja,
    names::{Kind, Known},
    plain::Plain,
    reads::{self, Input},
    scene::Scene,
};
pub use crate::finding::closest;

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    plan: Plan,
    /// What it reads of a call; `None` where that may be anything.
    reads: Option<Box<[Input]>>,
}

#[derive(Debug)]
enum Plan {
    /// Known when the pack was loaded.
    Constant(Value),
    /// Worked out without an interpreter, which is there for values that are not expected.
    Plain {
        plain: Plain,
        compiled: OnceLock<Box<Compiled<'static, 'static>>>,
    },
    Jinja(Box<Compiled<'static, 'static>>),
}

/// What stands behind a path.
#[derive(Debug)]
pub(super) enum Tail {
    /// `| date('…')`.
    Date(DateForm),
    /// `| join('…')`.
    Join(String),
    /// `| mapped('…')`.
    Mapped(Arc<ValueMap>),
    /// `| default(none)`.
    NullIfMissing,
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
    /// The settings alone, as the interpreter sees them.
    context: Value,
}

impl Lexicon {
    /// Maps and settings, ready to be lent.
    #[must_use]
    pub fn new(maps: AHashMap<String, Arc<ValueMap>>, settings: serde_json::Value) -> Self {
        let context = Value::from_pairs([("settings", Value::from(Serde(&settings)))]);
        Self { maps, settings, context }
    }
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

/// The expression that failed: the source of the error that tells why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("in `{0}`")]
pub struct Culprit(pub String);

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
        let short_cut = Plain::read(source, lexicon).map(|plain| plain.with_numbers(known));
        let kind = match &short_cut {
            Some(Plain::Path(_) | Plain::Part(_)) => known.kind_of(source).unwrap_or(Kind::Any),
            _ => Kind::Any,
        };
        let settings_only = names.iter().all(|name| name.starts_with("settings."));
        let plan = if settings_only && !names.is_empty() && !source.contains("financial_year") {
            Plan::Constant(compiled.eval(lexicon.context.clone()).map_err(|error| {
                ExpressionError {
                    message: format!("`{source}` cannot be worked out: {error}"),
                    hint: None,
                }
            })?)
        } else if let Some(plain) = short_cut {
            Plan::Plain { plain, compiled: OnceLock::new() }
        } else {
            Plan::Jinja(Box::new(compiled))
        };
        let reads = reads::inputs(&names, known);
        Ok((Self { source: source.to_owned(), plan, reads }, kind))
    }

    /// What it reads of a call besides who is asked about and the day; `None`: anything.
    pub(super) fn reads(&self) -> Option<&[Input]> {
        self.reads.as_deref()
    }

    /// As it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it needs no interpreter, but for values that are not expected.
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

    /// A way to write it straight from its place, where there is one; `known` is what is bound.
    pub(super) fn direct(&self, known: &Known<'_>) -> Option<Direct> {
        match &self.plan {
            Plan::Plain { plain, .. } => Direct::of(plain, known),
            _ => None,
        }
    }

    /// Evaluates it.
    ///
    /// # Errors
    ///
    /// What `MiniJinja` says of it, such as a filter given the wrong type.
    pub fn fill<'scope>(
        &'scope self,
        scope: Scope<'scope>,
    ) -> Result<Filled<'scope>, minijinja::Error> {
        match &self.plan {
            Plan::Constant(value) => Ok(Filled::Value(value.clone())),
            Plan::Plain { plain, compiled } => match plain.fill(scope) {
                Some(datum) => Ok(Filled::Datum(datum)),
                None => self.interpret(compiled.get_or_init(|| Box::new(self.compiled())), scope),
            },
            Plan::Jinja(compiled) => self.interpret(compiled, scope),
        }
    }

    fn compiled(&self) -> Compiled<'static, 'static> {
        jinja::ENVIRONMENT
            .compile_expression_owned(self.source.clone())
            .expect("it was compiled when the pack was loaded")
    }

    fn interpret<'scope>(
        &self,
        compiled: &Compiled<'static, 'static>,
        scope: Scope<'scope>,
    ) -> Result<Filled<'scope>, minijinja::Error> {
        let context = jinja::context(scope.scene, locals_as_values(scope));
        compiled
            .eval(context)
            .map(Filled::Value)
            .map_err(|error| error.with_source(Culprit(self.source.clone())))
    }

    /// Evaluates it by the interpreter, whatever short cut there is: both must agree.
    #[cfg(test)]
    pub(super) fn interpreted(&self, scope: Scope<'_>) -> Result<Value, minijinja::Error> {
        let compiled = jinja::ENVIRONMENT.compile_expression_owned(self.source.clone())?;
        compiled.eval(jinja::context(scope.scene, locals_as_values(scope)))
    }

    /// Whether it is true.
    ///
    /// # Errors
    ///
    /// As [`Self::fill`].
    pub fn holds(&self, scope: Scope<'_>) -> Result<bool, minijinja::Error> {
        if let Plan::Plain { plain: Plain::Part(part), .. } = &self.plan
            && let Some(part) = part.get(scope)
        {
            return Ok(part.is_true());
        }
        Ok(match self.fill(scope)? {
            Filled::Datum(datum) => datum.is_true(),
            Filled::Value(value) => value.is_true(),
        })
    }

    /// The whole number it comes to; 0 where it is none, or a negative one.
    ///
    /// # Errors
    ///
    /// As [`Self::fill`].
    pub fn count(&self, scope: Scope<'_>) -> Result<u64, minijinja::Error> {
        let number = match self.fill(scope)? {
            Filled::Datum(Datum::Int(number)) => Some(number),
            filled => filled.to_value(scope.scene).as_i64(),
        };
        Ok(number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0))
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

    pub(super) fn to_value(&self, scene: &Arc<Scene>) -> Value {
        match self {
            Self::Datum(datum) => jinja::value(scene, datum.clone()),
            Self::Value(value) => value.clone(),
        }
    }

    /// Does something with each item of a list; false where it is none.
    pub(super) fn each<E>(
        &self,
        mut act: impl FnMut(&Filled<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut on = |datum: Datum<'_>| act(&Filled::Datum(datum));
        match self {
            Self::Datum(Datum::Records(records)) => {
                records.iter().try_for_each(|record| on(Datum::Record(record.clone())))?;
            }
            Self::Datum(Datum::Filings(filings)) => {
                filings.iter().try_for_each(|filing| on(Datum::Record(Record::Filing(filing))))?;
            }
            Self::Datum(Datum::List(list)) => {
                for at in 0..list.count() {
                    if let Some(thing) = list.at(at) {
                        on(Datum::Thing(thing))?;
                    }
                }
            }
            Self::Datum(Datum::Texts(texts)) => {
                texts.iter().try_for_each(|text| on(Datum::Str(text)))?;
            }
            Self::Datum(Datum::Json(serde_json::Value::Array(list))) => {
                list.iter().try_for_each(|item| on(Datum::Json(item)))?;
            }
            Self::Datum(_) => return Ok(false),
            Self::Value(value) => {
                use minijinja::value::ValueKind::{Iterable, Seq};
                let items = match value.kind() {
                    Seq | Iterable => value.try_iter().ok(),
                    _ => None,
                };
                let Some(mut items) = items else { return Ok(false) };
                items.try_for_each(|item| act(&Filled::Value(item)))?;
            }
        }
        Ok(true)
    }
}

impl Locals<'_> {
    /// Whether a name is bound.
    pub(super) fn binds(&self, wanted: &str) -> bool {
        let mut locals = self;
        while let Locals::Bound { name, outer, .. } = locals {
            if *name == wanted {
                return true;
            }
            locals = outer;
        }
        false
    }
}

impl Tail {
    /// What becomes of a value.
    pub(super) fn apply<'scene>(&'scene self, datum: Datum<'scene>) -> Datum<'scene> {
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
                Some(to) => Datum::Str(to),
                None => datum,
            },
            Self::NullIfMissing => match datum {
                Datum::Missing => Datum::Null,
                other => other,
            },
            Self::EpochMilliseconds => {
                moment_of(&datum).map_or(datum, |at| Datum::Int(at.epoch_ms()))
            }
            Self::EpochSeconds => {
                moment_of(&datum).map_or(datum, |at| Datum::Int(at.epoch_ms().div_euclid(1000)))
            }
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
