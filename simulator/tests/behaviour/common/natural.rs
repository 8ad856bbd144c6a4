//! Natural calls: for each endpoint the first request of the pack's own contract.

use std::{fmt::Write as _, sync::Arc};

use gsp_simulator::{
    auth::{PartCheck, encoded},
    pack::{
        Endpoint, Lookup, Pack,
        file::{AuthPlace, FieldPlace},
        folder::Folder,
    },
    world::World,
};
use serde_json::{Map, Value};

use super::{NOW, Request};

/// A call that is right, in pieces that a test may change.
#[derive(Clone, Debug)]
pub(crate) struct Natural {
    pub(crate) pack: Arc<Pack>,
    pub(crate) endpoint: usize,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Map<String, Value>>,
}

impl Natural {
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.pack.endpoints[self.endpoint]
    }

    /// `vendor::endpoint`, for messages.
    pub(crate) fn name(&self) -> String {
        format!("{}::{}", self.pack.name, self.endpoint().name)
    }

    /// Path and query below the vendor's root.
    pub(crate) fn target(&self) -> String {
        let mut target = self.endpoint().path.clone();
        for (name, value) in &self.path {
            target = target.replace(&format!("{{{name}}}"), &escape(value));
        }
        for (at, (name, value)) in self.query.iter().enumerate() {
            target.push(if at == 0 { '?' } else { '&' });
            let _ = write!(target, "{name}={}", escape(value));
        }
        target
    }

    /// The call below the vendor's name.
    pub(crate) fn request(&self) -> Request {
        let target = format!("/{}{}", self.pack.name, self.target());
        let mut request = Request::new(self.endpoint().method.as_str(), &target);
        for (name, value) in &self.headers {
            request = request.and(name, value);
        }
        match &self.body {
            Some(body) => request.json(Value::Object(body.clone()).to_string()),
            None => request,
        }
    }

    /// The same call about another GSTIN.
    pub(crate) fn about(&self, gstin: &str) -> Self {
        let mut other = self.clone();
        let field = self.endpoint().lookup.and_then(Lookup::gstin_field);
        let field = &self.endpoint().fields[field.expect("it is asked about a GSTIN")];
        let set = |pairs: &mut Vec<(String, String)>| {
            pairs.retain(|(name, _)| *name != field.key);
            pairs.push((field.key.clone(), gstin.to_owned()));
        };
        match field.place {
            FieldPlace::Query => set(&mut other.query),
            FieldPlace::Path => set(&mut other.path),
            FieldPlace::Header => set(&mut other.headers),
            FieldPlace::Body => {
                let body = other.body.as_mut().expect("the call has a body");
                body.insert(field.key.clone(), gstin.into());
            }
        }
        other
    }

    /// The GSTIN asked about.
    pub(crate) fn gstin_place(&self) -> FieldPlace {
        let field = self.endpoint().lookup.and_then(Lookup::gstin_field);
        self.endpoint().fields[field.expect("it is asked about a GSTIN")].place
    }
}

/// A text as a part of a path or query.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A text as a part of a path, every byte of it escaped.
pub(crate) fn escape_all(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02x}");
        out
    })
}

/// What an account sends of itself: headers, query values.
fn credentials(pack: &Pack, endpoint: &Endpoint, account: &str) -> Vec<(AuthPlace, String)> {
    let Some(scheme) = endpoint.scheme else { return Vec::new() };
    let account = pack.accounts.iter().find(|one| one.name == account).expect("it is declared");
    let now: jiff::Timestamp = NOW.parse().expect("the tests' time is a time");
    let parts = pack.schemes[scheme].parts.iter().map(|part| {
        let own = account.credentials.iter().find(|(name, _)| *name == part.name);
        let (_, own) = own.expect("the account has a value for each part");
        let text = match &part.check {
            PartCheck::Secret(encoding) => encoded(*encoding, own),
            PartCheck::Paseto(verifier) => verifier
                .mint(now.as_millisecond(), None, account.claims.clone())
                .expect("the pack's keys are keys"),
            PartCheck::Issued(session) => panic!("`{session}` must be asked for first"),
        };
        let text = match &part.word {
            Some(word) => format!("{word} {text}"),
            None => text,
        };
        (part.place.clone(), text)
    });
    parts.collect()
}

/// For each endpoint of each pack its plain, successful call.
pub(crate) fn naturals(world: &World) -> Vec<Natural> {
    let fixtures = Folder::embedded_fixtures();
    world.packs.iter().flat_map(|pack| of_pack(&fixtures, pack)).collect()
}

/// Those that ask about one GSTIN.
pub(crate) fn lookups(world: &World) -> Vec<Natural> {
    let mut all = naturals(world);
    all.retain(|natural| {
        natural.endpoint().lookup.is_some_and(|lookup| lookup.gstin_field().is_some())
    });
    all
}

fn of_pack(fixtures: &Folder, pack: &Arc<Pack>) -> Vec<Natural> {
    let source = fixtures
        .source(&format!("{}/contract/requests.toml", pack.name))
        .unwrap_or_else(|| panic!("`{}` has no contract", pack.name));
    let file: Value = toml::from_str(&source.text).expect("requests are TOML");
    let requests = file["requests"].as_array().expect("there are requests");
    let mut naturals = Vec::new();
    for (index, endpoint) in pack.endpoints.iter().enumerate() {
        let request = requests
            .iter()
            .find(|request| request["endpoint"] == endpoint.name.as_str())
            .unwrap_or_else(|| panic!("`{}::{}` has no request", pack.name, endpoint.name));
        naturals.push(natural(pack, index, request));
    }
    naturals
}

fn natural(pack: &Arc<Pack>, index: usize, request: &Value) -> Natural {
    let endpoint = &pack.endpoints[index];
    let mut natural = Natural {
        pack: Arc::clone(pack),
        endpoint: index,
        path: pairs(&request["path"]),
        query: pairs(&request["query"]),
        headers: pairs(&request["headers"]),
        body: request["body"].as_object().cloned(),
    };
    let account = request["account"].as_str().unwrap_or("default");
    for (place, text) in credentials(pack, endpoint, account) {
        match place {
            AuthPlace::Header(name) => natural.headers.push((name, text)),
            AuthPlace::Query(name) => natural.query.push((name, text)),
            AuthPlace::Path(name) => natural.path.push((name, text)),
            AuthPlace::Body(name) => {
                natural.body.get_or_insert_default().insert(name, text.into());
            }
        }
    }
    natural
}

fn pairs(table: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    table
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}
