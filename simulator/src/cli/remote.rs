//! A running simulator, talked to over HTTP: a small client for the commands that need one.

use std::time::Duration;

use bytes::Bytes;
use gsp_simulator::{tell::DEFAULT_URL, tenants::TENANT_HEADER};
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, runtime::Runtime, time::timeout};

use super::{Exit, Failure, global::Session};

/// So long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// And so long an answer's head.
const ANSWER: Duration = Duration::from_secs(30);

/// Which simulator is meant.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// Its address; where it listens by `gspsim.toml` unless said otherwise
    #[arg(long, value_name = "URL", env = "GSPSIM_URL", hide_env = true)]
    url: Option<String>,
    /// Its admin token, where it wants one
    #[arg(long, value_name = "TOKEN", env = "GSPSIM_ADMIN_TOKEN", hide_env = true)]
    admin_token: Option<String>,
    /// The tenant; the one that is always there unless said otherwise
    #[arg(long, value_name = "NAME", env = "GSPSIM_TENANT", hide_env = true)]
    tenant: Option<String>,
}

/// A running simulator.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// Its address as it was given.
    pub(crate) url: String,
    host: String,
    port: u16,
    /// What stands before our addresses.
    path: String,
    admin_token: Option<String>,
    tenant: Option<String>,
}

/// Why nothing was answered; another try may fare better.
#[derive(Debug)]
pub(crate) struct Unreachable(String);

impl Remote {
    /// The simulator that is meant.
    pub(crate) fn new(session: &Session, target: &Target) -> Result<Self, Failure> {
        let file = session.file.as_ref().map(|(_, file)| file);
        let url = target.url.clone().unwrap_or_else(|| {
            let listen = file.and_then(|file| file.listen.as_deref()?.parse().ok());
            let port = file.and_then(|file| file.port);
            own_url(listen, port)
        });
        let wrong = |what: &str| {
            Failure::new(format!("`{url}` {what}")).hint(format!("write it as {DEFAULT_URL}"))
        };
        let read: Uri = url.parse().map_err(|_| wrong("is no address"))?;
        if read.scheme_str() != Some("http") {
            return Err(wrong(
                "does not begin with `http://`; this command speaks plain HTTP only",
            ));
        }
        let host = read.host().ok_or_else(|| wrong("names no host"))?;
        let file_token = file.and_then(|file| file.admin_token.clone());
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: read.port_u16().unwrap_or(80),
            path: read.path().trim_end_matches('/').to_owned(),
            admin_token: target.admin_token.clone().or(file_token),
            tenant: target.tenant.clone(),
            url,
        })
    }

    /// Asks, and gives what is answered once its head is there.
    pub(crate) async fn ask(
        &self,
        request: http::request::Builder,
        target: &str,
        body: Option<String>,
    ) -> Result<Response<Incoming>, Unreachable> {
        let gone = |what: String| Unreachable(format!("{}: {what}", self.url));
        let connect = timeout(CONNECT, TcpStream::connect((self.host.as_str(), self.port))).await;
        let stream = match connect {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(gone(error.to_string())),
            Err(_) => return Err(gone(format!("no connection within {} s", CONNECT.as_secs()))),
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| gone(error.to_string()))?;
        tokio::spawn(connection);
        let request = self.head(request, target, body).map_err(|error| gone(error.to_string()))?;
        match timeout(ANSWER, sender.send_request(request)).await {
            Ok(answered) => answered.map_err(|error| gone(error.to_string())),
            Err(_) => Err(gone(format!("no answer within {} s", ANSWER.as_secs()))),
        }
    }

    fn head(
        &self,
        mut request: http::request::Builder,
        target: &str,
        body: Option<String>,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        request = request
            .uri(format!("{}{target}", self.path))
            .header(header::HOST, format!("{host}:{}", self.port));
        if let Some(token) = &self.admin_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(tenant) = &self.tenant {
            request = request.header(TENANT_HEADER, tenant);
        }
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            request = request.header(header::CONTENT_TYPE, json);
        }
        request.body(Full::new(Bytes::from(body.unwrap_or_default())))
    }
}

fn own_url(listen: Option<std::net::SocketAddr>, port: Option<u16>) -> String {
    let Some(listen) = listen else {
        return port.map_or(DEFAULT_URL.to_owned(), |port| format!("http://127.0.0.1:{port}"));
    };
    let mut address = listen;
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    address.set_port(port.unwrap_or(address.port()));
    format!("http://{address}")
}

/// All of an answer's body, as text.
pub(crate) async fn text(response: Response<Incoming>) -> Result<String, Unreachable> {
    let whole = timeout(ANSWER, response.into_body().collect()).await;
    let bytes = match whole {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) => return Err(Unreachable(error.to_string())),
        Err(_) => return Err(Unreachable("the answer does not end".to_owned())),
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A problem that the simulator told.
pub(crate) fn problem(status: StatusCode, text: &str) -> Failure {
    let read: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |key: &str| read[key].as_str().map(str::to_owned);
    let Some(detail) = word("detail") else {
        return Failure::new(format!("the simulator answered {status}"))
            .hint("does a gspsim listen there? `curl URL/__sim/version` tells");
    };
    let detail = match word("field") {
        Some(field) if !detail.contains(&field) => format!("`{field}`: {detail}"),
        _ => detail,
    };
    let failure = Failure::new(detail);
    match word("hint") {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

impl From<Unreachable> for Failure {
    fn from(Unreachable(what): Unreachable) -> Self {
        let mut failure = Self::new(format!("no simulator can be reached at {what}"))
            .hint("`gspsim serve` starts one; `--url` says where it is");
        failure.exit = Exit::OutOfReach;
        failure
    }
}

/// Where a command waits for the network.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))
}
