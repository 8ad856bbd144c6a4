//! What is known of a vendor's texts: which of them say nothing of anybody, and what the others tell.
//!
//! Texts that the pack has itself are a vendor's words and stay. Here, and only here, the harness looks
//! into `bodies/`: not to hold an answer against them, but to learn which value is a name.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use gsp_simulator::{
    pack::{
        Endpoint, Lookup, Pack,
        contract::{ContractFile, Handshake, PersonalKind, RequestBody},
        file::FieldPlace,
        folder::Folder,
    },
    world::World,
};
use jiff::civil::date;
use serde_json::Value;

use super::forms;

/// English that errors are made of, besides the words of the pack's own.
const ENGLISH: &str = "a an and are as at be because been before but by can cannot could did do does \
    exceed exceeded exist exists expired failed failure field for format found from given has have \
    header if in internal invalid is it its key later limit made malformed many may message method \
    missing must no none not null number of off ok on only or out parameter please provided query \
    quota rate reached request requests required retry server service should some status string such \
    supported temporarily that the then there this time timeout to token too try under unauthorized \
    unavailable unexpected unknown unsupported until upstream used user valid value version was were \
    when while with without wrong you your again already allowed access denied forbidden empty blank \
    body data error api json xml http gateway bad large long short day hour minute month second year \
    credit credits account day daily monthly per registration taxpayer active cancelled suspended";

/// Everybody whose words are taken for the nation's: so many are looked at.
const CROWD: u64 = 1_500;

/// What is known of one vendor.
#[derive(Debug)]
pub struct Known {
    /// The vendor.
    pub pack: Arc<Pack>,
    /// How a client comes to each kind of session, in the pack's order.
    pub handshakes: Vec<Handshake>,
    /// Where answers have the vendor's code: JSON pointers.
    pub code_at: Vec<String>,
    /// Key → the taxpayer's fact that stands there as it is, by its name in a persona's file.
    pub facts: HashMap<String, String>,
    /// What values at these places tell, as the pack says.
    rules: Vec<(Vec<String>, PersonalKind)>,
    /// The same by key, as the bodies tell it.
    by_key: HashMap<String, PersonalKind>,
    /// Keys of requests and answers that are the vendor's, whoever it is about.
    keys: HashSet<String>,
    /// Whole texts that are the vendor's or the nation's.
    texts: HashSet<String>,
    /// Words of these, in small letters.
    words: HashSet<String>,
}

/// A place within JSON: keys and indices from the top.
pub type Steps = Vec<String>;

impl Known {
    /// All that is known of a vendor; `None` where there is no such vendor.
    #[must_use]
    pub fn of(world: &World, vendor: &str) -> Option<Self> {
        let pack = Arc::clone(world.vendor(vendor)?);
        let mut known = Self {
            handshakes: Vec::new(),
            code_at: Vec::new(),
            facts: HashMap::new(),
            rules: Vec::new(),
            by_key: HashMap::new(),
            keys: HashSet::new(),
            texts: HashSet::new(),
            words: ENGLISH.split_whitespace().map(str::to_owned).collect(),
            pack,
        };
        let home = world
            .fixtures
            .iter()
            .rev()
            .find(|folder| folder.has(&format!("{vendor}/vendor.toml")))?;
        known.read_nation(world);
        known.read_pack(home, vendor);
        known.read_contract(home, vendor);
        for code in &known.pack.catalog {
            let (code, message) = (code.code.clone(), code.message.clone());
            add_text(&mut known.texts, &mut known.words, &code);
            add_text(&mut known.texts, &mut known.words, &message);
        }
        Some(known)
    }

    fn text(&mut self, text: &str) {
        add_text(&mut self.texts, &mut self.words, text);
    }

    /// The nation's lists, as its people have them.
    fn read_nation(&mut self, world: &World) {
        let register = &world.register;
        let day = date(2026, 11, 21);
        let crowd = (0..CROWD).filter_map(|at| register.member(at));
        let personas = register.personas().filter(|persona| !persona.absent);
        let numbers = crowd
            .map(|gstin| gstin.to_string())
            .chain(personas.map(|persona| persona.gstin.clone()));
        for number in numbers {
            let Some(taxpayer) = register.look_up(&number, day) else { continue };
            let places =
                std::iter::once(&taxpayer.principal_place).chain(&taxpayer.additional_places);
            let natures = taxpayer.natures.iter().chain(places.flat_map(|place| &place.natures));
            for text in natures.chain([
                &taxpayer.constitution,
                &taxpayer.taxpayer_type,
                &taxpayer.status,
                &taxpayer.core_business,
                &taxpayer.state_name,
            ]) {
                if !self.texts.contains(text.as_ref()) {
                    self.text(text);
                }
            }
        }
    }

    /// Bodies and settings.
    fn read_pack(&mut self, home: &Folder, vendor: &str) {
        let prefix = format!("{vendor}/bodies/");
        for path in home.below(&prefix) {
            let Some(source) = home.source(&format!("{prefix}{path}")) else { continue };
            match serde_json::from_str::<Value>(&source.text) {
                Ok(body) => self.read_body(&body, None),
                // A page or a line: its words are the vendor's.
                Err(_) => self.text(&source.text),
            }
        }
        for file in ["vendor.toml", "errors.toml"] {
            let Some(source) = home.source(&format!("{vendor}/{file}")) else { continue };
            let Ok(table) = source.text.parse::<toml::Table>() else { continue };
            let credentials = self.pack.accounts.iter().flat_map(|one| &one.credentials);
            let secrets: HashSet<String> = credentials.map(|(_, value)| value.clone()).collect();
            let mut found = Vec::new();
            for (name, value) in &table {
                if name != "accounts" {
                    toml_texts(value, &mut found);
                }
            }
            for text in found.iter().filter(|text| !secrets.contains(*text)) {
                self.text(text);
            }
        }
    }

    /// Texts and holes of a body; `key` is where it stands.
    fn read_body(&mut self, body: &Value, key: Option<&str>) {
        match body {
            Value::String(text) => match (PersonalKind::of_hole(text), key) {
                (Some(kind), Some(key)) => {
                    self.keys.insert(key.to_owned());
                    if let Some(fact) = fact(text) {
                        self.facts.insert(key.to_owned(), fact);
                    }
                    // Where one key tells two things, the one that is somebody's counts.
                    let known = self.by_key.entry(key.to_owned()).or_insert(kind);
                    if *known <= PersonalKind::Message {
                        *known = (*known).max(kind);
                    }
                }
                (None, _) if !text.contains("{{") && !text.contains("{%") => self.text(text),
                _ => {}
            },
            Value::Array(list) => list.iter().for_each(|item| self.read_body(item, key)),
            Value::Object(map) => {
                for (name, value) in map {
                    // What decides is no key: its values stand where the whole does.
                    let own = !name.contains("{%");
                    if own {
                        self.keys.insert(name.clone());
                    }
                    self.read_body(value, if own { Some(name) } else { key });
                }
            }
            _ => {}
        }
    }

    /// Schemas, and what requests are made of.
    fn read_contract(&mut self, home: &Folder, vendor: &str) {
        let prefix = format!("{vendor}/contract/");
        let paths: Vec<String> = home.below(&prefix).map(str::to_owned).collect();
        for path in paths.iter().filter(|path| Folder::has_ending(path, "json")) {
            let Some(source) = home.source(&format!("{prefix}{path}")) else { continue };
            if let Ok(schema) = serde_json::from_str::<Value>(&source.text) {
                self.read_schema(&schema);
            }
        }
        let source = home.source(&format!("{prefix}requests.toml"));
        let file = source.as_ref().and_then(|source| ContractFile::read(source).ok());
        let file = file.unwrap_or_default();
        self.handshakes =
            self.pack.consents.iter().map(|kind| file.handshake(&kind.name)).collect();
        self.code_at = file.code_at.iter().map(|pointer| pointer.value.clone()).collect();
        for (pointer, kind) in &file.personal {
            let steps = pointer.split('/').skip(1).map(unescape).collect();
            self.rules.push((steps, kind.value));
        }
        let cases = source.and_then(|source| file.cases(&source).ok()).unwrap_or_default();
        for case in cases {
            let of_body = match &case.body {
                RequestBody::Json(Value::Object(map)) => {
                    map.iter().filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect()
                }
                RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                    pairs.values().cloned().collect()
                }
                _ => Vec::new(),
            };
            let texts = case.path.values().chain(case.query.values()).cloned().chain(of_body);
            // Longer ones are somebody's name, if only somebody of ours.
            for text in texts.filter(|text| text.len() <= 12 && !text.contains(' ')) {
                self.text(&text);
            }
        }
    }

    fn read_schema(&mut self, schema: &Value) {
        let Value::Object(map) = schema else {
            if let Value::Array(list) = schema {
                for item in list {
                    self.read_schema(item);
                }
            }
            return;
        };
        for (name, value) in map {
            match (name.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    self.keys.extend(properties.keys().cloned());
                    properties.values().for_each(|one| self.read_schema(one));
                }
                ("enum", Value::Array(list)) => {
                    list.iter().filter_map(Value::as_str).for_each(|text| self.text(text));
                }
                ("const", Value::String(text)) => self.text(text),
                _ => self.read_schema(value),
            }
        }
    }

    /// What a value at a place tells; `None` where nobody knows.
    #[must_use]
    pub fn kind(&self, steps: &[String]) -> Option<PersonalKind> {
        let ruled = self.rules.iter().find(|(pattern, _)| fits(pattern, steps));
        ruled.map(|(_, kind)| *kind).or_else(|| self.by_key.get(last_key(steps)?).copied())
    }

    /// Whether a key is the vendor's.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Whether a text is the vendor's, or one of the nation's lists.
    #[must_use]
    pub fn has_text(&self, text: &str) -> bool {
        self.texts.contains(text)
            // Lists of such texts in one.
            || (text.contains(", ") && text.split(", ").all(|part| self.texts.contains(part)))
    }

    /// Whether a word is one of the vendor's, whoever it is about.
    #[must_use]
    pub fn has_word(&self, word: &str) -> bool {
        self.words.contains(&word.to_lowercase())
    }

    /// What the fields of requests to a path tell: place, name there, kind.
    #[must_use]
    pub fn fields(&self, method: &str, path: &str) -> Vec<(FieldPlace, String, PersonalKind)> {
        let Ok(matched) = self.pack.routes.at(path) else { return Vec::new() };
        let endpoints = matched.value.iter().filter_map(|index| self.pack.endpoints.get(*index));
        let mut found = Vec::new();
        for endpoint in endpoints.filter(|one| one.method.as_str().eq_ignore_ascii_case(method)) {
            for (index, field) in endpoint.fields.iter().enumerate() {
                let kind = of_field(endpoint, index);
                for key in std::iter::once(&field.key).chain(&field.also) {
                    found.push((field.place, key.clone(), kind));
                }
            }
        }
        // Where endpoints differ, the one for which it is somebody's counts.
        found.sort_by_key(|(_, _, kind)| std::cmp::Reverse(*kind));
        found
    }
}

/// The fact of a taxpayer that a hole says as it is, or as a day.
fn fact(hole: &str) -> Option<String> {
    let (_, rest) = hole.split_once("{{ taxpayer.")?;
    let (name, rest) =
        rest.split_at(rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_')?);
    let rest = rest.trim_start();
    let plain = rest.starts_with("}}") || rest.starts_with("| date('");
    (plain && !name.is_empty()).then(|| name.to_owned())
}

/// What a field of a request tells.
fn of_field(endpoint: &Endpoint, index: usize) -> PersonalKind {
    let lookup = match endpoint.lookup {
        Some(Lookup::Gstin(field)) if field == index => Some(PersonalKind::Gstin),
        Some(Lookup::Pan { field, .. }) if field == index => Some(PersonalKind::Pan),
        Some(Lookup::LegalName { field, .. }) if field == index => Some(PersonalKind::LegalName),
        Some(Lookup::PanOrLegalName { pan, .. }) if pan == index => Some(PersonalKind::Pan),
        Some(Lookup::PanOrLegalName { legal_name, .. }) if legal_name == index => {
            Some(PersonalKind::LegalName)
        }
        _ => None,
    };
    let consent = endpoint.consent.as_ref().and_then(|own| {
        let is = |field: Option<usize>| field == Some(index);
        if own.user == index {
            Some(PersonalKind::UserName)
        } else if own.state == index {
            Some(PersonalKind::State)
        } else if is(own.gstin) {
            Some(PersonalKind::Gstin)
        } else if is(own.token) || is(own.app_key) || is(own.otp) {
            Some(PersonalKind::Token)
        } else {
            None
        }
    });
    let books = endpoint.books.as_ref().filter(|books| books.party == Some(index));
    lookup.or(consent).or(books.map(|_| PersonalKind::Gstin)).unwrap_or(PersonalKind::Plain)
}

/// The last step that is a key.
#[must_use]
pub fn last_key(steps: &[String]) -> Option<&str> {
    let is_index = |step: &&String| step.bytes().all(|byte| byte.is_ascii_digit());
    steps.iter().rev().find(|step| !is_index(step)).map(String::as_str)
}

fn fits(pattern: &[String], steps: &[String]) -> bool {
    match pattern.split_first() {
        None => steps.is_empty(),
        Some((first, rest)) if first == "**" => {
            (0..=steps.len()).any(|skipped| fits(rest, &steps[skipped..]))
        }
        Some((first, rest)) => steps
            .split_first()
            .is_some_and(|(step, more)| (first == "*" || first == step) && fits(rest, more)),
    }
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

fn add_text(texts: &mut HashSet<String>, words: &mut HashSet<String>, text: &str) {
    // What has a number of somebody's form in it is an example, not a word.
    if !forms::find(text).is_empty() {
        return;
    }
    words.extend(split(text).map(str::to_lowercase));
    texts.insert(text.to_owned());
}

/// The words of a text.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn toml_texts(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => found.push(text.clone()),
        toml::Value::Array(list) => list.iter().for_each(|item| toml_texts(item, found)),
        toml::Value::Table(table) => {
            for (name, value) in table {
                found.push(name.clone());
                toml_texts(value, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use gsp_simulator::world::Ingredients;

    use super::*;

    fn steps(pointer: &str) -> Steps {
        pointer.split('/').skip(1).map(unescape).collect()
    }

    fn known(vendor: &str) -> Known {
        let world = World::load(&Ingredients::default()).expect("the packs are right");
        Known::of(&world, vendor).expect("there is one")
    }

    #[test]
    fn bodies_tell_what_stands_where() {
        let known = known("finagg");
        for (pointer, kind) in [
            ("/data/lgnm", PersonalKind::LegalName),
            ("/data/pradr/addr/pncd", PersonalKind::Pin),
            ("/data/adadr/0/addr/st", PersonalKind::Street),
            ("/data/stjCd", PersonalKind::OfficeCode),
            ("/EFiledlist/3/arn", PersonalKind::Arn),
            ("/data/sts", PersonalKind::Plain),
        ] {
            assert_eq!(known.kind(&steps(pointer)), Some(kind), "{pointer}");
        }
        assert_eq!(known.kind(&steps("/data/dateOfBirth")), None);
    }

    #[test]
    fn the_vendor_s_and_the_nation_s_words_are_known_and_nobody_s_name_is() {
        let known = known("attestr");
        for text in
            ["Private Limited Company", "Active", "Factory / Manufacturing, Retail Business"]
        {
            assert!(known.has_text(text), "{text}");
        }
        for text in ["SAMPLE SAHYADRI FOODS PRIVATE LIMITED", "Ramesh", "sim-attestr"] {
            assert!(!known.has_text(text), "{text}");
        }
        assert!(known.has_word("Invalid") && !known.has_word("Ramesh"));
    }

    #[test]
    fn fields_of_requests_tell_who_is_asked_about() {
        let known = known("attestr");
        let fields = known.fields("POST", "/api/v2/public/corpx/gstin");
        assert!(fields.contains(&(FieldPlace::Body, "gstin".to_owned(), PersonalKind::Gstin)));
        assert!(fields.contains(&(FieldPlace::Body, "fy".to_owned(), PersonalKind::Plain)));
    }
}
