//! What is asked: a simulator in this process, or one that runs at an address.

use std::{sync::Arc, time::Duration};

use gsp_simulator::{
    Simulator, StartError, journal::Bounds, pack::contract::RequestBody, world::World,
};
use jiff::Timestamp;
use reqwest::{
    Client, Method, RequestBuilder,
    header::{HeaderMap, HeaderName, HeaderValue},
    multipart::Form,
    redirect::Policy,
};
use serde_json::Value;
use thiserror::Error;

use crate::case::{Case, Request, login::Tokens, request::RequestError};

/// When it is in the embedded simulator.
pub const NOW: &str = "2026-11-21T10:00:00+05:30";

/// No answer takes longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A simulator that cases are tried on.
#[derive(Debug)]
pub struct Target {
    url: String,
    client: Client,
    clock: Clock,
    /// Kept, for it ends when it is dropped.
    simulator: Option<Simulator>,
}

/// How the target tells the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// It stands still at this time, in epoch milliseconds, and rolls with this seed.
    Frozen { at_ms: i64, seed: u64 },
    /// It goes on.
    Runs,
}

/// How closely an answer can be held against a reviewed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// The target's clock and seed are those of the snapshots: every value.
    Values,
    /// Keys and their order, types, the form of dates and numbers in texts.
    Form,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers as they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it was sent, by its own `date`, in epoch milliseconds.
    pub moment_ms: i64,
    /// What the target's journal has of it.
    pub exchange: Option<Exchange>,
}

/// What a journal has of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Exchange {
    /// The vendor; empty where none took the call.
    pub vendor: String,
    /// Our name for the answer.
    pub outcome: String,
    /// The vendor's; empty where it has none.
    pub code: String,
}

/// Why a target cannot be asked.
#[derive(Debug, Error)]
pub enum TargetError {
    /// It does not answer.
    #[error("nothing answers at {url}: {why}")]
    OutOfReach {
        /// The address.
        url: String,
        /// What the network says.
        why: String,
    },
    /// Something answers, but no simulator.
    #[error("what answers at {url} is no simulator")]
    NoSimulator {
        /// The address.
        url: String,
    },
    /// The embedded one does not start.
    #[error("the embedded simulator does not start")]
    Start(#[from] StartError),
    /// The request cannot be made.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl TargetError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OutOfReach { .. } => {
                Some("start one with `gspsim serve`, or take `--target embedded`".to_owned())
            }
            Self::NoSimulator { .. } => {
                Some("give the address that `gspsim serve` prints, without a path".to_owned())
            }
            Self::Start(error) => error.hint(),
            Self::Request(_) => None,
        }
    }
}

impl Target {
    /// A simulator in this process: a free port, seed 1, a clock that stands still at [`NOW`].
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn embedded(world: Arc<World>) -> Result<Self, TargetError> {
        let bounds = Bounds { exchanges: 10_000, bytes: 256 * 1024 * 1024 };
        let builder = Simulator::builder().world(world).journal(bounds).now(NOW)?;
        Self::of(builder.start().await?).await
    }

    /// A simulator of one's own.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn of(simulator: Simulator) -> Result<Self, TargetError> {
        let target = Self::at(simulator.url()).await?;
        Ok(Self { simulator: Some(simulator), ..target })
    }

    /// The simulator at an address.
    ///
    /// # Errors
    ///
    /// When nothing answers there, or what answers is no simulator.
    pub async fn at(url: &str) -> Result<Self, TargetError> {
        let url = url.trim_end_matches('/').to_owned();
        let out_of_reach = |error: &reqwest::Error| TargetError::OutOfReach {
            url: url.clone(),
            why: innermost(error),
        };
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| out_of_reach(&error))?;
        let health = client.get(format!("{url}/__sim/health")).send().await;
        let health = health.map_err(|error| out_of_reach(&error))?;
        let health: Value = health.json().await.unwrap_or_default();
        if health["status"] != "ok" || health["vendors"].is_null() {
            return Err(TargetError::NoSimulator { url });
        }
        let at = health["clock"]["now"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        let clock = match (at, health["clock"]["frozen"].as_bool(), health["seed"].as_u64()) {
            (Some(at), Some(true), Some(seed)) => {
                Clock::Frozen { at_ms: at.as_millisecond(), seed }
            }
            _ => Clock::Runs,
        };
        Ok(Self { url, client, clock, simulator: None })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The simulator, where it is in this process.
    #[must_use]
    pub fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// How closely its answers can be held against the reviewed ones.
    #[must_use]
    pub fn strictness(&self) -> Strictness {
        let reviewed = NOW.parse::<Timestamp>().map(Timestamp::as_millisecond);
        match self.clock {
            Clock::Frozen { at_ms, seed: 1 } if reviewed.is_ok_and(|at| at == at_ms) => {
                Strictness::Values
            }
            _ => Strictness::Form,
        }
    }

    /// Sends a case's request; reads the answer to its end, and the journal.
    ///
    /// # Errors
    ///
    /// When the request cannot be made or the target does not answer.
    pub async fn ask(&self, case: &Case) -> Result<Answer, TargetError> {
        let request = self.request(case).await?;
        self.send(request).await
    }

    /// What is sent for a case now; logs in first where that is needed.
    ///
    /// # Errors
    ///
    /// When the request cannot be made or the target does not answer.
    pub async fn request(&self, case: &Case) -> Result<Request, TargetError> {
        let now_ms = self.now_ms().await?;
        let mut tokens = Tokens::new();
        for (login, before) in case.logins() {
            let answer = self.send(before.request(now_ms, &tokens)?).await?;
            let token = login.token(&answer.body).map_err(RequestError::NoToken)?;
            tokens.insert(login.session.clone(), token);
        }
        Ok(case.request(now_ms, &tokens)?)
    }

    /// Sends a request; reads the answer to its end, and the journal.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn send(&self, request: Request) -> Result<Answer, TargetError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name.as_str());
            let value = HeaderValue::from_bytes(value.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.insert(name, value);
            }
        }
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let builder = self.client.request(method, format!("{}{}", self.url, request.path));
        let builder =
            if request.query.is_empty() { builder } else { builder.query(&request.query) };
        let builder = carry(builder, request.body).headers(headers);
        let reply = builder.send().await.map_err(|error| self.lost(&error))?;
        let status = reply.status().as_u16();
        let headers: Vec<_> = reply
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = reply.bytes().await.map_err(|error| self.lost(&error))?.to_vec();
        let header = |wanted: &str| {
            headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let moment_ms = header("date")
            .and_then(|text| jiff::fmt::rfc2822::parse(text).ok())
            .map(|moment| moment.timestamp().as_millisecond())
            .unwrap_or_default();
        let exchange = match header("x-sim-exchange") {
            Some(id) => self.exchange(id).await?,
            None => None,
        };
        Ok(Answer { status, headers, body, moment_ms, exchange })
    }

    async fn exchange(&self, id: &str) -> Result<Option<Exchange>, TargetError> {
        let url = format!("{}/__sim/journal/{id}", self.url);
        let reply = self.client.get(url).send().await.map_err(|error| self.lost(&error))?;
        if !reply.status().is_success() {
            return Ok(None);
        }
        Ok(reply.json().await.ok())
    }

    /// What time it is there, in epoch milliseconds.
    async fn now_ms(&self) -> Result<i64, TargetError> {
        if let Clock::Frozen { at_ms, .. } = self.clock {
            return Ok(at_ms);
        }
        let url = format!("{}/__sim/health", self.url);
        let reply = self.client.get(url).send().await.map_err(|error| self.lost(&error))?;
        let date = reply.headers().get("date").and_then(|value| value.to_str().ok());
        let moment = date.and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
        Ok(moment.map(|moment| moment.timestamp().as_millisecond()).unwrap_or_default())
    }

    fn lost(&self, error: &reqwest::Error) -> TargetError {
        TargetError::OutOfReach { url: self.url.clone(), why: innermost(error) }
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

/// What the network says, without the layers above.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
