//! What is asked: a simulator in this process, or one that runs at an address.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use gsp_simulator::{
    Simulator, StartError,
    journal::Bounds,
    pack::contract::{RequestBody, flows::FIRST_CLIENT},
    world::World,
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

use crate::{
    case::{Case, Request, login::Tokens, request::RequestError},
    http,
    mismatch::Mismatch,
    schema::Inside,
    session::Visit,
};

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
    seed: Option<u64>,
    /// Kept, for it ends when it is dropped.
    simulator: Option<Simulator>,
    /// What simulators of their own are made from, for cases that must begin afresh.
    world: Option<Arc<World>>,
    /// Nobody else uses it.
    own: bool,
    /// Its clock was moved since it was asked how it tells the time.
    moved: AtomicBool,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    /// What was sealed in it.
    pub opened: Option<Inside>,
    /// What is wrong with its sealed parts.
    pub wrong: Vec<Mismatch>,
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
    /// What did not fit, for people; empty where all did.
    pub hint: String,
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
        let builder = Simulator::builder().world(Arc::clone(&world)).journal(bounds).now(NOW)?;
        Ok(Self { world: Some(world), ..Self::of(builder.start().await?).await? })
    }

    /// The same, for one case or flow: all that it did comes from that one.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn own(world: Arc<World>) -> Result<Self, TargetError> {
        Ok(Self { own: true, ..Self::embedded(world).await? })
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
        let client = http::client()
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
        let seed = health["seed"].as_u64();
        Ok(Self {
            url,
            client,
            clock,
            seed,
            simulator: None,
            world: None,
            own: false,
            moved: AtomicBool::new(false),
        })
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

    /// The seed of its dice.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Whether nobody else uses it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// What simulators of their own are made from, where this one is in this process.
    #[must_use]
    pub fn world(&self) -> Option<&Arc<World>> {
        self.world.as_ref()
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
        if case.session.is_none() {
            let request = self.request(case).await?;
            return self.send(request).await;
        }
        // Tokens and keys come from the simulator's dice: of the first calls of all they are
        // always the same.
        match self.world() {
            Some(world) => {
                let own = Self::own(Arc::clone(world)).await?;
                Visit::new(&own, &case.id()).ask(case, FIRST_CLIENT).await
            }
            None => Visit::new(self, &case.id()).ask(case, FIRST_CLIENT).await,
        }
    }

    /// The network's certificate in PEM.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn certificate(&self) -> Result<String, TargetError> {
        let url = format!("{}/__sim/gstn/certificate", self.url);
        let reply = self.client.get(url).send().await.map_err(|error| self.lost(&error))?;
        reply.text().await.map_err(|error| self.lost(&error))
    }

    /// The newest one-time password that arrived for a user; `None` where none did.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn otp(&self, user: &str, state: &str) -> Result<Option<String>, TargetError> {
        let desk: Value = self.tell(Method::GET, "otp", None).await?;
        let of_user = |one: &&Value| one["user"] == user && one["state"] == state;
        let newest = desk["otps"].as_array().and_then(|all| all.iter().find(of_user));
        Ok(newest.and_then(|one| one["otp"].as_str()).map(str::to_owned))
    }

    /// Moves its clock.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn set_clock(&self, change: &Value) -> Result<(), TargetError> {
        self.moved.store(true, Ordering::Relaxed);
        self.tell(Method::PUT, "clock", Some(change)).await.map(drop)
    }

    /// Speaks with the admin API; what is no JSON is null.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn tell(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, TargetError> {
        let builder = self.client.request(method, format!("{}/__sim/{path}", self.url));
        let builder = match body {
            Some(body) => builder.json(body),
            None => builder,
        };
        let reply = builder.send().await.map_err(|error| self.lost(&error))?;
        Ok(reply.json().await.unwrap_or_default())
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
        Ok(Answer { status, headers, body, moment_ms, exchange, opened: None, wrong: Vec::new() })
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
        if let Clock::Frozen { at_ms, .. } = self.clock
            && !self.moved.load(Ordering::Relaxed)
        {
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
