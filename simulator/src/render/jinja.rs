//! The scene as `MiniJinja` sees it: the same names and values, made when they are asked for.

use std::{
    str::FromStr,
    sync::{Arc, LazyLock},
};

use minijinja::{
    Environment, Error, ErrorKind, State, UndefinedBehavior, Value,
    value::{Enumerator, Object, Serde},
};

use super::{
    datum::{Datum, Record, filings_in},
    expression::{Moment, moment_of_value},
    filters::DateForm,
    scene::Scene,
};
use crate::model::{
    dice::Dice,
    period::{self, FinancialYear},
    told::{Told, write_number},
};

/// The names that filters need from the scene, out of reach of packs.
const SCENE: &str = "\u{0}scene";

/// The one environment: filters and functions, no templates; so expressions may live for ever.
pub static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(200_000));
    environment.add_filter("date", date);
    environment.add_filter("epoch_ms", |moment: Value| epoch(moment, 1));
    environment.add_filter("epoch_s", |moment: Value| epoch(moment, 1000));
    environment.add_filter("hex_number", |number: i64, width: usize| format!("{number:0width$x}"));
    environment.add_filter("mapped", mapped);
    environment.add_filter("pluck", pluck);
    environment.add_function("financial_year", financial_year);
    environment
});

/// A name bound by `for` or `with`, and its value.
pub type Local = (Arc<str>, Value);

/// The scene as an expression's context.
#[must_use]
pub fn context(scene: &Arc<Scene>, locals: Vec<Local>) -> Value {
    Value::from_object(Root { scene: Arc::clone(scene), locals })
}

/// A value of the scene as `MiniJinja`'s.
#[must_use]
pub fn value(scene: &Arc<Scene>, datum: Datum<'_>) -> Value {
    match datum {
        Datum::Missing => Value::UNDEFINED,
        Datum::Null => Value::from(()),
        Datum::Bool(flag) => Value::from(flag),
        Datum::Int(number) => Value::from(number),
        Datum::Str(text) => Value::from(text),
        Datum::Owned(text) => Value::from(text),
        Datum::Day(day) => Value::from(day.to_string()),
        Datum::Texts(texts) => texts.iter().map(|text| Value::from(text.as_ref())).collect(),
        Datum::Json(json) => Value::from(Serde(json)),
        Datum::Record(record) => record_value(scene, &record),
        Datum::Records(records) => {
            records.iter().map(|record| record_value(scene, record)).collect()
        }
        Datum::Number(units, places) => number(units, places),
        Datum::Thing(thing) => thing_value(scene, thing),
        Datum::List(list) => {
            let things = (0..list.count()).filter_map(|at| list.at(at));
            things.map(|thing| thing_value(scene, thing)).collect()
        }
        Datum::Filings(filings) => {
            filings.iter().map(|filing| record_value(scene, &Record::Filing(filing))).collect()
        }
    }
}

/// A decimal number: whole where it can be, so that it reads as the fast way writes it.
fn number(units: i64, places: u8) -> Value {
    let scale = 10_i64.pow(places.into());
    if units % scale == 0 {
        return Value::from(units / scale);
    }
    let mut digits = Vec::with_capacity(24);
    write_number(units, places, &mut digits);
    let text = String::from_utf8_lossy(&digits);
    text.parse::<f64>().map_or(Value::UNDEFINED, Value::from)
}

/// A thing with all its parts. What is reached from the top is walked part by part instead.
fn thing_value(scene: &Arc<Scene>, thing: &dyn Told) -> Value {
    Value::from_pairs(thing.names().iter().map(|(name, _)| {
        let part = Datum::from(thing.part(name));
        (Value::from(*name), value(scene, part))
    }))
}

fn record_value(scene: &Arc<Scene>, record: &Record<'_>) -> Value {
    let scene = Arc::clone(scene);
    match record {
        Record::Root(_) => Value::from_object(Root { scene, locals: Vec::new() }),
        Record::Fields(_) => Value::from_object(Part { scene, name: "fields" }),
        Record::Request(_) => Value::from_object(Part { scene, name: "request" }),
        Record::Account(_) => Value::from_object(Part { scene, name: "account" }),
        Record::Session(_) => Value::from_object(Part { scene, name: "session" }),
        Record::Seal(_) => Value::from_object(Part { scene, name: "seal" }),
        Record::Call(_) => Value::from_object(Part { scene, name: "call" }),
        Record::Headers(_) => Value::from_object(Headers { scene }),
        Record::Random(_) => Value::from_object(Random { scene }),
        Record::Pairs(pairs) => Value::from_pairs(
            pairs.iter().map(|(key, text)| (Value::from(key.as_str()), Value::from(text.as_str()))),
        ),
        Record::Taxpayer(_, taxpayer) => {
            let index =
                scene.taxpayers.iter().position(|candidate| std::ptr::eq(candidate, *taxpayer));
            Value::from_object(TaxpayerPart { scene, index })
        }
        Record::Office(_) | Record::Place(..) | Record::Filing(_) | Record::OwnFiling(_) => {
            Value::from_pairs(
                record
                    .names()
                    .iter()
                    .map(|(name, _)| (Value::from(*name), value(&scene, record.get(name)))),
            )
        }
    }
}

/// The top: what a hole sees.
#[derive(Debug)]
struct Root {
    scene: Arc<Scene>,
    locals: Vec<Local>,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == SCENE {
            return Some(Value::from_object(SceneHandle(Arc::clone(&self.scene))));
        }
        if let Some((_, local)) = self.locals.iter().rev().find(|(name, _)| **name == *key) {
            return Some(local.clone());
        }
        match Record::Root(&self.scene).get(key) {
            Datum::Thing(_) => {
                let path = vec![key.to_owned()];
                Some(Value::from_object(Walk { scene: Arc::clone(&self.scene), path }))
            }
            datum => present(value(&self.scene, datum)),
        }
    }
}

/// A thing reached from the top: only the parts that are asked for are worked out.
#[derive(Debug)]
struct Walk {
    scene: Arc<Scene>,
    path: Vec<String>,
}

impl Object for Walk {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let top = Datum::Record(Record::Root(&self.scene));
        let here = self.path.iter().fold(top, |datum, part| datum.get(part));
        match here.get(key) {
            Datum::Thing(_) => {
                let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
                Some(Value::from_object(Self { scene: Arc::clone(&self.scene), path }))
            }
            datum => present(value(&self.scene, datum)),
        }
    }
}

fn present(value: Value) -> Option<Value> {
    (!value.is_undefined()).then_some(value)
}

/// A part of the scene with names of its own.
#[derive(Debug)]
struct Part {
    scene: Arc<Scene>,
    name: &'static str,
}

impl Object for Part {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let part = Record::Root(&self.scene).get(self.name);
        present(value(&self.scene, part.get(key)))
    }
}

/// The request's headers, by name in any case.
#[derive(Debug)]
struct Headers {
    scene: Arc<Scene>,
}

impl Object for Headers {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.scene.call.header(key).map(Value::from)
    }
}

/// The taxpayer asked about, or one of those found.
#[derive(Debug)]
struct TaxpayerPart {
    scene: Arc<Scene>,
    index: Option<usize>,
}

impl TaxpayerPart {
    fn taxpayer(&self) -> Option<&crate::model::taxpayer::Taxpayer> {
        match self.index {
            Some(index) => self.scene.taxpayers.get(index),
            None => self.scene.taxpayer.as_deref(),
        }
    }
}

impl Object for TaxpayerPart {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let record = Record::Taxpayer(&self.scene, self.taxpayer()?);
        present(value(&self.scene, record.get(key)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let Some(taxpayer) = self.taxpayer() else { return Enumerator::Empty };
        let record = Record::Taxpayer(&self.scene, taxpayer);
        let names = record.names().iter().map(|(name, _)| *name);
        let there = names.filter(|name| !matches!(record.get(name), Datum::Missing));
        Enumerator::Values(there.map(Value::from).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let (Some(taxpayer), "filings_in") = (self.taxpayer(), method) else {
            return Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("a taxpayer has no method `{method}`"),
            ));
        };
        let year = arguments.first().and_then(Value::as_str).unwrap_or_default();
        let Ok(year) = FinancialYear::from_str(year) else {
            return Ok(Value::from(Vec::<Value>::new()));
        };
        let by_filing_date = match arguments.get(1).and_then(Value::as_str) {
            None | Some("period") => false,
            Some("filing_date") => true,
            Some(other) => {
                return Err(Error::new(
                    ErrorKind::InvalidOperation,
                    format!("`{other}` is neither `period` nor `filing_date`"),
                ));
            }
        };
        let filings = filings_in(&self.scene, taxpayer, year, by_filing_date);
        Ok(filings
            .into_iter()
            .map(|filing| record_value(&self.scene, &Record::Filing(&filing)))
            .collect())
    }
}

/// The call's dice.
#[derive(Debug)]
struct Random {
    scene: Arc<Scene>,
}

impl Object for Random {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        present(value(&self.scene, Record::Random(&self.scene).get(key)))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        let alphabet: &[u8] = match method {
            "hex" => b"0123456789abcdef",
            "digits" => b"0123456789",
            "alphanumeric" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            _ => {
                return Err(Error::new(
                    ErrorKind::UnknownMethod,
                    format!("`random` has no method `{method}`"),
                ));
            }
        };
        let length = arguments.first().and_then(Value::as_usize).unwrap_or(0).min(4096);
        Ok(Value::from(self.scene.roll(|dice| letters(dice, alphabet, length))))
    }
}

/// So many letters of an alphabet.
pub fn letters(dice: &mut Dice, alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(*dice.pick(alphabet))).collect()
}

/// The scene for filters and functions.
#[derive(Debug)]
struct SceneHandle(Arc<Scene>);

impl Object for SceneHandle {}

fn scene_of(state: &State<'_, '_>) -> Option<Arc<SceneHandle>> {
    state.lookup(SCENE)?.downcast_object::<SceneHandle>()
}

/// What is neither a day nor a moment stays as it is: it may be what a caller sent.
fn date(moment: Value, form: &str) -> Value {
    let form = DateForm::new(form);
    let mut out = String::new();
    match moment_of_value(&moment) {
        Some(Moment::EpochMs(epoch_ms)) => form.write_moment(epoch_ms, &mut out),
        Some(Moment::Day(day)) => form.write_day(day, &mut out),
        None => return moment,
    }
    Value::from(out)
}

fn epoch(moment: Value, unit_ms: i64) -> Value {
    match moment_of_value(&moment) {
        Some(at) => Value::from(at.epoch_ms().div_euclid(unit_ms)),
        None => moment,
    }
}

fn mapped(state: &State<'_, '_>, text: Value, map: &str) -> Result<Value, Error> {
    let handle = scene_of(state);
    let Some(map) = handle.as_ref().and_then(|handle| handle.0.pack.maps.get(map)) else {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("there is no map `{map}`")));
    };
    Ok(match text.as_str().and_then(|text| map.get(text)) {
        Some(to) => Value::from(&**to),
        None => text,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the signature a filter must have")]
fn pluck(list: Value, name: &str) -> Result<Value, Error> {
    if list.is_undefined() || list.is_none() {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    let mut out = Vec::new();
    for item in list.try_iter()? {
        let part = item.get_attr(name).unwrap_or(Value::UNDEFINED);
        out.push(if part.is_undefined() { item } else { part });
    }
    Ok(Value::from(out))
}

fn financial_year(state: &State<'_, '_>) -> Value {
    let now = scene_of(state).map_or(0, |handle| handle.0.call.at_ms);
    Value::from(FinancialYear::of(period::ist_date(now)).to_string())
}
