//! Edits: what a story makes of a reply's JSON once it is written.
//!
//! Where a part of the reply is sealed, what is inside it is edited before it is sealed; else the
//! body is.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

mod pointer;

pub use self::pointer::Pointer;

/// Stands behind a key that is to be written twice; no vendor's key has it.
const AGAIN: &str = "\u{0}again";

/// The changes that one rule makes, in order.
#[derive(Debug, PartialEq)]
pub struct Edits {
    /// The story, for messages.
    pub story: String,
    /// Each of them.
    pub list: Vec<Edit>,
}

/// One change.
#[derive(Debug, PartialEq)]
pub enum Edit {
    /// A JSON merge patch.
    Merge(Value),
    /// A JSON Patch.
    Patch(json_patch::Patch),
    /// Takes members or items away.
    Remove(Pointer),
    /// Puts null in their place.
    Null(Pointer),
    /// Gives values another type.
    Retype(Pointer, JsonType),
    /// Puts a value there.
    Add(Pointer, Value),
    /// Writes a member twice.
    Repeat(Pointer, Option<Value>),
    /// Says this text for the GSTIN asked about, and its PAN for that one's.
    OtherGstin(String),
}

/// A type of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JsonType {
    /// A text: of a number its digits, of a list or an object its JSON.
    String,
    /// A number: of a text the number that it says, else 0; of true 1.
    Number,
    /// True or false: false of what is empty, 0, `N`, `No` or `false`.
    Boolean,
    /// A list with the value in it.
    Array,
    /// An object with the value in it, as `value`.
    Object,
}

/// JSON with changes in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Edited {
    /// The JSON; `None` where it stays as it was.
    pub json: Option<Vec<u8>>,
    /// What could not be changed, in words.
    pub missed: Vec<String>,
}

/// Makes the changes of several rules, in order.
#[must_use]
pub fn apply(edits: &[Arc<Edits>], json: &[u8], gstin: Option<&str>) -> Edited {
    let mut missed = Vec::new();
    let Ok(mut value) = serde_json::from_slice::<Value>(json) else {
        let stories = edits.iter().map(|edits| &edits.story);
        missed.extend(stories.map(|story| format!("`{story}` changes JSON, this reply is none")));
        return Edited { json: None, missed };
    };
    let mut repeats = false;
    for edits in edits {
        let before = missed.len();
        for edit in &edits.list {
            repeats |= matches!(edit, Edit::Repeat(..));
            if let Err(why) = edit.apply(&mut value, gstin) {
                missed.push(format!("`{}` {why}", edits.story));
            }
        }
        // A rule for all vendors names what each of them has: one of its changes is enough.
        if missed.len() - before < edits.list.len() {
            missed.truncate(before);
        }
    }
    let mut text = value.to_string();
    if repeats {
        // As JSON writes the mark.
        text = text.replace("\\u0000again\":", "\":");
    }
    Edited { json: Some(text.into_bytes()), missed }
}

impl Edit {
    fn apply(&self, value: &mut Value, gstin: Option<&str>) -> Result<(), String> {
        let found = |value: &Value, pointer: &Pointer| {
            let places = pointer.places(value);
            if places.is_empty() {
                return Err(format!("changes `{pointer}`, which is not in this reply"));
            }
            Ok(places)
        };
        match self {
            Self::Merge(patch) => json_patch::merge(value, patch),
            Self::Patch(patch) => json_patch::patch(value, patch)
                .map_err(|error| format!("has a patch that does not fit this reply: {error}"))?,
            Self::Remove(pointer) => {
                // The last first: items that are taken away move those behind them.
                for place in found(value, pointer)?.iter().rev() {
                    remove(value, place);
                }
            }
            Self::Null(pointer) => {
                for place in found(value, pointer)? {
                    change(value, &place, |value| *value = Value::Null);
                }
            }
            Self::Retype(pointer, to) => {
                // The innermost first: what is around them may become a text.
                for place in found(value, pointer)?.iter().rev() {
                    change(value, place, |value| *value = to.of(std::mem::take(value)));
                }
            }
            Self::Add(pointer, new) => match pointer.plain() {
                Some((parent, name)) => add(value, &parent, &name, new).ok_or_else(|| {
                    format!("adds `{pointer}`, for which this reply has no place")
                })?,
                None => {
                    for place in found(value, pointer)? {
                        change(value, &place, |value| *value = new.clone());
                    }
                }
            },
            Self::Repeat(pointer, second) => {
                for place in found(value, pointer)?.iter().rev() {
                    repeat(value, place, second.as_ref());
                }
            }
            Self::OtherGstin(other) => {
                let gstin = gstin.filter(|gstin| !gstin.is_empty());
                let gstin = gstin.ok_or("says another GSTIN, but this call asks about none")?;
                let mut said = say_instead(value, gstin, other);
                // A vendor that does not repeat the GSTIN may tell the PAN in it.
                if let (Some(pan), Some(others)) = (gstin.get(2..12), other.get(2..12)) {
                    said |= say_instead(value, pan, others);
                }
                if !said {
                    return Err("says another GSTIN, but this reply says none".to_owned());
                }
            }
        }
        Ok(())
    }
}

impl JsonType {
    fn of(self, value: Value) -> Value {
        match (self, value) {
            (Self::String, Value::String(text)) => text.into(),
            (Self::String, other) => other.to_string().into(),
            (Self::Number, Value::Number(number)) => number.into(),
            (Self::Number, Value::String(text)) => {
                let whole = text.trim().parse::<i64>().map(Value::from);
                whole.or_else(|_| text.trim().parse::<f64>().map(Value::from)).unwrap_or(0.into())
            }
            (Self::Number, other) => i32::from(other == Value::Bool(true)).into(),
            (Self::Boolean, other) => is_true(&other).into(),
            (Self::Array, list @ Value::Array(_)) => list,
            (Self::Array, other) => vec![other].into(),
            (Self::Object, object @ Value::Object(_)) => object,
            (Self::Object, other) => Map::from_iter([("value".to_owned(), other)]).into(),
        }
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => {
            !["", "0", "n", "no", "false"].contains(&text.to_ascii_lowercase().as_str())
        }
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

/// The parts of a place: where it is in, and its name there.
fn split(place: &str) -> Option<(&str, String)> {
    let (parent, name) = place.rsplit_once('/')?;
    Some((parent, pointer::unescape(name)))
}

fn change(value: &mut Value, place: &str, act: impl FnOnce(&mut Value)) {
    if let Some(value) = value.pointer_mut(place) {
        act(value);
    }
}

fn remove(value: &mut Value, place: &str) {
    let Some((parent, name)) = split(place) else { return };
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.shift_remove(&name);
        }
        Some(Value::Array(list)) => {
            if let Ok(at) = name.parse::<usize>()
                && at < list.len()
            {
                list.remove(at);
            }
        }
        _ => {}
    }
}

fn add(value: &mut Value, parent: &str, name: &str, new: &Value) -> Option<()> {
    match value.pointer_mut(parent)? {
        Value::Object(object) => {
            object.insert(name.to_owned(), new.clone());
        }
        Value::Array(list) if name == "-" => list.push(new.clone()),
        Value::Array(list) => {
            let at = name.parse::<usize>().ok().filter(|at| *at <= list.len())?;
            list.insert(at, new.clone());
        }
        _ => return None,
    }
    Some(())
}

/// Writes a member once more behind itself, under a name that is mended when all is text.
fn repeat(value: &mut Value, place: &str, second: Option<&Value>) {
    let Some((parent, name)) = split(place) else { return };
    let Some(Value::Object(object)) = value.pointer_mut(parent) else { return };
    let Some(at) = object.keys().position(|key| *key == name) else { return };
    let Some(again) = second.or_else(|| object.get(&name)).cloned() else { return };
    object.shift_insert(at + 1, name + AGAIN, again);
}

/// Says one text for another wherever it stands; whether it stood anywhere.
fn say_instead(value: &mut Value, this: &str, other: &str) -> bool {
    match value {
        Value::String(text) if text.contains(this) => {
            *text = text.replace(this, other);
            true
        }
        Value::Array(list) => {
            list.iter_mut().fold(false, |said, item| say_instead(item, this, other) | said)
        }
        Value::Object(object) => {
            object.values_mut().fold(false, |said, item| say_instead(item, this, other) | said)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
