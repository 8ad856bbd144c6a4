//! Say: a reply in the vendor's words.

use std::{cell::RefCell, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use super::{Exchange, WORD_FOR_WORD, amend};
use crate::{
    fault::Fault,
    journal::Via,
    model::{
        dice::Dice,
        outcome::Outcome,
        reply::{Delivery, Reply},
    },
    pack::{Body, HeaderText, Replies, file::TokenForm},
    render::{
        datum::uuid,
        expression::{Locals, Scope},
        jinja::letters,
        scene::{Issued, Scene, Words},
    },
};

/// A body longer than this is sent from where it was written, and the next one gets a new buffer.
const LARGE: usize = 64 * 1024;

thread_local! {
    /// Where bodies are written before they are copied to their length: taking a buffer that is
    /// large enough for any of them cost 1,500 of the 47,000 instructions of a call.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Says it in the vendor's words.
///
/// # Errors
///
/// What an expression says.
pub(crate) fn render(
    mut scene: Arc<Scene>,
    replies: &Replies,
    index: usize,
    reason: Option<String>,
) -> Result<(Arc<Scene>, Outcome, Reply), minijinja::Error> {
    let plan = &replies.all[index];
    let pack = Arc::clone(&scene.pack);
    let code = pack.code_of(plan);
    let own_reason = match (&reason, &plan.reason) {
        (None, Some(template)) => {
            let mut text = String::new();
            template.fill(Scope { scene: &scene, locals: &Locals::Empty }, &mut text)?;
            Some(text)
        }
        _ => None,
    };
    amend(&mut scene).words = Words {
        code: code.map(|code| code.code.clone()).unwrap_or_default(),
        message: code.map(|code| code.message.clone()).unwrap_or_default(),
        reason: reason.or(own_reason),
        status: plan.status.as_u16(),
        outcome: plan.outcome.as_str().to_owned(),
    };
    let scope = Scope { scene: &scene, locals: &Locals::Empty };
    let mut headers = Vec::with_capacity(plan.headers.len() + 3);
    let body = match &*plan.body {
        Body::Empty => Bytes::new(),
        Body::FilePart => {
            headers.push((CONTENT_TYPE, HeaderValue::from_static("application/gzip")));
            Bytes::new()
        }
        Body::Json(tree) => {
            let body = SCRATCH.with_borrow_mut(|out| {
                out.clear();
                tree.write(scope, out)?;
                Ok::<_, minijinja::Error>(if out.len() > LARGE {
                    let mut own = std::mem::take(out);
                    own.shrink_to_fit();
                    Bytes::from(own)
                } else {
                    Bytes::copy_from_slice(out)
                })
            })?;
            headers.push((CONTENT_TYPE, pack.content_type.clone()));
            body
        }
        Body::Text(template, content_type) => {
            let mut out = String::with_capacity(256);
            template.fill(scope, &mut out)?;
            headers.push((CONTENT_TYPE, content_type.clone()));
            Bytes::from(out)
        }
    };
    let body = scene.edited(&body).map_or(body, Bytes::from);
    let scope = Scope { scene: &scene, locals: &Locals::Empty };
    for (name, text) in plan.headers.iter() {
        let value = match text {
            HeaderText::Ready(value) => value.clone(),
            HeaderText::Template(template) => {
                let mut out = String::new();
                template.fill(scope, &mut out)?;
                // A header that has nothing to say is not sent.
                let Some(value) = Some(out).filter(|out| !out.is_empty()) else { continue };
                let Ok(value) = HeaderValue::from_str(&value) else { continue };
                value
            }
        };
        headers.retain(|(known, _)| known != name);
        headers.push((name.clone(), value));
    }
    let reply = Reply { status: plan.status, headers, body };
    Ok((scene, plan.outcome.clone(), reply))
}

/// A reply as a story tells it; `named` is the vendor's reply that it counts as.
pub(super) fn word_for_word(
    scene: Arc<Scene>,
    named: Option<usize>,
    told: &Reply,
    faults: &[Fault],
    hint: Option<String>,
) -> Exchange {
    let plan = named.and_then(|index| scene.endpoint()?.replies.all.get(index));
    let outcome = plan.map_or_else(|| Outcome::from(WORD_FOR_WORD), |plan| plan.outcome.clone());
    let code = plan.and_then(|plan| scene.pack.code_of(plan)).map(|code| code.code.clone());
    let mut reply = told.clone();
    reply.body = scene.edited(&reply.body).map_or(reply.body, Bytes::from);
    let mut delivery = Delivery::from(reply);
    for fault in faults {
        delivery = scene.roll(|dice| fault.apply(delivery, dice));
    }
    let unedited = scene.unedited.get().filter(|why| !why.is_empty()).cloned();
    Exchange {
        outcome,
        code: code.unwrap_or_default(),
        plan: named,
        via: Via::Scenario,
        hint: hint.or(unedited),
        scene,
        delivery,
    }
}

/// The answer to what HTTP itself refuses: the vendor's where it documents one, else a plain one.
pub(crate) fn edge(
    scene: Arc<Scene>,
    plan: Option<usize>,
    plain: (StatusCode, &str),
    hint: String,
) -> Result<Exchange, minijinja::Error> {
    let pack = Arc::clone(&scene.pack);
    let (scene, outcome, reply) = match plan {
        Some(index) => render(scene, &pack.replies, index, None)?,
        None => {
            let reply = Reply { status: plain.0, headers: Vec::new(), body: Bytes::new() };
            (scene, Outcome::from(plain.1), reply)
        }
    };
    Ok(Exchange {
        code: scene.words.code.clone(),
        scene,
        outcome,
        plan,
        via: Via::Cause,
        hint: Some(hint),
        delivery: reply.into(),
    })
}

/// Makes a token.
pub(super) fn issue(scene: &Scene, form: TokenForm, life_s: i64) -> Issued {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let expires_at_ms = scene.call.at_ms.saturating_add(life_s.saturating_mul(1000));
    let random = |length| scene.roll_own(|dice: &mut Dice| letters(dice, LETTERS, length));
    let token = match form {
        TokenForm::Opaque => random(40),
        TokenForm::Uuid => scene.roll_own(uuid),
        TokenForm::Jwt => {
            let account = scene.account.and_then(|index| scene.pack.accounts.get(index));
            let part = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
            let head = part(&json!({ "alg": "HS256", "typ": "JWT" }));
            let claims = part(&json!({
                "sub": account.map(|account| account.name.as_str()),
                "iat": scene.call.at_ms.div_euclid(1000),
                "exp": expires_at_ms.div_euclid(1000),
            }));
            format!("{head}.{claims}.{}", random(43))
        }
    };
    Issued { token, life_s, expires_at_ms }
}
