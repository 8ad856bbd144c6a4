//! The embedded simulator, asked about many: in this process and without a socket where a request
//! needs nothing before it.

use std::sync::Arc;

use gsp_simulator::{
    exchange,
    journal::Bounds,
    memory::clock::Clock,
    model::call::Call,
    pack::contract::{RequestBody, flows::FIRST_CLIENT},
    tenant::Tenant,
    world::World,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::{
    case::{Case, EDGES, Request, login::Tokens},
    session::Visit,
    target::{Answer, Exchange, NOW, Target, TargetError},
};

/// Where the packs are played.
#[derive(Debug)]
pub(super) struct Stage {
    world: Arc<World>,
    tenant: Tenant,
    now_ms: i64,
    target: OnceCell<Target>,
}

impl Stage {
    pub(super) fn of(world: &Arc<World>) -> Self {
        let now_ms = NOW.parse::<Timestamp>().map(Timestamp::as_millisecond).unwrap_or_default();
        let bounds = Bounds { exchanges: 1, bytes: 0 };
        let tenant = Tenant::new("drift", Clock::Frozen(now_ms), bounds);
        Self { world: Arc::clone(world), tenant, now_ms, target: OnceCell::new() }
    }

    /// What the simulator says to a case.
    pub(super) async fn ask(&self, case: &Case) -> Result<Answer, TargetError> {
        if let Some(answer) = self.play(case) {
            return Ok(answer);
        }
        let start = || Target::own(Arc::clone(&self.world));
        let target = Box::pin(self.target.get_or_try_init(start)).await?;
        if case.session.is_none() {
            return Box::pin(target.ask(case)).await;
        }
        // A user of its own for each taxpayer, so that no session is in the way of another.
        let whose = super::population::subject(case).unwrap_or_default();
        let mut visit = Visit::new(target, &format!("{} {whose}", case.id()));
        Box::pin(visit.ask(case, FIRST_CLIENT)).await
    }

    /// What comes without a socket; none where the request needs one, or something before it.
    fn play(&self, case: &Case) -> Option<Answer> {
        let plain = case.session.is_none() && case.endpoint != EDGES && case.logins().is_empty();
        if !plain {
            return None;
        }
        let call = self.call(case.request(self.now_ms, &Tokens::new(), None).ok()?)?;
        let played = exchange::play(&self.world, &self.tenant, &case.pack, call).ok()?;
        let delivery = played.delivery;
        if delivery.stream.is_some() || delivery.wire.is_some() {
            return None;
        }
        let reply = delivery.reply;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Some(Answer {
            status: reply.status.as_u16(),
            headers: reply
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: reply.body.to_vec(),
            moment_ms: self.now_ms,
            exchange: Some(Exchange {
                vendor: case.vendor.clone(),
                outcome: played.outcome.to_string(),
                code: played.code,
                hint: played.hint.unwrap_or_default(),
            }),
            opened: None,
            wrong: Vec::new(),
        })
    }

    fn call(&self, request: Request) -> Option<Call> {
        let mut headers = HeaderMap::new();
        let (content_type, body) = match &request.body {
            RequestBody::None => (None, Vec::new()),
            RequestBody::Json(json) => (Some("application/json"), serde_json::to_vec(json).ok()?),
            RequestBody::Form(pairs) => {
                let pairs: Vec<_> = pairs.iter().collect();
                (Some("application/x-www-form-urlencoded"), encoded(&pairs)?.into_bytes())
            }
            RequestBody::Text(text) => (None, text.clone().into_bytes()),
            RequestBody::Multipart(_) => return None,
        };
        if let Some(content_type) = content_type {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name.as_str()).ok()?;
            headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
        let query = if request.query.is_empty() { None } else { Some(encoded(&request.query)?) };
        Some(Call {
            number: 1,
            at_ms: self.now_ms,
            method: Method::from_bytes(request.method.as_bytes()).ok()?,
            path: request.path,
            query,
            headers,
            body: body.into(),
            ended: None,
        })
    }
}

/// Pairs as a form has them.
fn encoded<'a, K, V>(pairs: impl IntoIterator<Item = &'a (K, V)>) -> Option<String>
where
    K: AsRef<str> + 'a,
    V: AsRef<str> + 'a,
{
    let url = reqwest::Url::parse_with_params("http://localhost/", pairs).ok()?;
    url.query().map(str::to_owned)
}
