//! Changes to the trees of bodies: types, keys, their order, dates, empty values.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Maker,
    body::{self, Spot},
    json_text::{Member, indent, without},
    plan_of,
    schema::Change,
};
use crate::{case::Case, drift::Kind};

impl Maker<'_> {
    /// The bodies that these cases are answered with.
    fn bodies(cases: &[&Case]) -> BTreeSet<String> {
        cases.iter().filter_map(|case| Some(plan_of(case)?.body_name.clone())).collect()
    }

    pub(super) fn tree(&mut self, cases: &[&Case]) {
        let drift = self.group.drift.clone();
        let pointer = if drift.at == "/" { "" } else { drift.at.as_str() };
        let mut done = false;
        let mut unclear = Vec::new();
        for name in Self::bodies(cases) {
            match drift.kind {
                Kind::NewKey => {
                    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
                    for spot in Self::later_first(body::objects(
                        &self.files,
                        &self.group.vendor,
                        &name,
                        parent,
                    )) {
                        done |= self.new_key(&spot, pointer);
                    }
                }
                Kind::KeyOrder => {
                    for spot in Self::later_first(body::objects(
                        &self.files,
                        &self.group.vendor,
                        &name,
                        pointer,
                    )) {
                        done |= self.reorder(&spot);
                    }
                }
                kind => {
                    let spots = body::spots(&self.files, &self.group.vendor, &name, pointer);
                    for spot in Self::later_first(spots) {
                        let changed = match kind {
                            Kind::KeyGone => self.cut(&spot),
                            Kind::Type => self.retype(&spot),
                            Kind::DateFormat => self.date(&spot),
                            Kind::Null | Kind::EmptyValue => self.empty(&spot),
                            _ => false,
                        };
                        if !changed {
                            unclear.push(self.files.line(&spot.path, spot.value.span.start));
                        }
                        done |= changed;
                    }
                }
            }
        }
        if done {
            self.allow(cases);
        } else if unclear.is_empty() {
            self.by_hand_in_bodies(cases);
        }
        let requests = format!("{}/contract/requests.toml", self.group.vendor);
        let text = self.files.text(&requests).unwrap_or_default();
        if let Some(at) = text.find(&format!("{} = ", json!(drift.at))) {
            let place = self.files.line(&requests, at);
            self.by_hand(format!("{place}: `[volatile]` says how `{}` looks", drift.at));
        }
        for place in unclear {
            self.by_hand(format!("{place}: {drift}"));
        }
    }

    /// The last ones first, so that a change moves none that is still to be made; each once.
    fn later_first(mut spots: Vec<Spot>) -> Vec<Spot> {
        spots.sort_by_key(|spot| std::cmp::Reverse(spot.value.span.start));
        spots.dedup_by(|one, other| one.path == other.path && one.value == other.value);
        spots
    }

    /// What the schemas must allow for it.
    fn allow(&mut self, cases: &[&Case]) {
        let drift = self.group.drift.clone();
        let key =
            drift.at.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
        match drift.kind {
            Kind::Type => self.change_schemas(cases, &Change::Type(&drift.live), false),
            Kind::NewKey => {
                self.change_schemas(cases, &Change::Key(&key, &drift.live["value"]), true);
            }
            Kind::KeyGone => self.change_schemas(cases, &Change::Optional(&key), true),
            Kind::DateFormat => {
                let pattern = drift.live.as_str().unwrap_or_default();
                self.change_schemas(cases, &Change::Date(pattern), false);
            }
            Kind::Null => self.change_schemas(cases, &Change::Also(&Value::Null), false),
            Kind::EmptyValue => match drift.live.as_str() {
                Some("null") => self.change_schemas(cases, &Change::Also(&Value::Null), false),
                Some(text) => self.change_schemas(cases, &Change::Also(&json!(text)), false),
                None => self.change_schemas(cases, &Change::Optional(&key), true),
            },
            _ => {}
        }
    }

    fn told(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.patch.words.contains(&what) {
            self.patch.words.push(what);
        }
    }

    fn new_key(&mut self, spot: &Spot, pointer: &str) -> bool {
        let live = self.group.drift.live.clone();
        let key =
            pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
        let Some(text) = self.files.text(&spot.path) else { return false };
        let members = spot.value.members();
        if members.is_empty() || members.iter().any(|member| member.key == key) {
            return false;
        }
        let after = live["after"].as_str();
        let at = after.and_then(|name| members.iter().position(|member| member.key == name));
        let value = live["value"].to_string();
        let new = format!("{}: {value}", json!(key));
        let first = &members[0].span;
        let lines = text[spot.value.span.start..first.start].contains('\n');
        let between =
            if lines { format!("\n{}", indent(&text, first.start)) } else { " ".to_owned() };
        let (span, new) = match (after, at) {
            (None, _) => (first.start..first.start, format!("{new},{between}")),
            (Some(_), at) => {
                let end = members[at.unwrap_or(members.len() - 1)].span.end;
                (end..end, format!(",{between}{new}"))
            }
        };
        let label = self.files.label(&spot.path);
        self.told(format!(
            "`{label}` writes {key}, with a value made up; write where it comes from"
        ));
        self.files.replace(&spot.path, span, &new)
    }

    fn cut(&mut self, spot: &Spot) -> bool {
        let Some((object, index)) = &spot.member else { return false };
        let Some(text) = self.files.text(&spot.path) else { return false };
        let spans: Vec<_> = object.members().iter().map(|member| member.span.clone()).collect();
        let (span, new) = without(&text, &spans, *index);
        let label = self.files.label(&spot.path);
        self.told(format!("`{label}` leaves {} out", object.members()[*index].key));
        self.files.replace(&spot.path, span, &new)
    }

    fn reorder(&mut self, spot: &Spot) -> bool {
        let Some(text) = self.files.text(&spot.path) else { return false };
        let order: Vec<&str> = self
            .group
            .drift
            .live
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let members = spot.value.members();
        let place = |member: &Member| order.iter().position(|name| *name == member.key);
        // A key that the live side did not send stays behind the one it stood behind.
        let mut ranked: Vec<(usize, usize)> = Vec::new();
        let mut last = 0;
        for (index, member) in members.iter().enumerate() {
            last = place(member).map_or(last, |rank| rank + 1);
            ranked.push((last, index));
        }
        ranked.sort_by_key(|(rank, index)| (*rank, *index));
        let mut new = String::new();
        let mut at = members.first().map(|member| member.span.start).unwrap_or_default();
        for (slot, (_, index)) in members.iter().zip(&ranked) {
            new.push_str(&text[at..slot.span.start]);
            new.push_str(&text[members[*index].span.clone()]);
            at = slot.span.end;
        }
        let (Some(first), Some(last)) = (members.first(), members.last()) else { return false };
        let label = self.files.label(&spot.path);
        self.told(format!("`{label}` writes its keys in the live side's order"));
        self.files.replace(&spot.path, first.span.start..last.span.end, &new)
    }

    fn retype(&mut self, spot: &Spot) -> bool {
        let Some(text) = self.files.text(&spot.path) else { return false };
        let Some(new) = retyped(spot.value.written(&text), &self.group.drift.live) else {
            return false;
        };
        let label = self.files.label(&spot.path);
        let told = new.lines().next().unwrap_or_default();
        self.told(format!("`{label}` writes {told}"));
        self.files.replace(&spot.path, spot.value.span.clone(), &new)
    }

    fn date(&mut self, spot: &Spot) -> bool {
        let Some(text) = self.files.text(&spot.path) else { return false };
        let new = self.group.drift.live.as_str().unwrap_or_default().to_owned();
        if new.contains("Month") {
            return false;
        }
        let written = spot.value.written(&text);
        let mut out = written.to_owned();
        for old in self.group.drift.promised.split(" or ") {
            out = out.replace(&format!("date('{old}')"), &format!("date('{new}')"));
        }
        let label = self.files.label(&spot.path);
        if self.files.replace(&spot.path, spot.value.span.clone(), &out) {
            self.told(format!("`{label}` writes the day as {new}"));
            return true;
        }
        false
    }

    fn empty(&mut self, spot: &Spot) -> bool {
        let Some(text) = self.files.text(&spot.path) else { return false };
        let written = spot.value.written(&text);
        let drift = &self.group.drift;
        let literal: Option<Value> = serde_json::from_str(written).ok();
        if let (Some(Value::String(text)), None) = (&literal, hole(written))
            && !text.contains("{{")
            && let Some(live) = drift.live.as_str()
        {
            let new = if live == "null" { live.to_owned() } else { json!(live).to_string() };
            let label = self.files.label(&spot.path);
            self.told(format!("`{label}` writes {new}"));
            return self.files.replace(&spot.path, spot.value.span.clone(), &new);
        }
        let Some(inner) = hole(written) else { return false };
        let plain = inner.strip_suffix("| default(none)").unwrap_or(inner).trim();
        let plain = plain
            .strip_suffix("or ''")
            .or_else(|| plain.strip_suffix("or none"))
            .unwrap_or(plain)
            .trim();
        let new = match (drift.kind, drift.live.as_str()) {
            (Kind::Null, _) => "null".to_owned(),
            (_, Some("null")) => format!("\"{{{{ ({plain}) or none }}}}\""),
            (_, Some(text)) => format!("\"{{{{ ({plain}) or '{text}' }}}}\""),
            // A hole without a value is left out.
            (_, None) => return false,
        };
        let new = if is_path(plain) { new.replace(&format!("({plain})"), plain) } else { new };
        let label = self.files.label(&spot.path);
        self.told(format!("`{label}` writes nothing as the live side does"));
        self.files.replace(&spot.path, spot.value.span.clone(), &new)
    }
}

/// The expression, where a text is one hole and nothing else.
fn hole(written: &str) -> Option<&str> {
    let inner = written.strip_prefix("\"{{")?.strip_suffix("}}\"")?;
    (!inner.contains("{{")).then(|| inner.trim())
}

fn is_path(expression: &str) -> bool {
    expression.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.".contains(letter))
}

/// A value as a body has it, of another type; none where there is no plain way.
fn retyped(written: &str, live: &Value) -> Option<String> {
    let inner = hole(written);
    let literal: Option<Value> = serde_json::from_str(written).ok();
    let piped = |filter: &str| {
        let inner = inner?;
        let inner = if is_path(inner) { inner.to_owned() } else { format!("({inner})") };
        Some(format!("\"{{{{ {inner} | {filter} }}}}\""))
    };
    match (live, inner, literal) {
        (Value::Number(_), Some("code"), _) => Some("\"{{ code_number }}\"".to_owned()),
        (Value::String(_), Some("code_number"), _) => Some("\"{{ code }}\"".to_owned()),
        (Value::Number(_), Some(_), _) => piped("int"),
        (Value::Number(_), None, Some(Value::String(text))) => {
            Some(text.parse::<i64>().map_or_else(|_| "0".to_owned(), |number| number.to_string()))
        }
        (Value::String(_), Some(_), _) => piped("string"),
        (Value::String(_), None, Some(Value::Number(_) | Value::Bool(_))) => {
            Some(json!(written).to_string())
        }
        (Value::Bool(_), Some(_), _) => piped("bool"),
        (Value::Bool(_), None, Some(Value::String(text))) => {
            Some(["true", "yes", "y"].contains(&text.to_ascii_lowercase().as_str()).to_string())
        }
        (Value::Array(_), Some(inner), _) => Some(format!("[\"{{{{ {inner} }}}}\"]")),
        (Value::Array(_), None, Some(Value::Object(_) | Value::String(_) | Value::Number(_))) => {
            Some(format!("[{written}]"))
        }
        (Value::Object(_), None, Some(Value::Object(_))) => one_of_list(written),
        _ => None,
    }
}

/// The first item of a list that is made of another: `{% for x in y %}` → `{% with x = y[0] %}`.
fn one_of_list(written: &str) -> Option<String> {
    let start = written.find("{% for ")?;
    let end = start + written[start..].find("%}")? + 2;
    let (name, list) = written[start..end]
        .trim_start_matches("{% for ")
        .trim_end_matches("%}")
        .split_once(" in ")?;
    let list = list.trim();
    let list = if is_path(list) { list.to_owned() } else { format!("({list})") };
    let with = format!("{{% with {} = {list}[0] %}}", name.trim());
    Some(format!("{}{with}{}", &written[..start], &written[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(written: &str, live: &Value) -> Option<String> {
        retyped(written, live)
    }

    #[test]
    fn a_value_gets_another_type_in_the_plainest_way() {
        assert_eq!(told("\"{{ code }}\"", &json!(1)).as_deref(), Some("\"{{ code_number }}\""));
        assert_eq!(told("\"200\"", &json!(1)).as_deref(), Some("200"));
        assert_eq!(told("200", &json!("x")).as_deref(), Some("\"200\""));
        assert_eq!(told("\"{{ a.b }}\"", &json!("x")).as_deref(), Some("\"{{ a.b | string }}\""));
        assert_eq!(told("{ \"a\": 1 }", &json!([1])).as_deref(), Some("[{ \"a\": 1 }]"));
        assert_eq!(
            told("{ \"{% for p in x.y %}\": 1 }", &json!({})).as_deref(),
            Some("{ \"{% with p = x.y[0] %}\": 1 }")
        );
        assert_eq!(told("null", &json!("x")), None);
    }
}
