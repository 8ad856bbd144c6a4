//! Requests of `contract/requests.toml`, as examples to show and to play.
//!
//! A file that cannot be read gives no examples here: `gspsim check` says what is wrong with it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::request::{Request, RequestBody, text};
use crate::pack::{Endpoint, Pack, folder::Folder};

/// The examples of every vendor.
#[derive(Clone, Debug, Default)]
pub struct Examples(BTreeMap<String, Vec<Example>>);

/// One request of a vendor's contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Example {
    /// The endpoint.
    pub endpoint: String,
    /// Its name; empty: the outcome's.
    pub case: String,
    /// What it gives.
    pub outcome: String,
    /// The code it gives, where the answer has one.
    pub code: Option<String>,
    /// Who sends it; `none` is nobody.
    pub account: Option<String>,
    like: Option<String>,
    path: Map<String, Value>,
    query: Map<String, Value>,
    headers: Map<String, Value>,
    body: Option<Value>,
    form: Option<Map<String, Value>>,
    multipart: Option<Map<String, Value>>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    requests: Vec<Example>,
}

impl Examples {
    /// Reads the requests of all vendors in these folders; a vendor of a later one wins.
    #[must_use]
    pub fn read(fixtures: &[Folder]) -> Self {
        let mut all = BTreeMap::new();
        for folder in fixtures {
            for vendor in folder.vendors() {
                let source = folder.source(&format!("{vendor}/contract/requests.toml"));
                let file = source.and_then(|source| toml::from_str::<File>(&source.text).ok());
                all.insert(vendor, file.map(|file| resolved(file.requests)).unwrap_or_default());
            }
        }
        Self(all)
    }

    /// The first request that makes the endpoint say its success.
    #[must_use]
    pub fn success(&self, pack: &Pack, endpoint: &Endpoint) -> Option<&Example> {
        let outcome = endpoint.replies.all.get(endpoint.success)?.outcome.as_str();
        self.of(pack)
            .find(|example| example.endpoint == endpoint.name && example.outcome == outcome)
    }

    /// The first request that causes this code by itself.
    #[must_use]
    pub fn causing(&self, pack: &Pack, code: &str) -> Option<&Example> {
        self.of(pack).find(|example| example.code.as_deref() == Some(code))
    }

    fn of(&self, pack: &Pack) -> impl Iterator<Item = &Example> {
        self.0.get(&pack.name).into_iter().flatten()
    }
}

impl Example {
    /// The request, without credentials.
    #[must_use]
    pub fn request(&self, endpoint: &Endpoint) -> Request {
        let body = if let Some(body) = &self.body {
            RequestBody::Json(body.clone())
        } else if let Some(form) = &self.form {
            RequestBody::Form(form.clone())
        } else if let Some(parts) = &self.multipart {
            RequestBody::Multipart(parts.clone())
        } else {
            self.text.clone().map_or(RequestBody::None, RequestBody::Text)
        };
        Request {
            method: endpoint.method.clone(),
            pattern: endpoint.path.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            body,
        }
    }

    fn name(&self) -> &str {
        if self.case.is_empty() { &self.outcome } else { &self.case }
    }

    /// This one on top of another.
    fn on(mut self, base: &Self) -> Self {
        self.account = self.account.or_else(|| base.account.clone());
        self.path = merged(&base.path, self.path);
        self.query = merged(&base.query, self.query);
        self.headers = merged(&base.headers, self.headers);
        let own_body = self.body.is_some()
            || self.form.is_some()
            || self.multipart.is_some()
            || self.text.is_some();
        match (&base.body, &mut self.body) {
            (Some(Value::Object(base)), Some(Value::Object(own))) => {
                *own = merged(base, std::mem::take(own));
            }
            (Some(base), None) if !own_body => self.body = Some(base.clone()),
            _ => {}
        }
        if let (Some(base), Some(own)) = (&base.form, &mut self.form) {
            *own = merged(base, std::mem::take(own));
        }
        if let (Some(base), Some(own)) = (&base.multipart, &mut self.multipart) {
            *own = merged(base, std::mem::take(own));
        }
        if !own_body {
            self.form.clone_from(&base.form);
            self.multipart.clone_from(&base.multipart);
            self.text.clone_from(&base.text);
        }
        self
    }
}

/// Follows every `like`, which names an earlier case of the same endpoint.
fn resolved(examples: Vec<Example>) -> Vec<Example> {
    let mut done: Vec<Example> = Vec::with_capacity(examples.len());
    for example in examples {
        let base = example.like.as_ref().and_then(|like| {
            done.iter().find(|other| other.endpoint == example.endpoint && other.name() == like)
        });
        let example = match base {
            Some(base) => example.on(base),
            None => example,
        };
        done.push(example);
    }
    done
}

fn merged(base: &Map<String, Value>, own: Map<String, Value>) -> Map<String, Value> {
    let mut all = base.clone();
    for (name, value) in own {
        if value.is_null() {
            all.shift_remove(&name);
        } else {
            all.insert(name, value);
        }
    }
    all
}
