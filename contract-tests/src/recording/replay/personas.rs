//! The people of a recording, as personas: so that every vendor knows the stand-ins.

use std::collections::{BTreeMap, btree_map::Entry};

use gsp_simulator::{model::gstin::Gstin, pack::contract::PersonalKind, taxpayers::read_persona};
use serde_json::{Map, Value, json};

use crate::{
    client::crypto::from_base64,
    recording::{
        exchange::{Body, Taken},
        file::Recording,
        known::{Known, last_key},
    },
};

/// Facts of one taxpayer, as a persona's file has them.
type Facts = Map<String, Value>;

/// A file for each taxpayer that an answer tells of: name and JSON.
#[must_use]
pub fn write(recording: &Recording, known: &Known, story: &str) -> Vec<(String, String)> {
    let mut people: BTreeMap<String, Facts> = BTreeMap::new();
    for exchange in &recording.exchanges {
        let Some((gstin, facts)) = told(&exchange.value, known) else { continue };
        match people.entry(gstin) {
            Entry::Vacant(place) => {
                place.insert(facts);
            }
            Entry::Occupied(mut place) => {
                for (name, value) in facts {
                    place.get_mut().entry(name).or_insert(value);
                }
            }
        }
    }
    let all = people.into_iter().enumerate().filter_map(|(at, (gstin, facts))| {
        let name = format!("{story}-{}.json", at + 1);
        Some((name.clone(), persona(&name, story, &gstin, facts)?))
    });
    all.collect()
}

/// Whom an answer is about, and what it says.
fn told(taken: &Taken, known: &Known) -> Option<(String, Facts)> {
    let reply = taken.reply.as_ref().filter(|reply| (200..300).contains(&reply.status))?;
    let Body::Json(text) = &reply.body else { return None };
    let json: Value = serde_json::from_str(text).ok()?;
    let mut found = Found { known, facts: Map::new(), gstin: None, place: Map::new(), many: false };
    found.look(&json, &mut Vec::new());
    let asked = asked(taken, known);
    let Found { facts, gstin, place, many, .. } = found;
    // A list of several is about nobody in particular.
    let gstin = asked.or_else(|| gstin.filter(|_| !many))?;
    gstin.parse::<Gstin>().ok()?;
    let mut facts = facts;
    if !facts.contains_key("legal_name") {
        return None;
    }
    if !place.is_empty() {
        facts.insert("principal_place".to_owned(), place.into());
    }
    Some((gstin, facts))
}

/// The GSTIN that a request asks about.
fn asked(taken: &Taken, known: &Known) -> Option<String> {
    let fields = known.fields(&taken.method, &taken.path);
    let names: Vec<&String> = fields
        .iter()
        .filter(|(.., kind)| *kind == PersonalKind::Gstin)
        .map(|(_, name, _)| name)
        .collect();
    let of_query =
        taken.query.as_deref().map(|query| gsp_simulator::route::pairs(query.as_bytes()));
    let of_query = of_query.into_iter().flatten().find(|(name, _)| names.contains(&name));
    let of_body = || {
        let Body::Json(text) = &taken.body else { return None };
        let json: Value = serde_json::from_str(text).ok()?;
        names.iter().find_map(|name| {
            let value =
                if name.starts_with('/') { json.pointer(name) } else { json.get(name.as_str()) };
            value.and_then(Value::as_str).map(str::to_owned)
        })
    };
    let of_path = || {
        let matched = known.pack.routes.at(&taken.path).ok()?;
        matched
            .params
            .iter()
            .find(|(name, _)| names.iter().any(|known| known == name))
            .map(|(_, value)| value.to_owned())
    };
    of_query.map(|(_, value)| value).or_else(of_body).or_else(of_path)
}

struct Found<'all> {
    known: &'all Known,
    facts: Facts,
    gstin: Option<String>,
    /// The first place of business.
    place: Facts,
    /// More than one taxpayer is told of.
    many: bool,
}

impl Found<'_> {
    fn look(&mut self, value: &Value, steps: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                let whole = self.place.is_empty();
                for (key, value) in map {
                    steps.push(key.clone());
                    self.look(value, steps);
                    steps.pop();
                }
                // The second address is no part of the first.
                if whole && !self.place.is_empty() {
                    self.place.entry("done".to_owned()).or_insert(true.into());
                }
            }
            Value::Array(list) => {
                for (at, item) in list.iter().enumerate() {
                    steps.push(at.to_string());
                    self.look(item, steps);
                    steps.pop();
                }
            }
            Value::String(text) => self.text(text, steps),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, steps: &mut Vec<String>) {
        use PersonalKind::{
            BuildingName, BuildingNumber, City, District, Floor, Gstin, LegalName, Locality,
            PersonName, Pin, Street, TradeName,
        };
        let inside = from_base64(text)
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .filter(Value::is_object);
        if let Some(inside) = inside {
            return self.look(&inside, steps);
        }
        if text.is_empty() {
            return;
        }
        match self.known.kind(steps) {
            Some(Gstin) => match &self.gstin {
                Some(known) => self.many |= known != text,
                None => self.gstin = Some(text.to_owned()),
            },
            Some(LegalName) => self.fact("legal_name", text),
            Some(TradeName) => self.fact("trade_name", text),
            Some(PersonName) => {
                let members = self.facts.entry("members").or_insert(json!([]));
                if let Some(list) = members.as_array_mut() {
                    list.push(text.into());
                }
            }
            Some(BuildingNumber) => self.part("building_number", text),
            Some(BuildingName) => self.part("building_name", text),
            Some(Floor) => self.part("floor", text),
            Some(Street) => self.part("street", text),
            Some(Locality) => self.part("locality", text),
            Some(City) => self.part("city", text),
            Some(District) => self.part("district", text),
            Some(Pin) => self.part("pin", text),
            _ => {
                let key = last_key(steps).unwrap_or_default();
                match self.known.facts.get(key).map(String::as_str) {
                    Some(name @ ("constitution" | "taxpayer_type" | "status")) => {
                        self.fact(name, text);
                    }
                    Some(name @ ("registered_on" | "cancelled_on")) => {
                        if let Some(day) = day(text) {
                            self.fact(name, &day);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn fact(&mut self, name: &str, text: &str) {
        if self.facts.contains_key(name) {
            return;
        }
        self.facts.insert(name.to_owned(), text.into());
    }

    fn part(&mut self, name: &str, text: &str) {
        if !self.place.contains_key("done") && !self.place.contains_key(name) {
            self.place.insert(name.to_owned(), text.into());
        }
    }
}

/// A day with its year at one end, as a persona has it.
fn day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let text = format!("{year}-{month}-{day}");
    text.parse::<jiff::civil::Date>().ok().map(|day| day.to_string())
}

/// The file; with fewer facts where all of them do not go together.
fn persona(name: &str, story: &str, gstin: &str, mut facts: Facts) -> Option<String> {
    if let Some(Value::Object(place)) = facts.get_mut("principal_place") {
        place.shift_remove("done");
        let state = gsp_simulator::model::gstin::state(gstin.get(..2)?);
        if let Some(state) = state {
            place.insert("state".to_owned(), state.name.into());
        }
    }
    let cancelled = facts
        .get("status")
        .and_then(Value::as_str)
        .is_some_and(|text| text.starts_with("Cancelled"));
    if cancelled != facts.contains_key("cancelled_on") {
        facts.shift_remove("status");
        facts.shift_remove("cancelled_on");
    }
    let whole = |facts: &Facts| {
        let mut file = Map::new();
        file.insert("gstin".to_owned(), gstin.into());
        file.insert(
            "about".to_owned(),
            format!("A stand-in of the recording behind `{story}`.").into(),
        );
        file.insert("tags".to_owned(), json!(["recorded"]));
        file.extend(facts.clone());
        format!("{:#}\n", Value::from(file))
    };
    let text = whole(&facts);
    if read_persona(name, &text).is_ok() {
        return Some(text);
    }
    facts.retain(|name, _| ["legal_name", "trade_name"].contains(&name.as_str()));
    let text = whole(&facts);
    read_persona(name, &text).is_ok().then_some(text)
}
