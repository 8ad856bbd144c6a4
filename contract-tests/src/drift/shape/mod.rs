//! Shapes: the form of an answer without its values, merged over as many answers as there are.
//!
//! Merging is a join: it forgets nothing that was seen, and neither the order of the answers nor an
//! answer that comes twice makes a difference.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value;

mod order;
pub mod reading;
mod stand_in;
mod tell;
mod text;

pub use self::{
    reading::Reading,
    text::{Text, is_filler},
};

/// The form of a value, as all that were seen have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// It was null.
    pub null: bool,
    /// It was true or false: which.
    pub booleans: BTreeSet<bool>,
    /// It was a number.
    pub number: Option<Number>,
    /// It was a text.
    pub text: Option<Text>,
    /// It was a list: the form of its items.
    pub list: Option<Box<Shape>>,
    /// It was an object.
    pub object: Option<Object>,
}

/// Numbers that were seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Number {
    /// Some was whole.
    pub whole: bool,
    /// Some had a fraction.
    pub fraction: bool,
    /// The shortest one, as it was written, to tell people.
    pub sample: String,
}

/// Objects that were seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Key → its form, and whether it was always there.
    pub keys: IndexMap<String, Key>,
    /// Keys that stood next to each other.
    pub next: BTreeSet<(String, String)>,
}

/// A key of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// The form of its value.
    pub shape: Shape,
    /// Every object had it.
    pub always: bool,
}

impl Shape {
    /// The form of one value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let mut shape = Self::default();
        match value {
            Value::Null => shape.null = true,
            Value::Bool(bool) => {
                shape.booleans.insert(*bool);
            }
            Value::Number(number) => {
                let whole = number.is_i64() || number.is_u64();
                let sample = number.to_string();
                shape.number = Some(Number { whole, fraction: !whole, sample });
            }
            Value::String(text) => shape.text = Some(Text::of(text)),
            Value::Array(list) => {
                let mut items = Self::default();
                for item in list {
                    items.merge(&Self::of(item));
                }
                shape.list = Some(Box::new(items));
            }
            Value::Object(map) => {
                let keys = map.iter().map(|(key, value)| {
                    (key.clone(), Key { shape: Self::of(value), always: true })
                });
                let next = map.keys().zip(map.keys().skip(1)).map(|(a, b)| (a.clone(), b.clone()));
                shape.object = Some(Object { keys: keys.collect(), next: next.collect() });
            }
        }
        shape
    }

    /// Takes another form in: from now on both are known.
    pub fn merge(&mut self, other: &Self) {
        self.null |= other.null;
        self.booleans.extend(&other.booleans);
        join(&mut self.number, other.number.as_ref(), Number::merge);
        join(&mut self.text, other.text.as_ref(), Text::merge);
        join(&mut self.list, other.list.as_ref(), |one, other| one.merge(other));
        join(&mut self.object, other.object.as_ref(), Object::merge);
    }

    /// Whether nothing of it is known: no value was seen.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it has a taxpayer's number or a day anywhere: then its texts are data, not messages.
    #[must_use]
    pub fn tells_of_somebody(&self) -> bool {
        let is_data = |reading: &&Reading| {
            matches!(reading, Reading::Gstin | Reading::Pan | Reading::Arn | Reading::Day(_))
        };
        let text = self.text.as_ref();
        text.is_some_and(|text| text.form().iter().any(is_data))
            || text.and_then(|text| text.inside.as_ref()).is_some_and(|one| one.tells_of_somebody())
            || self.list.as_ref().is_some_and(|items| items.tells_of_somebody())
            || self
                .object
                .as_ref()
                .is_some_and(|object| object.keys.values().any(|key| key.shape.tells_of_somebody()))
    }

    /// Whether all that `other` shows was seen here.
    #[must_use]
    pub fn accepts(&self, other: &Self) -> bool {
        let mut joined = self.clone();
        joined.merge(other);
        joined == *self
    }
}

/// Merges what is there on both sides.
fn join<T: Clone>(own: &mut Option<T>, other: Option<&T>, merge: impl FnOnce(&mut T, &T)) {
    match (own, other) {
        (Some(own), Some(other)) => merge(own, other),
        (own @ None, Some(other)) => *own = Some(other.clone()),
        (_, None) => {}
    }
}

impl Number {
    fn merge(&mut self, other: &Self) {
        self.whole |= other.whole;
        self.fraction |= other.fraction;
        let length = |text: &String| (text.len(), text.clone());
        if length(&other.sample) < length(&self.sample) {
            self.sample.clone_from(&other.sample);
        }
    }
}

impl Object {
    fn merge(&mut self, other: &Self) {
        for (key, own) in &mut self.keys {
            own.always &= other.keys.get(key).is_some_and(|other| other.always);
        }
        for (name, key) in &other.keys {
            match self.keys.get_mut(name) {
                Some(own) => own.shape.merge(&key.shape),
                None => {
                    let key = Key { shape: key.shape.clone(), always: false };
                    self.keys.insert(name.clone(), key);
                }
            }
        }
        self.next.extend(other.next.iter().cloned());
    }

    /// Key → keys that stood somewhere after it.
    fn after(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        order::closure(&self.next)
    }

    /// Two keys of `live` that stand the other way round than they always did here.
    #[must_use]
    pub fn disorder(&self, live: &Self) -> Option<(String, String)> {
        order::contradiction(&self.after(), &live.after())
    }

    /// The keys in an order that fits what was seen.
    #[must_use]
    pub fn ordered(&self) -> Vec<&str> {
        order::sorted(self.keys.keys().map(String::as_str).collect(), &self.after())
    }
}

#[cfg(test)]
mod tests;
