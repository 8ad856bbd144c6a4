//! Visits: a case played as a client plays it who first has to come to a session.
//!
//! The client takes the network's certificate, asks for an OTP, opens a session and sends the case's
//! request under it. What the request leaves out and its endpoint's step needs is added here.

use std::{collections::BTreeMap, sync::Arc};

use gsp_simulator::gstn::Key;
use gsp_simulator::pack::{
    Endpoint, Pack,
    contract::{
        self, Handshake, RequestBody, SessionOf,
        holes::{self, Hole},
    },
    file::StepFile,
};
use serde_json::Value;

use crate::{
    case::{Case, Request, request::RequestError},
    client::{Client, certificate, crypto},
    target::{Answer, Target, TargetError},
};

/// A way to sessions of one kind: the requests that make it.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where answers have token, key and sealed parts.
    pub handshake: Handshake,
    /// Index of the kind in the pack.
    pub kind: usize,
    /// Step → its request.
    pub steps: Vec<(StepFile, contract::Case)>,
}

/// What must have happened before a case's request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// An OTP was asked for.
    Otp,
    /// A session was opened.
    Session,
}

/// A case's session.
#[derive(Clone, Debug)]
pub struct CaseSession {
    /// The way to it.
    pub way: Arc<Way>,
    /// How far the client goes before.
    pub before: Before,
}

impl CaseSession {
    /// What a request needs; `None` where it has nothing to do with sessions.
    #[must_use]
    pub fn of(
        pack: &Pack,
        endpoint: &Endpoint,
        asked: &contract::Case,
        ways: &[Arc<Way>],
    ) -> Option<Self> {
        let own = endpoint.consent.as_ref();
        let by_name = |kind: &String| ways.iter().find(|way| way.handshake.kind == *kind);
        let way = match &asked.session {
            SessionOf::Kind(kind) => by_name(kind)?,
            _ => by_name(&pack.consents.get(own?.kind)?.name)?,
        };
        let before = match (&asked.session, own.map(|own| own.step)) {
            (SessionOf::Nobody, _) | (_, Some(StepFile::RequestOtp)) => Before::Nothing,
            (_, Some(StepFile::Open)) => Before::Otp,
            _ => Before::Session,
        };
        Some(Self { way: Arc::clone(way), before })
    }
}

impl Way {
    /// Where answers have sealed texts.
    #[must_use]
    pub fn sealed_pointers(&self) -> Vec<String> {
        let Handshake { data, response_key, hmac, .. } = &self.handshake;
        vec![data.clone(), response_key.clone(), hmac.clone()]
    }

    /// Where answers have what a network's dice make: sealed texts, tokens, keys.
    #[must_use]
    pub fn rolled_pointers(&self) -> Vec<String> {
        let Handshake { token, session_key, .. } = &self.handshake;
        let mut pointers = self.sealed_pointers();
        pointers.extend([token.clone(), session_key.clone()]);
        pointers
    }
}

/// A run of requests at a target, by one client or more.
#[derive(Debug)]
pub struct Visit<'target> {
    target: &'target Target,
    clients: BTreeMap<String, Client>,
    /// Makes the users of this visit its own.
    id: String,
    /// What was kept of answers.
    pub kept: BTreeMap<String, Value>,
}

/// What tells sessions that are kept from each other, and a case to end one by.
#[derive(Clone, Debug)]
pub struct SessionKey {
    /// Vendor, kind, user, state, GSTIN.
    pub(crate) whole: [String; 5],
    /// Who asks.
    pub(crate) like: Case,
}

/// Whom a client is for.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The user; left out, one of the visit's own.
    pub user: Option<String>,
    /// The state code; left out, the GSTIN's.
    pub state: Option<String>,
    /// The GSTIN, where a request tells it.
    pub gstin: Option<String>,
}

impl<'target> Visit<'target> {
    /// A visit; `id` is what sets it apart from others at the same target.
    #[must_use]
    pub fn new(target: &'target Target, id: &str) -> Self {
        Self { target, clients: BTreeMap::new(), id: id.to_owned(), kept: BTreeMap::new() }
    }

    /// Plays a case: what comes before it, then its request; what is open is closed at last where
    /// others use the target too.
    ///
    /// # Errors
    ///
    /// When no session can be had, the request cannot be made or the target does not answer.
    pub async fn ask(&mut self, case: &Case, client: &str) -> Result<Answer, TargetError> {
        let mut kept = None;
        if let Some(session) = &case.session {
            let way = Arc::clone(&session.way);
            self.introduce(client, &case.vendor, &way, &Identity::of(case)).await?;
            let asked_for = case.wish.is_some() && case.code.is_some();
            if session.before != Before::Nothing && !asked_for {
                kept = self.kept_session(case, &way, client);
                if !self.take_up(kept.as_ref(), client) {
                    self.log_in(case, &way, session.before, client).await?;
                }
            }
        }
        let answer = self.send(case, client, None).await?;
        match (kept, self.target.live()) {
            // The next case goes on with it, unless something was wrong with it here.
            (Some(key), Some(live)) if answer.status == case.status => {
                if let Some(own) = self.clients.remove(client) {
                    live.keep_session(key, own);
                }
            }
            _ if self.target.is_own() => {}
            _ => self.log_out(case, client).await?,
        }
        Ok(answer)
    }

    /// By what a session is kept for the next case: a live side's one-time passwords are dear.
    /// `None` where the case needs one of its own.
    fn kept_session(&self, case: &Case, way: &Way, client: &str) -> Option<SessionKey> {
        self.target.live()?;
        let (_, endpoint) = case.pack.endpoint(&case.asked.endpoint)?;
        let step = endpoint.consent.as_ref().map(|own| own.step);
        let client = self.clients.get(client).filter(|_| step == Some(StepFile::Use))?;
        let Client { user, state, gstin, .. } = client;
        let whole = [&case.vendor, &way.handshake.kind, user, state, gstin];
        Some(SessionKey { whole: whole.map(String::clone), like: case.clone() })
    }

    /// Goes on with a session that an earlier case has left.
    fn take_up(&mut self, key: Option<&SessionKey>, client: &str) -> bool {
        let kept = key.and_then(|key| self.target.live()?.kept_session(key));
        let Some(kept) = kept else { return false };
        self.clients.insert(client.to_owned(), kept);
        true
    }

    /// Ends all sessions of this visit.
    ///
    /// # Errors
    ///
    /// When the target does not answer.
    pub async fn log_out_all(&mut self, like: &Case) -> Result<(), TargetError> {
        let names: Vec<_> = self.clients.keys().cloned().collect();
        for client in names {
            self.log_out(like, &client).await?;
        }
        Ok(())
    }

    /// Takes over a session that was kept, to end it.
    pub(crate) fn adopt(&mut self, name: &str, client: Client) {
        self.clients.insert(name.to_owned(), client);
    }

    /// Makes a client where there is none of that name yet.
    ///
    /// # Errors
    ///
    /// When the network's certificate cannot be had.
    pub async fn introduce(
        &mut self,
        name: &str,
        vendor: &str,
        way: &Way,
        identity: &Identity,
    ) -> Result<(), TargetError> {
        if self.clients.contains_key(name) {
            return Ok(());
        }
        let kind = &way.handshake.kind;
        let network = self.network(vendor, kind).await?;
        let mut client = Client::new(name, self.target.salt().as_ref(), network);
        let Identity { user, state, gstin } = self.target.identity(vendor, kind, identity);
        let tag = &crypto::hex(&crypto::sha256(self.id.as_bytes()))[..8];
        client.user = user.unwrap_or_else(|| format!("{}_{tag}", way.handshake.user));
        let of_gstin = || gstin.as_ref().and_then(|gstin| gstin.get(..2)).map(str::to_owned);
        client.state = state.or_else(of_gstin).unwrap_or_else(|| way.handshake.state.clone());
        client.gstin = gstin.unwrap_or_default();
        self.clients.insert(name.to_owned(), client);
        Ok(())
    }

    async fn network(&self, vendor: &str, kind: &str) -> Result<rsa::RsaPublicKey, TargetError> {
        let pem = self.target.certificate(vendor, kind).await?;
        certificate::public_key(&pem).map_err(|why| {
            RequestError::Session(format!("the network's certificate cannot be read: {why}")).into()
        })
    }

    /// Takes the network's certificate anew.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    pub async fn trust(
        &mut self,
        client: &str,
        vendor: &str,
        kind: &str,
    ) -> Result<(), TargetError> {
        let network = self.network(vendor, kind).await?;
        if let Some(client) = self.clients.get_mut(client) {
            client.trust(network);
        }
        Ok(())
    }

    /// Asks for an OTP, and opens a session where that is wanted; `like` says by whom.
    ///
    /// # Errors
    ///
    /// When the target refuses, or the way has no request for a step.
    pub async fn log_in(
        &mut self,
        like: &Case,
        way: &Arc<Way>,
        before: Before,
        client: &str,
    ) -> Result<Vec<(Case, Answer)>, TargetError> {
        let mut sent = Vec::new();
        let steps: &[StepFile] = match before {
            Before::Nothing => &[],
            Before::Otp => &[StepFile::RequestOtp],
            Before::Session => &[StepFile::RequestOtp, StepFile::Open],
        };
        for step in steps {
            let mut case = like.on_the_way(way, *step).ok_or_else(|| {
                let kind = &way.handshake.kind;
                RequestError::Session(format!(
                    "no request in `contract/requests.toml` takes the step `{}` of `{kind}`",
                    word(*step)
                ))
            })?;
            let told = case.clone();
            // Whatever the request says when it stands by itself, this is who logs in.
            let endpoint = case.pack.endpoint(&case.endpoint).map(|(_, endpoint)| endpoint);
            if let Some((endpoint, own)) =
                endpoint.and_then(|one| Some((one, one.consent.as_ref()?)))
            {
                for (field, word) in [(own.user, "user"), (own.state, "state")] {
                    if let Some(field) = endpoint.fields.get(field) {
                        case.asked.set_hole(field, word);
                    }
                }
            }
            let answer = self.send(&case, client, None).await?;
            let refused = match &answer.exchange {
                Some(exchange) => exchange.outcome != case.outcome,
                None => answer.status != case.status,
            };
            if refused {
                let outcome = answer.exchange.as_ref().map(|one| format!("`{}`, ", one.outcome));
                return Err(RequestError::Session(format!(
                    "`{}` was answered with {}HTTP {}: {}",
                    case.id(),
                    outcome.unwrap_or_default(),
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                ))
                .into());
            }
            sent.push((told, answer));
        }
        let open = self.clients.get(client).is_some_and(|client| client.session.is_some());
        if before == Before::Session && !open {
            let pointer = &way.handshake.token;
            // What it says may be a token in another place: only its code is told.
            let said = sent.last().and_then(|(case, answer)| {
                let body = serde_json::from_slice(&answer.body).ok()?;
                Some(format!(", and says `{}`", case.code_in(&body)?))
            });
            return Err(RequestError::Session(format!(
                "the login gave no token at `{pointer}`{}",
                said.unwrap_or_default()
            ))
            .into());
        }
        Ok(sent)
    }

    /// Ends the client's session where it has one and the way has a request for that.
    async fn log_out(&mut self, like: &Case, client: &str) -> Result<(), TargetError> {
        let open = self.clients.get(client).is_some_and(|client| client.session.is_some());
        let way = like.session.as_ref().map(|session| Arc::clone(&session.way));
        let case = way.and_then(|way| like.on_the_way(&way, StepFile::Close));
        if let Some(case) = case.filter(|_| open) {
            self.send(&case, client, None).await?;
        }
        Ok(())
    }

    /// Sends a case's request as this client; opens what the answer seals and keeps what it gives.
    ///
    /// # Errors
    ///
    /// When the request cannot be made or the target does not answer.
    pub async fn send(
        &mut self,
        case: &Case,
        client: &str,
        target: Option<&str>,
    ) -> Result<Answer, TargetError> {
        let case = &self.target.adapted(case)?;
        let endpoint = case.pack.endpoint(&case.asked.endpoint).map(|(_, endpoint)| endpoint);
        let mut asked = case.asked.clone();
        if let (Some(endpoint), Some(_)) = (endpoint, &case.session) {
            asked.bring_session(endpoint);
        }
        if let Some(client) = self.clients.get_mut(client) {
            let has = |word: &str| asked.texts().iter().any(|text| text.contains(word));
            client.begin(has("consent.app_key_other"));
            if has("consent.otp") {
                let kind = case.session.as_ref().map_or("", |session| &session.way.handshake.kind);
                let (user, state) = (&client.user, &client.state);
                client.otp = self.target.otp(&case.vendor, kind, user, state).await?;
            }
        }
        let lenient = case.wish.is_some();
        self.fill(&mut asked, client, lenient)?;
        let filled = Case { asked, adapted: true, ..case.clone() };
        let mut request = self.target.request(&filled).await?;
        if let Some(target) = target {
            request.path = self.fill_text(target, client)?;
            request.query.clear();
        }
        if let (Some(recorder), Some(client)) = (self.target.recorder(), self.clients.get(client)) {
            client.keys().for_each(|key| recorder.add_key(Key(key)));
        }
        let mut answer = self.target.send(case, request).await?;
        if let Some(session) = &case.session {
            self.read(&mut answer, case, endpoint, session, client);
        }
        Ok(answer)
    }

    /// What a request of a case is now, for who sends it by other means.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub async fn request(&mut self, case: &Case, client: &str) -> Result<Request, TargetError> {
        let mut asked = case.asked.clone();
        self.fill(&mut asked, client, case.wish.is_some())?;
        self.target.request(&Case { asked, ..case.clone() }).await
    }

    fn read(
        &mut self,
        answer: &mut Answer,
        case: &Case,
        endpoint: Option<&Endpoint>,
        session: &CaseSession,
        client: &str,
    ) {
        let Some(client) = self.clients.get_mut(client) else { return };
        let Ok(json) = serde_json::from_slice::<Value>(&answer.body) else { return };
        let way = &session.way.handshake;
        let step = endpoint.and_then(|endpoint| endpoint.consent.as_ref()).map(|own| own.step);
        match step {
            // What is asked for by name opens nothing.
            _ if case.wish.is_some() && case.code.is_some() => {}
            Some(StepFile::Open | StepFile::Refresh) => {
                let refreshed = step == Some(StepFile::Refresh);
                answer.wrong.extend(client.learn(&json, way, refreshed));
            }
            Some(StepFile::RequestOtp | StepFile::Close) => {}
            Some(StepFile::Use) | None => match client.open_answer(&json, way) {
                Ok(opened) => answer.opened = opened,
                Err(mismatch) => answer.wrong.push(*mismatch),
            },
        }
    }

    /// Fills a request's holes.
    fn fill(
        &mut self,
        asked: &mut contract::Case,
        client: &str,
        lenient: bool,
    ) -> Result<(), RequestError> {
        let mut seal = asked.seal.take();
        let mut client = self.clients.get_mut(client);
        let kept = &self.kept;
        let mut hole = |hole: &Hole, seal: Option<&Value>| {
            let filled = match hole {
                Hole::Consent(word) => client
                    .as_mut()
                    .ok_or_else(|| "the case has no session".to_owned())
                    .and_then(|client| client.fill(word, seal))
                    .map(Value::from),
                Hole::Kept(name) => {
                    kept.get(name).cloned().ok_or_else(|| "nobody has kept it".to_owned())
                }
                Hole::Unknown(_) => Err("nobody fills it".to_owned()),
            };
            match filled {
                // What is asked for by name is answered whatever the request says.
                Err(_) if lenient => Ok(Value::from("none")),
                Err(why) => Err(RequestError::Session(format!("`{{{{ {hole} }}}}`: {why}"))),
                Ok(value) => Ok(value),
            }
        };
        if let Some(seal) = &mut seal {
            holes::fill_json(seal, &mut |word: &Hole| hole(word, None))?;
        }
        let seal = seal.as_ref();
        let mut one = |word: &Hole| hole(word, seal);
        asked.fill_holes(&mut one)
    }

    /// A text of a flow with its holes filled.
    ///
    /// # Errors
    ///
    /// A hole that nobody fills.
    pub fn fill_text(&mut self, text: &str, client: &str) -> Result<String, RequestError> {
        let mut asked =
            contract::Case { body: RequestBody::Text(text.to_owned()), ..Default::default() };
        self.fill(&mut asked, client, false)?;
        match asked.body {
            RequestBody::Text(text) => Ok(text),
            _ => Ok(text.to_owned()),
        }
    }
}

impl Identity {
    /// Whom a case's session is for.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let asked = &case.asked;
        Self {
            user: asked.session_user.clone(),
            state: asked.session_state.clone(),
            gstin: gstin_of(case),
        }
    }
}

/// The GSTIN that a case's request is about.
#[must_use]
pub fn gstin_of(case: &Case) -> Option<String> {
    let (_, endpoint) = case.pack.endpoint(&case.asked.endpoint)?;
    let by_step = endpoint.consent.as_ref().and_then(|step| step.gstin);
    let by_lookup = || endpoint.lookup.and_then(gsp_simulator::pack::Lookup::gstin_field);
    let by_name = || endpoint.fields.iter().position(|field| field.name == "gstin");
    let field = by_step.or_else(by_lookup).or_else(by_name)?;
    let text = case.asked.brings(endpoint.fields.get(field)?)?;
    (text.len() > 2 && !text.contains("{{")).then_some(text)
}

fn word(step: StepFile) -> &'static str {
    match step {
        StepFile::RequestOtp => "request-otp",
        StepFile::Open => "open",
        StepFile::Refresh => "refresh",
        StepFile::Close => "close",
        StepFile::Use => "use",
    }
}
