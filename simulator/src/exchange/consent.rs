//! Consent: sessions that taxpayers open with a one-time password, under keys that both sides make.
//!
//! `memory` knows whose a session is and until when, `gstn` what is under which key; here the two are
//! put in order, and every way of being refused gets its outcome and, for people, its reason.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Decision, amend};
use crate::{
    gstn::{
        Key,
        diagnose::{self, Diagnosis, Fault, KeyName, Known, Thing},
        envelope::wrap_key,
        read::{self, RefreshKey},
    },
    journal::Via,
    memory::consents::{Fresh, Holder, Policy, Refusal, Session},
    pack::{
        ConsentStep, Endpoint,
        file::{RefreshKeyFile, StepFile},
    },
    render::{
        jinja::letters,
        scene::{Consent, Issued, Scene},
    },
    tenant::Tenant,
    world::World,
};

/// Why a step does not go on: the outcome, and a sentence for whoever wrote the client.
struct Stop {
    outcome: &'static str,
    why: String,
}

impl From<Diagnosis> for Stop {
    fn from(diagnosis: Diagnosis) -> Self {
        let outcome = match (diagnosis.thing, &diagnosis.fault) {
            (Thing::AppKey | Thing::RefreshKey, Fault::KeyLength { .. }) => "key-unusable",
            (Thing::AppKey | Thing::RefreshKey, _) => "key-undecipherable",
            (Thing::Otp, _) => "otp-undecipherable",
            (_, Fault::Mac(_) | Fault::MacUnknown(_)) => "payload-tampered",
            _ => "payload-undecipherable",
        };
        Self { outcome, why: format!("{diagnosis}; {}", diagnosis.hint()) }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let (outcome, why) = match refusal {
            Refusal::AccessOff => (
                "api-access-off",
                "the taxpayer has not allowed API access, or for no longer than a token lives",
            ),
            Refusal::OtpNotRequested => (
                "otp-not-requested",
                "nobody asked for an OTP for this user in this state; ask first, with the same \
                 user name and state code",
            ),
            Refusal::OtpWrong => {
                ("otp-wrong", "another OTP was sent; GET /__sim/otp shows the one that was")
            }
            Refusal::OtpExpired => ("otp-expired", "the OTP's life is over; ask for a new one"),
            Refusal::OtpUsed => {
                ("otp-used", "this OTP has opened a session already; each works once")
            }
            Refusal::OtpTries => {
                ("otp-tries-exceeded", "too many wrong OTPs came before; ask for a new one")
            }
            Refusal::KeyChanged => (
                "key-changed",
                "app_key holds another key than the one that asked for the OTP; send the same \
                 32 bytes in both steps (their encryption may differ)",
            ),
            Refusal::TooMany => (
                "too-many-sessions",
                "the user has as many live sessions as there may be; log one out, or wait",
            ),
            Refusal::Unknown => (
                "session-unknown",
                "nobody has this token: it was never given, was refreshed, or has logged out",
            ),
            Refusal::Expired => {
                ("session-expired", "the token's life is over; refresh it, or log in again")
            }
            Refusal::WindowOver => (
                "consent-over",
                "the time for which the taxpayer allowed access is over; log in again",
            ),
            Refusal::AnotherUser => {
                ("session-of-another-user", "the token was given to another user name")
            }
            Refusal::AnotherState => (
                "session-of-another-state",
                "the token was given to a user of another state; state-cd is the first two digits \
                 of the GSTIN",
            ),
            Refusal::AnotherGstin => {
                ("session-of-another-gstin", "the token was used for another GSTIN before")
            }
        };
        Self { outcome, why: why.to_owned() }
    }
}

/// Who the call says it is from.
fn holder(scene: &Scene, step: &ConsentStep) -> Holder {
    let kind = scene.pack.consents.get(step.kind).map_or("", |kind| &kind.name);
    Holder {
        kind: format!("{}/{kind}", scene.pack.name),
        user: text(scene, Some(step.user)).to_owned(),
        state: text(scene, Some(step.state)).to_owned(),
    }
}

fn text(scene: &Scene, field: Option<usize>) -> &str {
    field.and_then(|index| scene.field(index)).and_then(Value::as_str).unwrap_or_default()
}

/// Shows the scene the session that the call names, without looking whether it may be used: stories
/// and expressions ask for it.
pub(super) fn show(scene: &mut Arc<Scene>, endpoint: &Endpoint, tenant: &Tenant) {
    let Some(step) = endpoint.consent.as_ref().filter(|step| step.step != StepFile::Open) else {
        return;
    };
    let Some(session) = tenant.memory.consents.find(text(scene, step.token)) else { return };
    let calls = session.calls + 1;
    let policy = tenant.policy(scene, step.kind);
    amend(scene).consent = Some(seen(&Session { calls, ..session }, &policy, String::new()));
}

fn seen(session: &Session, policy: &Policy, wrapped_key: String) -> Consent {
    Consent {
        user: session.holder.user.clone(),
        window_min: policy.window_min,
        session_key: session.session_key,
        wrapped_key,
        generation: session.generation,
        calls: session.calls,
    }
}

/// Takes the endpoint's step, where it has one; what decides the call where that is refused.
pub(super) fn take(
    scene: &mut Arc<Scene>,
    endpoint: &Endpoint,
    world: &World,
    tenant: &Tenant,
) -> Option<Decision> {
    let step = endpoint.consent.as_ref()?;
    let stop = match step.step {
        StepFile::RequestOtp => request_otp(scene, step, world, tenant),
        StepFile::Open => open(scene, step, world, tenant),
        StepFile::Refresh => refresh(scene, step, world, tenant),
        StepFile::Close => close(scene, step, tenant),
        StepFile::Use => use_session(scene, step, tenant),
    }
    .err()?;
    note(scene, |opened| opened.why.clone_from(&stop.why));
    Some(Decision {
        reply: step.refusals.get(stop.outcome).copied().unwrap_or(endpoint.success),
        via: Via::Cause,
        reason: None,
        hint: Some(stop.why),
    })
}

/// Writes down what the journal shows of sealed parts.
fn note(scene: &Scene, write: impl FnOnce(&mut crate::render::scene::Opened)) {
    write(&mut scene.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
}

/// The client's key, decrypted with the network's private key.
fn app_key(scene: &Scene, step: &ConsentStep, world: &World, tenant: &Tenant) -> Result<Key, Stop> {
    let sent = text(scene, step.app_key);
    if sent.is_empty() {
        let why = "app_key is missing or empty".to_owned();
        return Err(Stop { outcome: "key-missing", why });
    }
    let ring = &world.keys;
    Ok(read::app_key(ring, tenant.certificate(ring), sent)?)
}

fn fresh(scene: &Scene) -> Fresh {
    scene.roll_own(|dice| Fresh {
        token: letters(dice, b"0123456789abcdef", 32),
        session_key: Key::roll(dice),
    })
}

fn request_otp(
    scene: &mut Arc<Scene>,
    step: &ConsentStep,
    world: &World,
    tenant: &Tenant,
) -> Result<(), Stop> {
    let key = app_key(scene, step, world, tenant)?;
    let policy = tenant.policy(scene, step.kind);
    let otp = scene.roll(|dice| letters(dice, b"0123456789", 6));
    note(scene, |opened| {
        opened.request =
            json!({ "app_key": "a key of 32 bytes, encrypted as it should be" }).to_string();
    });
    let sent =
        tenant.memory.consents.request(&holder(scene, step), key, otp, &policy, scene.call.at_ms);
    Ok(sent?)
}

fn open(
    scene: &mut Arc<Scene>,
    step: &ConsentStep,
    world: &World,
    tenant: &Tenant,
) -> Result<(), Stop> {
    let key = app_key(scene, step, world, tenant)?;
    let sealed = text(scene, step.otp);
    let otp = read::otp(&Known::alone(KeyName::AppKey, key), sealed)
        .inspect_err(|diagnosis| show_opened(scene, diagnosis))?;
    note(scene, |opened| {
        opened.request =
            json!({ "app_key": "a key of 32 bytes, encrypted as it should be", "otp": otp })
                .to_string();
    });
    let policy = tenant.policy(scene, step.kind);
    let fresh = fresh(scene);
    let token = fresh.token.clone();
    let holder = holder(scene, step);
    let at_ms = scene.call.at_ms;
    let session = tenant.memory.consents.open(&holder, key, &otp, fresh, &policy, at_ms)?;
    tenant.gave(&token);
    hand_over(scene, token, &session, &policy);
    Ok(())
}

/// The reply of a login or a refresh tells the token, and the session key under the client's.
fn hand_over(scene: &mut Arc<Scene>, token: String, session: &Session, policy: &Policy) {
    let wrapped = wrap_key(&session.session_key, &session.app_key);
    let life_ms = session.expires_at_ms.saturating_sub(scene.call.at_ms);
    let scene = amend(scene);
    scene.consent = Some(seen(session, policy, wrapped));
    scene.session =
        Some(Issued { token, life_s: life_ms / 1000, expires_at_ms: session.expires_at_ms });
}

fn refresh(
    scene: &mut Arc<Scene>,
    step: &ConsentStep,
    world: &World,
    tenant: &Tenant,
) -> Result<(), Stop> {
    let policy = tenant.policy(scene, step.kind);
    let token = text(scene, step.token).to_owned();
    let consents = &tenant.memory.consents;
    let at_ms = scene.call.at_ms;
    let session = consents.may_refresh(&token, &holder(scene, step), &policy, at_ms)?;
    let sent = text(scene, step.app_key);
    if sent.is_empty() {
        let why = "app_key is missing or empty".to_owned();
        return Err(Stop { outcome: "key-missing", why });
    }
    let ring = &world.keys;
    let others = other_keys(&session);
    let known = Known { name: KeyName::SessionKey, key: session.session_key, others: &others };
    let rotations = tenant.certificate(ring);
    let read = read::refresh_key(&known, (ring, rotations), sent)?;
    let (way, told) = match read {
        RefreshKey::New(_) => (RefreshKeyFile::New, "a new key under the session key"),
        RefreshKey::Old(_) => (RefreshKeyFile::Old, "the key of before, under the session key"),
        RefreshKey::ByRsa(_) => (RefreshKeyFile::Rsa, "a key under RSA, as at the login"),
        RefreshKey::DoubleBase64(_) => {
            (RefreshKeyFile::DoubleBase64, "the Base64 of a key under the session key")
        }
    };
    let key = read.key();
    let taken = scene.pack.consents.get(step.kind).map_or(&[][..], |kind| &kind.refresh_keys);
    if !taken.contains(&way) {
        let why = format!("`app_key` of the refresh is {told}, which is not taken here");
        return Err(Stop { outcome: "key-undecipherable", why });
    }
    note(scene, |opened| opened.request = json!({ "app_key": told }).to_string());
    let fresh = fresh(scene);
    let new_token = fresh.token.clone();
    let session = consents
        .refresh(&token, key, fresh, &policy, at_ms)
        .ok_or_else(|| Stop::from(Refusal::Unknown))?;
    tenant.gave(&new_token);
    hand_over(scene, new_token, &session, &policy);
    Ok(())
}

fn close(scene: &mut Arc<Scene>, step: &ConsentStep, tenant: &Tenant) -> Result<(), Stop> {
    let policy = tenant.policy(scene, step.kind);
    let token = text(scene, step.token);
    Ok(tenant.memory.consents.close(token, &holder(scene, step), &policy)?)
}

fn use_session(scene: &mut Arc<Scene>, step: &ConsentStep, tenant: &Tenant) -> Result<(), Stop> {
    let policy = tenant.policy(scene, step.kind);
    let gstin = Some(text(scene, step.gstin)).filter(|gstin| !gstin.is_empty());
    let session = tenant.memory.consents.use_token(
        text(scene, step.token),
        &holder(scene, step),
        gstin,
        &policy,
        scene.call.at_ms,
    )?;
    amend(scene).consent = Some(seen(&session, &policy, String::new()));
    match step.data {
        Some(_) => open_payload(scene, step, &session),
        None => Ok(()),
    }
}

/// Opens the sealed data of a request.
fn open_payload(scene: &mut Arc<Scene>, step: &ConsentStep, session: &Session) -> Result<(), Stop> {
    let (data, hmac) = (text(scene, step.data).to_owned(), text(scene, step.hmac).to_owned());
    let others = other_keys(session);
    let known = Known { name: KeyName::SessionKey, key: session.session_key, others: &others };
    let json = read::request(&known, &data, Some(&hmac))
        .inspect_err(|diagnosis| show_opened(scene, diagnosis))?;
    let Ok(value) = serde_json::from_slice(&json) else {
        return Err(diagnose::not_json(&json).into());
    };
    note(scene, |opened| opened.request = String::from_utf8_lossy(&json).into_owned());
    amend(scene).payload = Some(value);
    Ok(())
}

/// The keys that a client may still use by mistake.
fn other_keys(session: &Session) -> Vec<(KeyName, Key)> {
    match &session.before {
        Some((app_key, session_key)) => {
            read::after_refresh((&session.app_key, &session.session_key), (app_key, session_key))
        }
        None => vec![(KeyName::AppKey, session.app_key)],
    }
}

/// What came to light of a value that is wrong all the same.
fn show_opened(scene: &Scene, diagnosis: &Diagnosis) {
    if let Some(content) = &diagnosis.opened {
        note(scene, |opened| opened.request.clone_from(content));
    }
}
