//! What is called: of every vendor and endpoint the first request of its contract that succeeds.

use std::fmt::Write as _;

use gsp_simulator::{
    auth::{PartCheck, encoded},
    memory::clock::Clock,
    pack::{Endpoint, Pack, file::AuthPlace, folder::Folder},
    world::World,
};
use serde_json::Value;

use crate::Fallible;

/// A call whose GSTIN changes.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// `vendor::endpoint`.
    pub(crate) name: String,
    /// Whether it is the vendor's first one.
    pub(crate) is_main: bool,
    pub(crate) method: String,
    /// With the vendor's mount, without the query; where the GSTIN is in it, `{gstin}` is.
    pub(crate) route: String,
    /// Headers that say who calls.
    pub(crate) secrets: Vec<(String, String)>,
    /// The whole request as sent.
    pub(crate) request: Vec<u8>,
    /// Where GSTINs are in it.
    pub(crate) gstins: Vec<usize>,
    /// How long replies are.
    pub(crate) reply_bytes: usize,
}

impl Case {
    /// The same call to a tenant.
    pub(crate) fn of_tenant(&self, tenant: &str) -> Self {
        let prefix = format!("/t/{tenant}");
        let at = self.method.len() + 1;
        let mut request = self.request.clone();
        request.splice(at..at, prefix.bytes());
        let gstins = self.gstins.iter().map(|gstin| gstin + prefix.len()).collect();
        Self { request, gstins, ..self.clone() }
    }
}

/// A request of a contract, as far as it is needed here.
#[derive(serde::Deserialize)]
struct Request {
    endpoint: String,
    #[serde(default)]
    like: Option<String>,
    #[serde(default)]
    path: serde_json::Map<String, Value>,
    #[serde(default)]
    query: serde_json::Map<String, Value>,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    body: Option<Value>,
}

#[derive(serde::Deserialize)]
struct Contract {
    requests: Vec<Request>,
}

/// The cases of all vendors.
pub(crate) fn read(world: &World) -> Fallible<Vec<Case>> {
    let fixtures = Folder::embedded_fixtures();
    let mut cases = Vec::new();
    for pack in &world.packs {
        let path = format!("{}/contract/requests.toml", pack.name);
        let Some(source) = fixtures.source(&path) else { continue };
        let contract: Contract = toml::from_str(&source.text)?;
        let mut is_main = true;
        for endpoint in &pack.endpoints {
            // Calls under a taxpayer's session have a bench of their own.
            if endpoint.consent.is_some() || endpoint.bulk.is_some() {
                continue;
            }
            let wanted = |one: &&Request| one.endpoint == endpoint.name && one.like.is_none();
            let Some(request) = contract.requests.iter().find(wanted) else { continue };
            if let Some(case) = case(pack, endpoint, request, is_main)? {
                is_main = false;
                cases.push(case);
            }
        }
    }
    Ok(cases)
}

/// The case of a request, where it asks about a GSTIN.
fn case(
    pack: &Pack,
    endpoint: &Endpoint,
    request: &Request,
    is_main: bool,
) -> Fallible<Option<Case>> {
    let Some(field) = endpoint.lookup.and_then(gsp_simulator::pack::Lookup::gstin_field) else {
        return Ok(None);
    };
    let key = &endpoint.fields[field].key;
    let given = [&request.query, &request.path]
        .into_iter()
        .chain(request.body.as_ref().and_then(Value::as_object))
        .find_map(|part| part.get(key)?.as_str());
    let Some(gstin) = given.filter(|text| text.len() == 15) else { return Ok(None) };

    let mut path = format!("/{}{}", pack.name, endpoint.path);
    for (name, value) in &request.path {
        path = path.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default());
    }
    let secrets = secrets(pack, endpoint)?;
    let query: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut text = format!("{} {path}{mark}{} HTTP/1.1\r\n", endpoint.method, query.join("&"));
    text.push_str("host: 127.0.0.1\r\naccept: */*\r\nuser-agent: speed\r\n");
    for (name, value) in &request.headers {
        write!(text, "{name}: {}\r\n", value.as_str().unwrap_or_default())?;
    }
    for (name, value) in &secrets {
        write!(text, "{name}: {value}\r\n")?;
    }
    let body = request.body.as_ref().map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        write!(text, "content-type: application/json\r\ncontent-length: {}\r\n", body.len())?;
    }
    write!(text, "\r\n{body}")?;
    Ok(Some(Case {
        name: format!("{}::{}", pack.name, endpoint.name),
        is_main,
        method: endpoint.method.to_string(),
        route: path.replace(gstin, "{gstin}"),
        secrets,
        gstins: text.match_indices(gstin).map(|(at, _)| at).collect(),
        request: text.into_bytes(),
        reply_bytes: 0,
    }))
}

/// What the first account shows, header by header.
fn secrets(pack: &Pack, endpoint: &Endpoint) -> Fallible<Vec<(String, String)>> {
    let Some(scheme) = endpoint.scheme.and_then(|index| pack.schemes.get(index)) else {
        return Ok(Vec::new());
    };
    let account = pack.accounts.first().ok_or("an auth scheme without an account")?;
    let mut secrets = Vec::new();
    for part in &scheme.parts {
        let AuthPlace::Header(header) = &part.place else {
            return Err(format!("`{}` is no header; the bench knows only those", part.name).into());
        };
        let value = match &part.check {
            PartCheck::Secret(encoding) => {
                let own = account.credentials.iter().find(|(name, _)| *name == part.name);
                encoded(*encoding, &own.ok_or("an account lacks a credential")?.1)
            }
            PartCheck::Paseto(verifier) => {
                verifier.mint(Clock::Wall.now_ms(), Some(3600), account.claims.clone())?
            }
            PartCheck::Issued(_) => return Err("the bench does not log in".into()),
        };
        let word = part.word.as_ref().map(|word| format!("{word} ")).unwrap_or_default();
        secrets.push((header.to_ascii_lowercase(), format!("{word}{value}")));
    }
    Ok(secrets)
}
