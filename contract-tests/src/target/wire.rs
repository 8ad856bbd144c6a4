//! Requests on the wire: sent, read to the end, told without secrets.

use std::time::{Duration, Instant};

use gsp_simulator::pack::contract::RequestBody;
use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder,
    header::{HeaderMap, HeaderName, HeaderValue},
    multipart::Form,
    redirect::Policy,
};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::TargetError;
use crate::{
    case::Request,
    client::crypto::{hex, sha256},
    config::{Given, Secrets},
    http,
    runner::record,
    verdict::{Heard, Reply},
};

/// No answer of a simulator takes longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// No answer is longer than this.
const LONGEST: usize = 64 * 1024 * 1024;

/// What came.
pub(super) struct Came {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A client for simulators nearby.
pub(super) fn plain() -> reqwest::Result<Client> {
    builder(PATIENCE).no_proxy().build()
}

fn builder(patience: Duration) -> ClientBuilder {
    http::client().redirect(Policy::none()).timeout(patience)
}

/// A client as `contract.toml` wants it.
pub(super) fn given(given: &Given) -> Result<Client, TargetError> {
    let unusable = |what: &str, error: &reqwest::Error| TargetError::Unusable {
        what: what.to_owned(),
        why: innermost(error),
    };
    let mut builder = builder(given.timeout).connect_timeout(given.connect_timeout);
    if let Some(pem) = &given.ca {
        let all = reqwest::Certificate::from_pem_bundle(pem);
        for ca in all.map_err(|error| unusable("tls.ca", &error))? {
            builder = builder.add_root_certificate(ca);
        }
    }
    if let Some(pem) = &given.identity {
        let identity = reqwest::Identity::from_pem(pem.expose_secret().as_bytes());
        builder = builder.identity(identity.map_err(|error| unusable("tls.identity", &error))?);
    }
    builder = match &given.proxy {
        Some(url) => {
            // What the library says of a wrong address may have the password in it.
            let proxy =
                reqwest::Proxy::all(url.expose_secret()).map_err(|_| TargetError::Unusable {
                    what: "proxy".to_owned(),
                    why: "it is no address".to_owned(),
                })?;
            builder.proxy(proxy)
        }
        None => builder.no_proxy(),
    };
    builder.build().map_err(|error| unusable("tls", &error))
}

/// Sends a request to an address; reads the answer to its end. What went over the wire is given
/// too, before anything of it is blanked.
pub(super) async fn send(
    client: &Client,
    base: &str,
    request: &Request,
) -> (Result<Came, TargetError>, Heard) {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
    let address = format!("{base}{}", request.path);
    let builder = client.request(method, &address);
    let builder = if request.query.is_empty() { builder } else { builder.query(&request.query) };
    let (at, begun) = (record::now(), Instant::now());
    let built = carry(builder, request.body.clone()).headers(headers).build();
    let mut heard = Heard {
        method: request.method.clone(),
        url: address,
        headers: request.headers.clone(),
        body: body_of(&request.body),
        at,
        took_ms: 0,
        reply: None,
    };
    let came = match built {
        Ok(built) => {
            built.url().as_str().clone_into(&mut heard.url);
            heard.headers = texts(built.headers());
            read(client, base, built).await
        }
        Err(error) => Err(lost(base, &error)),
    };
    heard.took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    heard.reply = came.as_ref().ok().map(|came| Reply {
        status: came.status,
        headers: came.headers.clone(),
        body: match std::str::from_utf8(&came.body) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                format!("({} bytes, SHA-256 {})", came.body.len(), hex(&sha256(&came.body)))
            }
        },
    });
    (came, heard)
}

async fn read(client: &Client, base: &str, request: reqwest::Request) -> Result<Came, TargetError> {
    let mut reply = client.execute(request).await.map_err(|error| lost(base, &error))?;
    let status = reply.status().as_u16();
    let headers = texts(reply.headers());
    let mut body = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(|error| lost(base, &error))? {
        if body.len() + piece.len() > LONGEST {
            let why = format!("the answer is longer than {} MiB", LONGEST / (1024 * 1024));
            return Err(TargetError::NoAnswer { url: base.to_owned(), why });
        }
        body.extend_from_slice(&piece);
    }
    Ok(Came { status, headers, body })
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// The body as people read it.
fn body_of(body: &RequestBody) -> String {
    match body {
        RequestBody::None => String::new(),
        RequestBody::Json(json) => json.to_string(),
        RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => json!(pairs).to_string(),
        RequestBody::Text(text) => text.clone(),
    }
}

fn carry(builder: RequestBuilder, body: RequestBody) -> RequestBuilder {
    match body {
        RequestBody::None => builder,
        RequestBody::Json(json) => builder.json(&json),
        RequestBody::Form(pairs) => builder.form(&pairs),
        RequestBody::Multipart(pairs) => {
            let form =
                pairs.into_iter().fold(Form::new(), |form, (key, text)| form.text(key, text));
            builder.multipart(form)
        }
        RequestBody::Text(text) => builder.body(text),
    }
}

/// Nothing is there, or something is and gave no answer.
pub(super) fn lost(url: &str, error: &reqwest::Error) -> TargetError {
    let (url, why) = (url.to_owned(), innermost(error));
    if error.is_connect() || error.is_builder() {
        return TargetError::OutOfReach { url, why };
    }
    let why = if error.is_timeout() { "it took too long".to_owned() } else { why };
    TargetError::NoAnswer { url, why }
}

/// What the network says, without the layers above.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// An exchange without what carries credentials.
#[must_use]
pub(super) fn blanked(heard: Heard, names: &[String], secrets: &Secrets) -> Heard {
    let header = |(name, value): (String, String)| {
        let secret = names.iter().any(|one| one.eq_ignore_ascii_case(&name))
            || PLAINLY_SECRET.iter().any(|one| one.eq_ignore_ascii_case(&name));
        let value = if secret { "…".to_owned() } else { secrets.blank(&value) };
        (name, value)
    };
    Heard {
        url: secrets.blank(&heard.url),
        headers: heard.headers.into_iter().map(header).collect(),
        body: secrets.blank(&heard.body),
        reply: heard.reply.map(|reply| Reply {
            headers: reply.headers.into_iter().map(header).collect(),
            body: secrets.blank(&reply.body),
            ..reply
        }),
        ..heard
    }
}

/// Headers that carry credentials everywhere.
const PLAINLY_SECRET: [&str; 4] = ["authorization", "cookie", "set-cookie", "proxy-authorization"];

/// The texts at pointers of a JSON body: what a session gave.
pub(super) fn texts_at<'a>(
    body: &'a Value,
    pointers: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    pointers.filter_map(|pointer| body.pointer(pointer)?.as_str())
}
