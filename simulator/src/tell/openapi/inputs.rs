//! What a request brings: an endpoint's fields, with what its rules ask of them.

use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    pack::{
        Check, Endpoint, Lookup, Pack, Rule,
        file::{AuthPlace, FieldPlace, GstinCheck, JsonType, Normalize, PanForm, ReadAs},
    },
    render::expression::Expression,
};

use super::{
    security::elsewhere,
    words::{asked, named, of_session},
};

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Body,
}

impl Place {
    /// The word of a parameter's `in`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

/// One value that a request brings.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) place: Place,
    /// Its name there, or a JSON pointer into the body.
    pub(super) key: String,
    pub(super) required: bool,
    pub(super) schema: Map<String, Value>,
    /// Sentences about it.
    pub(super) notes: Vec<String>,
    /// Whether it is the GSTIN that is asked about.
    pub(super) is_subject: bool,
    /// Whether an endpoint is chosen by it.
    pub(super) selects: bool,
}

impl Input {
    fn new(place: Place, key: &str) -> Self {
        Self {
            place,
            key: key.to_owned(),
            required: place == Place::Path,
            schema: Map::new(),
            notes: Vec::new(),
            is_subject: false,
            selects: false,
        }
    }

    /// Whether it is the value of that name in that place; header names have no case.
    pub(super) fn is(&self, place: Place, key: &str) -> bool {
        self.place == place
            && match place {
                Place::Header => self.key.eq_ignore_ascii_case(key),
                _ => self.key == key,
            }
    }

    fn narrow(&mut self, word: &str, value: Value) {
        match self.schema.get(word) {
            None => {
                self.schema.insert(word.to_owned(), value);
            }
            Some(known) if *known == value => {}
            // Another one beside it: both must fit.
            Some(_) => {
                let all = self.schema.entry("allOf").or_insert_with(|| json!([]));
                let more = json!({ word: value });
                if let Some(all) = all.as_array_mut().filter(|all| !all.contains(&more)) {
                    all.push(more);
                }
            }
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// All that a request to this endpoint may bring, credentials in headers and queries aside.
pub(super) fn inputs(pack: &Pack, endpoint: &Endpoint) -> Vec<Input> {
    let mut all: Vec<Input> = Vec::new();
    for part in braces(&endpoint.path) {
        find(&mut all, Place::Path, part);
    }
    for selector in &endpoint.select {
        let values: Vec<Value> = selector.values.iter().map(|text| text.as_str().into()).collect();
        let places = places(selector.place, endpoint);
        for place in places {
            let input = find(&mut all, *place, &selector.key);
            // In one of two places is enough.
            input.required |= places.len() == 1;
            input.selects = true;
            match values.as_slice() {
                [one] => input.narrow("const", one.clone()),
                more => input.narrow("enum", more.into()),
            }
        }
    }
    for (index, field) in endpoint.fields.iter().enumerate() {
        let places = places(field.place, endpoint);
        for place in places {
            let input = find(&mut all, *place, &field.key);
            if places.len() > 1 {
                input.note("Looked for in the body, and where that lacks it, in the query.".into());
            }
            for other in &field.also {
                input.note(format!("Also taken as `{other}`."));
            }
            for habit in &field.normalize {
                match habit {
                    Normalize::Trim => input.note("White space around it does not count.".into()),
                    Normalize::Upper => input.note("Small letters count as capitals.".into()),
                    Normalize::AsIs => {}
                }
            }
            match field.read {
                ReadAs::Boolean => input.note("Texts such as `true` and `no` are read.".into()),
                ReadAs::Number => input.note("Texts of digits are read as numbers.".into()),
                ReadAs::AsIs => {}
            }
            if let Some(words) = of_session(endpoint, index) {
                input.note(words.to_owned());
            }
            input.is_subject |= endpoint.lookup.and_then(Lookup::gstin_field) == Some(index);
            for rule in endpoint.before_auth.iter().chain(&endpoint.rules) {
                if rule.field == Some(index) && !refuses(endpoint) {
                    ask(input, pack, endpoint, rule, places.len() == 1, field.read);
                }
            }
            sealed(input, endpoint, index);
        }
    }
    for (place, part) in elsewhere(pack, endpoint) {
        let (place, name) = match place {
            AuthPlace::Path(name) => (Place::Path, name),
            AuthPlace::Header(name) | AuthPlace::Query(name) | AuthPlace::Body(name) => {
                (Place::Body, name)
            }
        };
        let input = find(&mut all, place, name);
        input.required = true;
        input.note(format!("A credential: the account's `{}`.", part.name));
    }
    for input in &mut all {
        if input.place != Place::Body && !input.schema.contains_key("type") {
            input.schema.insert("type".to_owned(), "string".into());
        }
    }
    all
}

/// Whether all that an endpoint does is to refuse: then nothing need be right.
fn refuses(endpoint: &Endpoint) -> bool {
    let success = endpoint.replies.all.get(endpoint.success);
    success.is_some_and(|plan| plan.status.as_u16() >= 400)
}

/// What is in the braces of a path.
pub(super) fn braces(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

/// The places where a field may be, the first one first.
fn places(place: FieldPlace, endpoint: &Endpoint) -> &'static [Place] {
    match place {
        FieldPlace::Path => &[Place::Path],
        FieldPlace::Query => &[Place::Query],
        FieldPlace::Header => &[Place::Header],
        FieldPlace::Body => &[Place::Body],
        FieldPlace::Anywhere if endpoint.body.is_none() => &[Place::Query],
        FieldPlace::Anywhere => &[Place::Body, Place::Query],
    }
}

fn find<'all>(all: &'all mut Vec<Input>, place: Place, key: &str) -> &'all mut Input {
    let at = all.iter().position(|input| input.is(place, key)).unwrap_or_else(|| {
        all.push(Input::new(place, key));
        all.len() - 1
    });
    &mut all[at]
}

/// What a rule asks of its field: as keywords where these can say it, and in words.
fn ask(
    input: &mut Input,
    pack: &Pack,
    endpoint: &Endpoint,
    rule: &Rule,
    alone: bool,
    read: ReadAs,
) {
    let always = match rule.when.as_ref() {
        None => true,
        Some(when) => match when.constant() {
            Some(value) if value.is_true() => true,
            Some(_) => return,
            None => false,
        },
    };
    let Some(words) = asked(&rule.check) else { return };
    let refusal = endpoint.replies.all.get(rule.otherwise).map(|plan| named(pack, plan));
    let refusal = refusal.unwrap_or_default();
    let reason = rule.reason.as_ref().and_then(|reason| reason.as_plain());
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let when = rule.when.as_ref().filter(|_| !always).map(Expression::source);
    let when = when.map(|when| format!("where `{when}`: ")).unwrap_or_default();
    input.note(format!("- {when}{words}, else {refusal}{reason}"));
    if !always {
        return;
    }
    let in_body = input.place == Place::Body;
    match &rule.check {
        Check::Present => input.required |= alone,
        Check::Filled => {
            input.required |= alone;
            if input.place != Place::Path {
                input.narrow("minLength", 1.into());
            }
        }
        Check::Type(kind) if in_body => match (json_type(*kind), read) {
            // What is read from a text may be one, unless the same value is looked at as it came.
            (Some("boolean"), ReadAs::Boolean) if !input.schema.contains_key("type") => {
                input.narrow("type", json!(["boolean", "string"]));
            }
            (Some("boolean"), ReadAs::Boolean) => {}
            (Some("integer" | "number"), ReadAs::Number) => {
                input.narrow("type", json!(["number", "string"]));
            }
            (Some(word), _) => {
                input.schema.insert("type".to_owned(), word.into());
            }
            (None, _) => {}
        },
        Check::OneOf(values) => input.narrow("enum", values.as_slice().into()),
        Check::Pattern(regex) => input.narrow("pattern", regex.as_str().into()),
        Check::Length(length) => {
            if length.min > 0 {
                input.narrow("minLength", length.min.into());
            }
            if let Some(max) = length.max {
                input.narrow("maxLength", max.into());
            }
        }
        Check::Gstin(GstinCheck::Any) | Check::Pan(PanForm::Any) => {}
        Check::Gstin(form) => {
            input.narrow("format", "gstin".into());
            input.narrow("pattern", gstin_pattern(*form).into());
        }
        Check::Pan(PanForm::Ordinary) => {
            input.narrow("format", "pan".into());
            input.narrow("pattern", "^[A-Z]{5}[0-9]{4}[A-Z]$".into());
        }
        Check::FinancialYear(_) => input.narrow("pattern", "^[0-9]{4}-[0-9]{2}$".into()),
        Check::Type(_) | Check::Holds(_) => {}
    }
}

/// The characters that a GSTIN of this strictness may have; the check character is told in words.
fn gstin_pattern(form: GstinCheck) -> &'static str {
    match form {
        GstinCheck::Strict => "^(0[1-9]|[12][0-9]|3[0-7])[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]$",
        GstinCheck::Realistic | GstinCheck::Pattern => "^[0-9]{2}[0-9A-Z]{13}$",
        GstinCheck::LengthOnly | GstinCheck::Any => "^[0-9A-Z]{15}$",
    }
}

fn json_type(kind: JsonType) -> Option<&'static str> {
    Some(match kind {
        JsonType::String => "string",
        JsonType::Boolean => "boolean",
        JsonType::Integer => "integer",
        JsonType::Number => "number",
        JsonType::List => "array",
        JsonType::Object => "object",
        JsonType::Any => return None,
    })
}

/// Texts of a session that are something else, encoded.
fn sealed(input: &mut Input, endpoint: &Endpoint, field: usize) {
    let Some(step) = &endpoint.consent else { return };
    let coded = [step.otp, step.app_key, step.data, step.hmac];
    if input.place == Place::Body && coded.contains(&Some(field)) {
        input.narrow("contentEncoding", "base64".into());
        input.narrow("contentMediaType", "application/octet-stream".into());
    }
}

/// The values of a JSON body as the schema of an object.
pub(super) fn body_schema(inputs: &[Input]) -> Value {
    let mut schema = json!({ "type": "object" });
    for input in inputs.iter().filter(|input| input.place == Place::Body) {
        let mut own = input.schema.clone();
        if !input.notes.is_empty() {
            own.insert("description".to_owned(), input.notes.join("\n").into());
        }
        let steps: Vec<_> = input.key.trim_start_matches('/').split('/').collect();
        let steps = if input.key.starts_with('/') { steps } else { vec![input.key.as_str()] };
        put(&mut schema, &steps, Value::Object(own), input.required);
    }
    schema
}

/// Puts a schema where a path of keys and places leads.
fn put(schema: &mut Value, steps: &[&str], own: Value, required: bool) {
    let Some((step, rest)) = steps.split_first() else {
        *schema = own;
        return;
    };
    if let Ok(place) = step.parse::<usize>() {
        schema["type"] = "array".into();
        if required {
            schema["minItems"] = (place + 1).into();
        }
        put(&mut schema["items"], rest, own, required);
        return;
    }
    let name = step.replace("~1", "/").replace("~0", "~");
    schema["type"] = "object".into();
    if required {
        match schema["required"].as_array_mut() {
            Some(all) if all.iter().any(|known| *known == name) => {}
            Some(all) => all.push(name.as_str().into()),
            None => schema["required"] = json!([name]),
        }
    }
    put(&mut schema["properties"][&name], rest, own, required);
}

/// Whether a request of this method has a body that counts for something.
pub(super) fn takes_body(endpoint: &Endpoint) -> bool {
    endpoint.body.is_some() && endpoint.method != Method::TRACE
}
