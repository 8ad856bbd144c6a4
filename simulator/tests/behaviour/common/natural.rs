//! Natural calls: for each endpoint the first request of the pack's own contract.

use std::{fmt::Write as _, sync::Arc};

use gsp_simulator::{
    pack::{Endpoint, Lookup, Pack, contract::RequestBody, file::FieldPlace},
    tell::{self, Teller, example::Examples},
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
            FieldPlace::Body | FieldPlace::Anywhere => {
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

/// For each endpoint of each pack its plain, successful call; those that need a taxpayer's session
/// or a file's link have cases and flows of their own in the contract suite.
pub(crate) fn naturals(world: &World) -> Vec<Natural> {
    let mut all = everything(world);
    all.retain(|natural| natural.endpoint().consent.is_none() && natural.endpoint().bulk.is_none());
    all
}

/// For each endpoint of each pack a call; one that needs a taxpayer's session is refused.
pub(crate) fn everything(world: &World) -> Vec<Natural> {
    let examples = Examples::read(&world.fixtures);
    let now: jiff::Timestamp = NOW.parse().expect("the tests' time is a time");
    let teller = Teller {
        world,
        examples: &examples,
        base_url: "",
        at_ms: now.as_millisecond(),
        tenant: None,
    };
    let of_pack = |pack: &Arc<Pack>| -> Vec<Natural> {
        let all = pack.endpoints.iter().enumerate();
        all.map(|(index, endpoint)| natural(pack, index, teller.request(pack, endpoint, 0)))
            .collect()
    };
    world.packs.iter().flat_map(of_pack).collect()
}

/// Those that ask about one GSTIN.
pub(crate) fn lookups(world: &World) -> Vec<Natural> {
    let mut all = naturals(world);
    all.retain(|natural| {
        natural.endpoint().lookup.is_some_and(|lookup| lookup.gstin_field().is_some())
    });
    all
}

fn natural(pack: &Arc<Pack>, endpoint: usize, request: tell::request::Request) -> Natural {
    Natural {
        pack: Arc::clone(pack),
        endpoint,
        path: request.path.into_iter().collect(),
        query: request.query.into_iter().collect(),
        headers: request.headers,
        body: match request.body {
            RequestBody::Json(Value::Object(body)) => Some(body),
            _ => None,
        },
    }
}
