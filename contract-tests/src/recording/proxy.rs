//! The recording proxy: a reverse proxy in front of one live target.
//!
//! A client is given the proxy's address for the vendor's. Its requests go on as they came, the
//! answers come back as they came, and each exchange is kept with stand-ins. Only the target is ever
//! asked: no redirect is followed, no link in an answer, and a client that names another host in its
//! request line is refused.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::Timestamp;
use reqwest::{Client, Url, redirect::Policy};
use tokio::{net::TcpListener, time::Instant};

use super::{
    exchange::{Raw, RawReply},
    hosts::Hosts,
    recorder::Recorder,
    scrub::LARGEST_BODY,
};

/// So long an answer may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// Headers of a connection, which end here (RFC 9110, 7.6.1), and the lengths, which are written anew.
const HOPS: [HeaderName; 9] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// What a proxy needs.
#[derive(Debug)]
pub struct Proxy {
    hosts: Hosts,
    target: Url,
    client: Client,
    recorder: Arc<Recorder>,
}

impl Proxy {
    /// A proxy in front of a target that may be asked. `client` is set up so far that TLS and time-outs
    /// are as the user wants them; that it follows nothing is settled here.
    ///
    /// # Errors
    ///
    /// Where the client cannot be made.
    pub fn new(
        hosts: Hosts,
        target: Url,
        client: reqwest::ClientBuilder,
        recorder: Arc<Recorder>,
    ) -> reqwest::Result<Self> {
        let client =
            client.redirect(Policy::none()).no_proxy().no_gzip().timeout(PATIENCE).build()?;
        Ok(Self { hosts, target, client, recorder })
    }

    /// Answers what comes in until `until` is over.
    ///
    /// # Errors
    ///
    /// What the network says.
    pub async fn serve(
        self,
        listener: TcpListener,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let router = Router::new().fallback(pass).with_state(Arc::new(self));
        axum::serve(listener, router).with_graceful_shutdown(until).await
    }

    /// The address that a request goes on to.
    fn address(&self, request: &http::request::Parts) -> Result<Url, String> {
        // A client that takes this for a forward proxy names a host of its own.
        if request.uri.authority().is_some() {
            return Err("this is no forward proxy: send the path alone".to_owned());
        }
        let mut url = self.target.clone();
        let base = self.target.path().trim_end_matches('/');
        url.set_path(&format!("{base}{}", request.uri.path()));
        url.set_query(request.uri.query());
        if !url.path().starts_with(base) {
            return Err("the path leads out of the target's".to_owned());
        }
        self.hosts.check_url(&url).map_err(|error| error.to_string())?;
        Ok(url)
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let url = match proxy.address(&parts) {
        Ok(url) => url,
        Err(why) => return refuse(StatusCode::FORBIDDEN, &why),
    };
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "a request of more than 16 MiB");
    };
    let mut headers = passed_on(&parts.headers);
    headers.remove(header::HOST);
    let (at, began) = (now(), Instant::now());
    let asked = proxy.client.request(parts.method.clone(), url).headers(headers);
    let sent = asked.body(body.clone()).send().await;
    let reply = match sent {
        Ok(reply) => read(reply).await,
        Err(error) => Err((StatusCode::BAD_GATEWAY, innermost(&error))),
    };
    let raw = Raw {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: listed(&parts.headers),
        body: body.to_vec(),
        at,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        reply: reply.as_ref().ok().map(|(status, headers, body)| RawReply {
            status: status.as_u16(),
            headers: listed(headers),
            body: body.clone(),
        }),
    };
    let recorder = Arc::clone(&proxy.recorder);
    let kept = tokio::task::spawn_blocking(move || recorder.keep_raw(&raw)).await;
    if let Ok(Err(error)) = kept {
        return refuse(StatusCode::INSUFFICIENT_STORAGE, &error.to_string());
    }
    match reply {
        Ok((status, headers, body)) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = passed_on(&headers);
            response
        }
        Err((status, why)) => refuse(status, &why),
    }
}

#[expect(clippy::disallowed_methods, reason = "when something was said is the machine's time")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// An answer, read to its end.
async fn read(
    mut reply: reqwest::Response,
) -> Result<(StatusCode, HeaderMap, Vec<u8>), (StatusCode, String)> {
    let (status, headers) = (reply.status(), reply.headers().clone());
    let mut body = Vec::new();
    loop {
        match reply.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                let why = "the target's answer is more than 16 MiB".to_owned();
                return Err((StatusCode::BAD_GATEWAY, why));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok((status, headers, body)),
            Err(error) => return Err((StatusCode::BAD_GATEWAY, innermost(&error))),
        }
    }
}

/// Headers without those of the connection, and those that it names.
fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut out = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if !HOPS.contains(name) && !named.iter().any(|hop| hop == name.as_str()) {
            out.append(name.clone(), value.clone());
        }
    }
    out
}

fn listed(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// An answer of the proxy's own, which nobody takes for the vendor's.
fn refuse(status: StatusCode, why: &str) -> Response {
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": "gsp-contract record",
        "status": status.as_u16(),
        "detail": why,
    });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, problem.to_string()).into_response()
}

/// What the network says, without the layers above, and without the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    format!("the target cannot be reached: {cause}")
}
