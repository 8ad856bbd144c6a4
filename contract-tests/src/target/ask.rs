//! Asking: what is sent for a case, and what is made of the answer.

use std::sync::{Arc, atomic::Ordering};

use gsp_simulator::{
    model::gstin::Gstin,
    pack::contract::{RequestBody, flows::FIRST_CLIENT},
};
use reqwest::Method;
use serde_json::Value;

use super::{Answer, Clock, Exchange, Target, TargetError, hearing, otp, wire};
use crate::{
    case::{Case, Request, login::Tokens, request::RequestError},
    config::OtpFile,
    guard::{Came, Wanted},
    recording::Raw,
    runner::record,
    session::{Visit, gstin_of},
    verdict::Heard,
};

impl Target {
    /// Sends a case's request; reads the answer to its end, and the journal.
    ///
    /// # Errors
    ///
    /// When the request cannot be made or the target does not answer.
    pub async fn ask(&self, case: &Case) -> Result<Answer, TargetError> {
        let case = &self.adapted(case)?;
        if case.session.is_none() {
            let request = self.request(case).await?;
            return self.send(case, request).await;
        }
        // Tokens and keys come from the simulator's dice: of the first calls of all they are
        // always the same.
        match self.world() {
            Some(world) => {
                let own = Self::own(Arc::clone(world))
                    .await?
                    .heard_by(self.ear.clone())
                    .recorded_by(self.recorder.clone());
                Box::pin(Visit::new(&own, &case.id()).ask(case, FIRST_CLIENT)).await
            }
            None => Box::pin(Visit::new(self, &case.id()).ask(case, FIRST_CLIENT)).await,
        }
    }

    /// Ends what was kept open for further cases.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn finish(&self) -> Result<(), TargetError> {
        let Some(live) = &self.live else { return Ok(()) };
        for (like, client) in live.kept_sessions() {
            let mut visit = Visit::new(self, &like.id());
            visit.adopt(FIRST_CLIENT, client);
            visit.log_out_all(&like).await?;
        }
        Ok(())
    }

    /// A case as this target is asked it.
    ///
    /// # Errors
    ///
    /// What has no stand-in there.
    pub fn adapted(&self, case: &Case) -> Result<Case, TargetError> {
        match &self.live {
            None => Ok(case.clone()),
            Some(live) => Ok(live.adapt(case).map_err(RequestError::Session)?),
        }
    }

    /// The network's certificate in PEM, for a kind of session of a vendor.
    ///
    /// # Errors
    ///
    /// When the target does not answer, or has none.
    pub async fn certificate(&self, vendor: &str, kind: &str) -> Result<String, TargetError> {
        if let Some(live) = &self.live {
            let own = live.session(vendor, kind).and_then(|session| session.certificate.clone());
            let lacking = || format!("there is no certificate for sessions `{kind}`");
            return Ok(own.ok_or_else(|| RequestError::Session(lacking()))?);
        }
        let url = format!("{}/__sim/gstn/certificate", self.url);
        let reply = self.client.get(url).send().await.map_err(|error| self.lost(&error))?;
        reply.text().await.map_err(|error| self.lost(&error))
    }

    /// The newest one-time password that arrived for a user; `None` where none did.
    ///
    /// # Errors
    ///
    /// When the target does not answer, or what should tell the password fails.
    pub async fn otp(
        &self,
        vendor: &str,
        kind: &str,
        user: &str,
        state: &str,
    ) -> Result<Option<String>, TargetError> {
        if let Some(live) = &self.live {
            let way: Option<&OtpFile> =
                live.session(vendor, kind).and_then(|session| session.otp.as_ref());
            let Some(way) = way else { return Ok(None) };
            let otp = otp::ask(way, user, state).await.map_err(RequestError::Session)?;
            self.secrets.add(&otp);
            return Ok(Some(otp));
        }
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
        let side = self.live.as_deref();
        let mut tokens = Tokens::new();
        for (login, before) in case.logins() {
            let before = self.adapted(&before)?;
            let answer = self.send(&before, before.request(now_ms, &tokens, side)?).await?;
            let token = login.token(&answer.body).map_err(RequestError::NoToken)?;
            self.secrets.add(&token);
            tokens.insert(login.session.clone(), token);
        }
        Ok(case.request(now_ms, &tokens, side)?)
    }

    /// Sends a request of a case; reads the answer to its end, and the journal.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn send(&self, case: &Case, request: Request) -> Result<Answer, TargetError> {
        let base = match &self.live {
            None => format!("{}/{}", self.url, case.vendor),
            Some(live) => {
                let vendor = live.vendor(&case.vendor);
                vendor.map(|vendor| vendor.url.clone()).unwrap_or_default()
            }
        };
        let permit = match &self.guard {
            Some(guard) => {
                let (id, gstins) = (case.id(), gstins_of(case));
                Some(guard.admit(&wanted(case, &id, &gstins)).await?)
            }
            None => None,
        };
        let (came, heard) = wire::send(&self.client, &base, &request).await;
        let body = came.as_ref().ok().map(|came| came.body.as_slice());
        self.record(case, &base, &heard, &request.body, body)?;
        self.hear(case, heard);
        let answer = match came {
            Ok(came) => Ok(self.answer(came).await?),
            Err(error) => Err(error),
        };
        match (permit, &answer) {
            (None, _) => {}
            (Some(permit), Ok(answer)) => {
                let body = serde_json::from_slice(&answer.body).ok();
                let code = body.as_ref().and_then(|body| case.code_in(body));
                permit.settle(&Came::of(answer).saying(code.as_deref())).await;
            }
            // No connection came about: the vendor knows nothing of it.
            (Some(permit), Err(TargetError::OutOfReach { .. })) => permit.unsent().await,
            (Some(permit), Err(_)) => permit.settle(&Came::default()).await,
        }
        answer
    }

    /// An answer, with what the journal has of it.
    async fn answer(&self, came: wire::Came) -> Result<Answer, TargetError> {
        let wire::Came { status, headers, body } = came;
        let header = |wanted: &str| {
            headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let moment_ms = header("date")
            .and_then(|text| jiff::fmt::rfc2822::parse(text).ok())
            .map(|moment| moment.timestamp().as_millisecond())
            .unwrap_or_default();
        let exchange = match header("x-sim-exchange").filter(|_| self.live.is_none()) {
            Some(id) => self.exchange(id).await?,
            None => None,
        };
        Ok(Answer { status, headers, body, moment_ms, exchange, opened: None, wrong: Vec::new() })
    }

    /// Keeps an exchange in the recording, where it is of its vendor.
    fn record(
        &self,
        case: &Case,
        base: &str,
        heard: &Heard,
        sent: &RequestBody,
        came: Option<&[u8]>,
    ) -> Result<(), TargetError> {
        match self.recorder.as_ref().filter(|recorder| recorder.vendor() == case.vendor) {
            Some(recorder) => Ok(recorder.keep_raw(&Raw::of(heard, base).carrying(sent, came))?),
            None => Ok(()),
        }
    }

    /// Writes an exchange down, without what must not be told.
    fn hear(&self, case: &Case, heard: Heard) {
        if self.ear.is_none() && !hearing::listens() {
            return;
        }
        if let (Some(session), Some(reply)) = (&case.session, &heard.reply)
            && let Ok(body) = serde_json::from_str::<Value>(&reply.body)
        {
            let way = &session.way.handshake;
            let given = [way.token.as_str(), way.session_key.as_str()].into_iter();
            wire::texts_at(&body, given).for_each(|text| self.secrets.add(text));
        }
        let heard = wire::blanked(heard, &case.secret_names(), &self.secrets);
        hearing::note(&heard);
        if let Some(ear) = &self.ear
            && let Ok(mut all) = ear.lock()
        {
            all.push(heard);
        }
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
        if self.live.is_some() {
            return Ok(record::now().as_millisecond());
        }
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
        wire::lost(&self.url, error)
    }
}

fn wanted<'a>(case: &'a Case, id: &'a str, gstins: &'a [String]) -> Wanted<'a> {
    Wanted {
        vendor: &case.vendor,
        endpoint: &case.endpoint,
        case: id,
        gstins,
        promised: Some(case.status),
    }
}

/// The GSTINs that a request asks about.
fn gstins_of(case: &Case) -> Vec<String> {
    let mut found: Vec<String> = gstin_of(case).into_iter().collect();
    for text in case.asked.texts() {
        if text.parse::<Gstin>().is_ok() && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}
