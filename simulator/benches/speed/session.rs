//! A taxpayer's session, at any vendor that has one: requests are made from what its pack says.
//!
//! What is said here by name is the GST network's, the same through every vendor.

use std::sync::Arc;

use gsp_simulator::{
    books::ReturnKind,
    gstn::{
        Key,
        envelope::{Sealed, open_otp, open_response, seal_otp, unwrap_key, wrap_key},
        keys::KeyRing,
        primitives::base64,
    },
    model::{call::Call, dice::Dice},
    pack::{BulkStep, ConsentStep, Endpoint, Field, Pack, file::FieldPlace, file::StepFile},
    render::scene::Consent,
    tell::{credentials, request::Request},
    world::World,
};
use serde_json::Value;

use crate::Fallible;

/// 21 November 2026, 10:00 in India: every return of the month before last is filed.
pub(crate) const NOW: &str = "2026-11-21T10:00:00+05:30";
/// The same in epoch milliseconds.
pub(crate) const NOW_MS: i64 = 1_795_235_400_000;
/// The period whose return is asked for.
pub(crate) const PERIOD: &str = "092026";

/// The key of every client here.
const APP_KEY: Key = Key([7; 32]);

/// A vendor through which taxpayers open sessions and see their GSTR-1.
pub(crate) struct Gateway {
    pub(crate) pack: Arc<Pack>,
    /// `app_key`, encrypted once: what is measured is the other side.
    pub(crate) app_key: String,
}

/// A session, as its client knows it.
pub(crate) struct Session {
    user: String,
    token: String,
    key: Key,
}

impl Gateway {
    /// All such vendors.
    pub(crate) fn all(world: &World) -> Fallible<Vec<Self>> {
        let certificate = &KeyRing::built_in().pair(0).certificate.clone();
        let mut dice = Dice::new(1, 1, b"speed");
        let sealed = certificate.encrypt(&APP_KEY.0, &mut dice).ok_or("32 bytes are few")?;
        let gateway = |pack: &Arc<Pack>| Self { pack: Arc::clone(pack), app_key: base64(&sealed) };
        let all = world.packs.iter().map(gateway);
        Ok(all.filter(|gateway| gateway.gstr1().is_some()).collect())
    }

    /// The endpoint of a return, sealed under a session.
    pub(crate) fn gstr1(&self) -> Option<&Endpoint> {
        self.pack.endpoints.iter().find(|endpoint| {
            endpoint.books.as_ref().is_some_and(|books| books.of == ReturnKind::Gstr1)
                && endpoint.consent.as_ref().is_some_and(|step| step.step == StepFile::Use)
                && matches!(endpoint.bulk, Some(BulkStep::Queue(_)))
        })
    }

    fn step(&self, wanted: StepFile) -> Fallible<(&Endpoint, &ConsentStep)> {
        let steps = self.pack.endpoints.iter();
        let mut steps = steps.filter_map(|one| Some((one, one.consent.as_ref()?)));
        Ok(steps.find(|(_, step)| step.step == wanted).ok_or("a session without a step")?)
    }

    /// Asks for an OTP.
    pub(crate) fn otp_request(&self, user: &str, state: &str) -> Fallible<Request> {
        let (endpoint, step) = self.step(StepFile::RequestOtp)?;
        let mut request = self.plain(endpoint, step, user, state);
        set_at(&mut request, endpoint, step.app_key, &self.app_key);
        Ok(request)
    }

    /// Opens a session with the OTP that everybody gets.
    pub(crate) fn log_in(&self, user: &str, state: &str) -> Fallible<Request> {
        let (endpoint, step) = self.step(StepFile::Open)?;
        let fixed = &self.pack.consents[step.kind].policy.fixed_otp;
        let otp = fixed.as_deref().ok_or("every session has an OTP of its own")?;
        let mut request = self.plain(endpoint, step, user, state);
        set_at(&mut request, endpoint, step.app_key, &self.app_key);
        set_at(&mut request, endpoint, step.otp, &Self::sealed_otp(otp));
        Ok(request)
    }

    /// An OTP as a client sends it.
    pub(crate) fn sealed_otp(otp: &str) -> String {
        seal_otp(&APP_KEY, otp)
    }

    /// The session that the answer to a log-in tells of.
    pub(crate) fn session(user: &str, reply: &[u8]) -> Fallible<Session> {
        let reply: Value = serde_json::from_slice(reply)?;
        let text = |name: &str| reply[name].as_str().ok_or_else(|| format!("no `{name}`: {reply}"));
        let key = unwrap_key(text("sek")?, &APP_KEY)?;
        Ok(Session { user: user.to_owned(), token: text("auth_token")?.to_owned(), key })
    }

    /// Asks for a taxpayer's invoices to registered persons.
    pub(crate) fn invoices(&self, session: &Session, gstin: &str) -> Fallible<Request> {
        let endpoint = self.gstr1().ok_or("no GSTR-1")?;
        let mut request = self.under(endpoint, session, gstin)?;
        let books = endpoint.books.as_ref().ok_or("no books")?;
        set_at(&mut request, endpoint, books.section, "B2B");
        let filters = [books.party, books.place, books.since, books.action_required];
        for field in filters.into_iter().flatten() {
            request.query.shift_remove(&endpoint.fields[field].key);
        }
        Ok(request)
    }

    /// Asks for the links of a file.
    pub(crate) fn details(&self, session: &Session, gstin: &str, token: &str) -> Fallible<Request> {
        let mut endpoints = self.pack.endpoints.iter();
        let found = endpoints.find_map(|endpoint| match endpoint.bulk {
            Some(BulkStep::Details { token, .. }) => Some((endpoint, token)),
            _ => None,
        });
        let (endpoint, field) = found.ok_or("no endpoint tells of files")?;
        let mut request = self.under(endpoint, session, gstin)?;
        set_at(&mut request, endpoint, Some(field), token);
        Ok(request)
    }

    /// The path before a link.
    pub(crate) fn fetch_path(&self) -> Fallible<String> {
        let mut endpoints = self.pack.endpoints.iter();
        let found = endpoints.find_map(|endpoint| match endpoint.bulk {
            Some(BulkStep::Fetch { kind, link: None, .. }) => Some((endpoint, kind)),
            _ => None,
        });
        let (endpoint, kind) = found.ok_or("no endpoint gives files")?;
        let lead = self.pack.files[kind].lead.as_str();
        let path = Request::plain(endpoint).target();
        let before = path.find(lead).ok_or("the endpoint's path has no place for a link")?;
        Ok(path[..before].to_owned())
    }

    /// Headers that every call needs.
    pub(crate) fn credentials(&self) -> Vec<(String, String)> {
        let scheme = self.gstr1().and_then(|endpoint| endpoint.scheme);
        let sent = credentials::sent(&self.pack, scheme, 0, NOW_MS);
        sent.into_iter().filter_map(|one| Some((one.name, one.value?))).collect()
    }

    fn under(&self, endpoint: &Endpoint, session: &Session, gstin: &str) -> Fallible<Request> {
        let step = endpoint.consent.as_ref().ok_or("no session")?;
        let mut request = self.plain(endpoint, step, &session.user, &gstin[..2]);
        set_at(&mut request, endpoint, step.token, &session.token);
        request.ask_about(endpoint, gstin);
        for field in &endpoint.fields {
            match field.key.as_str() {
                "gstin" => set(&mut request, field, gstin),
                "ret_period" => set(&mut request, field, PERIOD),
                _ => {}
            }
        }
        Ok(request)
    }

    fn plain(&self, endpoint: &Endpoint, step: &ConsentStep, user: &str, state: &str) -> Request {
        let mut request = Request::plain(endpoint);
        request.add_credentials(&credentials::sent(&self.pack, endpoint.scheme, 0, NOW_MS));
        for field in &endpoint.fields {
            match field.key.as_str() {
                "ip-usr" => set(&mut request, field, "203.0.113.7"),
                "txn" => set(&mut request, field, "speed"),
                _ => {}
            }
        }
        set_at(&mut request, endpoint, Some(step.user), user);
        set_at(&mut request, endpoint, Some(step.state), state);
        request
    }

    /// A request as it is sent.
    pub(crate) fn bytes(&self, request: &Request) -> Vec<u8> {
        let call = request.call(NOW_MS);
        let target = format!("/{}{}", self.pack.name, request.target());
        let mut text = format!("{} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n", call.method);
        for (name, value) in &call.headers {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
        }
        if !call.body.is_empty() {
            text.push_str(&format!("content-length: {}\r\n", call.body.len()));
        }
        text.push_str("\r\n");
        [text.as_bytes(), &call.body].concat()
    }
}

impl Session {
    /// As a call sees it.
    pub(crate) fn consent(&self) -> Consent {
        Consent {
            user: self.user.clone(),
            window_min: 360,
            session_key: self.key,
            wrapped_key: String::new(),
            generation: 1,
            calls: 1,
        }
    }

    /// What a sealed answer says.
    pub(crate) fn open(&self, reply: &[u8]) -> Fallible<Vec<u8>> {
        let sealed: Sealed = serde_json::from_slice(reply)
            .map_err(|error| format!("{error}: {:.300}", String::from_utf8_lossy(reply)))?;
        Ok(open_response(&self.key, &sealed)?)
    }
}

/// What two decryptions of a handshake take besides: the OTP opened, the session key wrapped.
pub(crate) fn bare_handshake(ring: &KeyRing, sealed: &[u8], otp: &str) -> Fallible<usize> {
    let asked = ring.decrypt(0, sealed).ok_or("it is encrypted as it should be")?;
    let opened = ring.decrypt(0, sealed).ok_or("it is encrypted as it should be")?;
    let key = Key::of(&opened).ok_or("it is a key")?;
    let otp = open_otp(&key, otp)?;
    Ok(wrap_key(&Key([9; 32]), &key).len() + otp.len() + asked.len())
}

/// A request as a call, the `number`-th.
pub(crate) fn call(request: &Request, number: u64) -> Call {
    Call { number, ..request.call(NOW_MS) }
}

fn set_at(request: &mut Request, endpoint: &Endpoint, field: Option<usize>, value: &str) {
    if let Some(field) = field.and_then(|index| endpoint.fields.get(index)) {
        set(request, field, value);
    }
}

fn set(request: &mut Request, field: &Field, value: &str) {
    let key = field.key.clone();
    match (field.place, &mut request.body) {
        (FieldPlace::Path, _) => drop(request.path.insert(key, value.to_owned())),
        (FieldPlace::Query, _) => drop(request.query.insert(key, value.to_owned())),
        (FieldPlace::Header, _) => {
            request.headers.retain(|(name, _)| *name != key);
            request.headers.push((key, value.to_owned()));
        }
        (_, gsp_simulator::pack::contract::RequestBody::Json(json)) => json[key] = value.into(),
        _ => drop(request.query.insert(key, value.to_owned())),
    }
}
