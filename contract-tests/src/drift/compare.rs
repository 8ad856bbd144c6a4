//! A live answer's shape held against the known one: one drift a place, the most telling one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Drift, Kind, Shape,
    allowed::Allowed,
    shape::{Object, Reading, Text},
};
use crate::mismatch::place;

/// What holds for the whole answer.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Texts are the vendor's words and not a taxpayer's data.
    pub(super) fixed_texts: bool,
    /// Where texts are nobody's words: codes, tokens, what is sealed.
    pub(super) silent: Vec<String>,
}

/// A place in an answer.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pointer: String,
    allowed: Allowed<'a>,
    /// It was sometimes left out.
    optional: bool,
}

impl<'a> Place<'a> {
    /// The whole answer, or what was sealed at a pointer.
    pub(super) fn whole(pointer: &str, allowed: Allowed<'a>) -> Self {
        Self { pointer: pointer.to_owned(), allowed, optional: false }
    }

    fn key(&self, key: &str, optional: bool) -> Self {
        let step = key.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{}/{step}", self.pointer);
        Self { pointer, allowed: self.allowed.key(key), optional }
    }

    fn item(&self) -> Self {
        let pointer = format!("{}/*", self.pointer);
        Self { pointer, allowed: self.allowed.item(), optional: false }
    }

    fn inside(&self) -> Self {
        Self { allowed: self.allowed.inside(), ..self.clone() }
    }

    fn drift(&self, kind: Kind, promised: impl Into<String>, found: impl Into<String>) -> Drift {
        Drift::new(place(&self.pointer), kind, promised, found)
    }
}

/// Tells where the live shape is another than the known one.
pub(super) fn differ(
    known: &Shape,
    live: &Shape,
    place: &Place<'_>,
    rules: &Rules,
    out: &mut Vec<Drift>,
) {
    if known.is_unseen() || live.is_unseen() {
        return;
    }
    if let Some(drift) = kinds(known, live, place) {
        out.push(drift);
        return;
    }
    if let (Some(known), Some(live)) = (&known.text, &live.text) {
        if let (Some(known), Some(live)) = (&known.inside, &live.inside) {
            differ(known, live, &place.inside(), rules, out);
        } else if !rules.silent.contains(&place.pointer) {
            out.extend(form(known, live, place).or_else(|| words(known, live, place, rules)));
        }
    }
    if let (Some(known), Some(live)) = (&known.list, &live.list) {
        differ(known, live, &place.item(), rules, out);
    }
    if let (Some(known), Some(live)) = (&known.object, &live.object) {
        objects(known, live, place, rules, out);
    }
}

/// Another JSON type, or another way to write nothing.
fn kinds(known: &Shape, live: &Shape, place: &Place<'_>) -> Option<Drift> {
    let allowed = |name: &str| place.allowed.has_type(name);
    let has_text = |shape: &Shape| shape.text.as_ref().is_some_and(|text| text.readings.is_some());
    let other_type = [
        (live.object.is_some(), known.object.is_some() || allowed("object")),
        (live.list.is_some(), known.list.is_some() || allowed("array")),
        (live.number.is_some(), known.number.is_some() || allowed("number") || allowed("integer")),
        (!live.booleans.is_empty(), !known.booleans.is_empty() || allowed("boolean")),
        (has_text(live), known.text.is_some() || allowed("string")),
    ];
    if other_type.iter().any(|(comes, known)| *comes && !known) {
        let kind = if *known == (Shape { null: true, ..Shape::default() }) {
            Kind::Null
        } else {
            Kind::Type
        };
        return Some(place.drift(kind, known.told(), live.told()).with(live.stand_in()));
    }
    let drift = |promised: String, found: &str, value: Value| {
        Some(place.drift(Kind::EmptyValue, promised, found).with(value))
    };
    if live.null && !known.null && !allowed("null") {
        return match nothing(known, place) {
            Some(style) => drift(style, "null", json!("null")),
            None => Some(place.drift(Kind::Null, known.told(), "null").with(json!("null"))),
        };
    }
    let Some(text) = &live.text else { return None };
    let Some(own) = &known.text else {
        // An empty text where there never was a text.
        let empty = text.empty || !text.fillers.is_empty();
        if !empty || has_text(live) || place.allowed.is_open() {
            return None;
        }
        return match nothing(known, place) {
            Some(style) => drift(style, &text.told(), json!("")),
            None => Some(place.drift(Kind::Type, known.told(), text.told()).with(json!(""))),
        };
    };
    let filled = || (!own.form().is_empty()).then(|| own.told());
    if text.empty && !own.empty {
        let style = nothing(known, place).or_else(filled)?;
        return drift(style, "\"\"", json!(""));
    }
    let filler = text.fillers.iter().find(|one| !own.fillers.contains(*one))?;
    let style = nothing(known, place).or_else(filled)?;
    drift(style, &format!("{filler:?}"), json!(filler))
}

/// How nothing is written there.
fn nothing(known: &Shape, place: &Place<'_>) -> Option<String> {
    let text = known.text.as_ref();
    if known.null {
        Some("null".to_owned())
    } else if text.is_some_and(|text| text.empty) {
        Some("\"\"".to_owned())
    } else if let Some(filler) = text.and_then(|text| text.fillers.first()) {
        Some(format!("{filler:?}"))
    } else {
        place.optional.then(|| "left out".to_owned())
    }
}

/// Texts of a fixed form that have another one now.
fn form(known: &Text, live: &Text, place: &Place<'_>) -> Option<Drift> {
    let own = known.form();
    let readings = live.readings.as_ref()?;
    if own.is_empty() || own.iter().any(|one| readings.contains(*one)) {
        return None;
    }
    let told = |all: &[&Reading]| {
        let names: Vec<_> = all.iter().map(ToString::to_string).collect();
        names.join(" or ")
    };
    let mut dates: Vec<&Reading> = readings.iter().filter(|one| one.is_date()).collect();
    // Where the order cannot be seen, it is the one that it always was.
    let letters = |one: &Reading| one.to_string().replace(|sign: char| !sign.is_alphabetic(), "");
    let orders: Vec<_> = own.iter().map(|one| letters(one)).collect();
    if dates.iter().any(|one| orders.contains(&letters(one))) {
        dates.retain(|one| orders.contains(&letters(one)));
    }
    if let (true, Some(first)) = (own.iter().any(|one| one.is_date()), dates.first()) {
        let pattern = first.to_string();
        return Some(place.drift(Kind::DateFormat, told(&own), told(&dates)).with(pattern));
    }
    Some(place.drift(Kind::TextFormat, told(&own), live.told()))
}

/// Words outside a list, and messages in other words.
fn words(known: &Text, live: &Text, place: &Place<'_>, rules: &Rules) -> Option<Drift> {
    let said = live.words.as_ref()?;
    let own: BTreeSet<&str> = known.words.iter().flatten().map(String::as_str).collect();
    let listed = place.allowed.words();
    let closed = !listed.is_empty() && !place.allowed.is_open();
    let fixed = rules.fixed_texts && known.words.is_some() && known.form().is_empty();
    if !closed && !fixed {
        return None;
    }
    let mut all = own.clone();
    all.extend(listed.iter().filter_map(|word| word.as_str()));
    let new = said.iter().find(|word| !all.contains(word.as_str()))?;
    let is_message = |word: &str| word.trim().contains(' ');
    if !is_message(new) && !all.iter().any(|word| is_message(word)) {
        let letters = new.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !closed && !letters {
            return None;
        }
        let known: Vec<_> = all.iter().map(|word| format!("{word:?}")).collect();
        return Some(
            place.drift(Kind::EnumValue, known.join(" or "), format!("{new:?}")).with(new.as_str()),
        );
    }
    if all.iter().any(|word| masked(word) == masked(new)) {
        return None;
    }
    let plain = |word: &str| -> String {
        let letters = word.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let style = all.iter().find(|word| plain(&masked(word)) == plain(&masked(new)));
    let kind = if style.is_some() { Kind::MessageStyle } else { Kind::MessageWording };
    let promised = style.or_else(|| own.first()).or_else(|| all.first())?;
    Some(place.drift(kind, format!("{promised:?}"), format!("{new:?}")).with(new.as_str()))
}

/// A message without what differs from call to call: numbers, ids, what was asked for.
pub(super) fn masked(text: &str) -> String {
    let hidden = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits >= 4
    };
    let words: Vec<_> = text.split(' ').map(|word| if hidden(word) { "#" } else { word }).collect();
    words.join(" ")
}

fn objects(known: &Object, live: &Object, place: &Place<'_>, rules: &Rules, out: &mut Vec<Drift>) {
    for (name, key) in &known.keys {
        match live.keys.get(name) {
            Some(own) => {
                let below = place.key(name, !key.always);
                if key.always && !own.always && !place.allowed.may_lack(name) {
                    let promised = key.shape.told();
                    out.push(below.drift(Kind::EmptyValue, promised, "left out at times"));
                } else {
                    differ(&key.shape, &own.shape, &below, rules, out);
                }
            }
            None if key.always && !place.allowed.may_lack(name) => {
                let below = place.key(name, false);
                out.push(below.drift(Kind::KeyGone, key.shape.told(), "no key"));
            }
            None => {}
        }
    }
    for (name, key) in &live.keys {
        if !known.keys.contains_key(name) && !place.allowed.has_key(name) {
            let drift = place.key(name, false).drift(Kind::NewKey, "no key", key.shape.told());
            let order = live.ordered();
            let at = order.iter().position(|one| one == name).filter(|at| *at > 0);
            let after = at.map(|at| order[at - 1]);
            out.push(drift.with(json!({ "after": after, "value": key.shape.stand_in() })));
        }
    }
    if let Some((first, second)) = known.disorder(live) {
        let promised = format!("`{second}` before `{first}`");
        let found = format!("`{first}` before `{second}`");
        out.push(place.drift(Kind::KeyOrder, promised, found).with(json!(live.ordered())));
    }
}
