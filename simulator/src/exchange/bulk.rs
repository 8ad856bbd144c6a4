//! Bulk: an answer that is too large becomes a file: a token, then links, then the file itself.
//!
//! Nothing is made here: a job is put into the tenant's table, and what is known of it is looked up.
//! What `server` has not measured by the time it is due is measured on the spot.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use minijinja::{Error, ErrorKind};
use serde_json::Value;

mod asked;
mod imagined;
mod link;

pub(crate) use self::imagined::imagined;
use self::{
    asked::Asked,
    link::{Link, signed},
};
use super::{Decision, amend};
use crate::{
    bulk::{
        files::TOKEN_LENGTH,
        job::{Job, Order},
        link::{LinkFault, LinkKey},
        pack::Packing,
        seen,
    },
    gstn::Key,
    journal::Via,
    model::reply::{Delivery, Stream},
    pack::{Body, BulkKind, BulkStep, Endpoint, Queue, file::FieldPlace},
    render::{
        expression::{Locals, Scope},
        jinja::letters,
        scene::Scene,
    },
    tenant::Tenant,
};

/// No file has more parts than this.
const MOST_PARTS: u64 = 10_000;

/// Takes the endpoint's step with a file, where it has one; what decides the call, unless all is well.
pub(super) fn take(
    scene: &mut Arc<Scene>,
    endpoint: &Endpoint,
    tenant: &Tenant,
) -> Result<Option<Decision>, Error> {
    match &endpoint.bulk {
        None => Ok(None),
        Some(BulkStep::Queue(queue)) => {
            let count = count(queue, scene)?;
            if count <= queue.over {
                return Ok(None);
            }
            let job = order(scene, queue, count, tenant);
            let order = &job.order;
            let why = format!(
                "{count} records are more than {}: they come as {} files; ask for the details of \
                 the token from {} on",
                queue.over,
                order.part_count(),
                moment(order.ready_at_ms),
            );
            Ok(Some(decide(queue.reply, why)))
        }
        Some(step @ BulkStep::Details { kind, token, pending, failed, unknown }) => {
            let token = text(scene, *token).to_owned();
            let job = match of_token(scene, *kind, &token, tenant) {
                Ok(job) => job,
                Err(why) => return Ok(Some(decide(*unknown, why))),
            };
            if job.has_failed() {
                look_at(scene, &job, Vec::new());
                let why = "the files of this token could not be made; ask for the section anew";
                return Ok(Some(decide(*failed, why.to_owned())));
            }
            let ready_at_ms = job.order.ready_at_ms;
            if scene.call.at_ms < ready_at_ms {
                look_at(scene, &job, Vec::new());
                let why = format!(
                    "the file is ready at {}; PUT /__sim/clock moves the time on",
                    moment(ready_at_ms)
                );
                return Ok(Some(decide(*pending, why)));
            }
            tell_parts(scene, &job, step.kind(), tenant)?;
            Ok(None)
        }
        Some(BulkStep::Fetch { kind, link, expired, refused, unknown }) => {
            let kind = &scene.pack.files[*kind];
            let asked = Link::of(scene, kind, *link);
            let key = LinkKey::new(scene.seed, &tenant.name);
            let checked =
                key.check(&asked.path, &asked.expires, &asked.signature, scene.call.at_ms);
            if let Err(fault) = checked {
                let reply = match fault {
                    LinkFault::Expired => *expired,
                    LinkFault::Tampered => *refused,
                };
                return Ok(Some(decide(reply, fault.to_string())));
            }
            let found = fetch(scene, &asked.path, tenant)?;
            let why = "no file that is kept has this link".to_owned();
            Ok((!found).then(|| decide(*unknown, why)))
        }
    }
}

/// Fills the scene for an answer that the call did not cause: the file it would be about.
pub(super) fn stage(
    scene: &mut Arc<Scene>,
    endpoint: &Endpoint,
    reply: usize,
    tenant: &Tenant,
) -> Result<(), Error> {
    match &endpoint.bulk {
        None => {}
        Some(BulkStep::Queue(queue)) if queue.reply == reply => {
            let count = count(queue, scene)?;
            order(scene, queue, count, tenant);
        }
        Some(BulkStep::Queue(_)) => {}
        Some(BulkStep::Details { kind, token, pending, failed, unknown }) => {
            let token = text(scene, *token).to_owned();
            match of_token(scene, *kind, &token, tenant) {
                Ok(job) if [pending, failed, unknown].contains(&&reply) => {
                    look_at(scene, &job, Vec::new());
                    if reply == *failed {
                        tenant.files.give_up(&token);
                    }
                }
                Ok(job) => tell_parts(scene, &job, *kind, tenant)?,
                Err(_) => {
                    let file = imagined(scene, *kind, 1, &tenant.name);
                    amend(scene).file = Some(file);
                }
            }
        }
        Some(BulkStep::Fetch { kind, link, .. }) => {
            let kind = &scene.pack.files[*kind];
            let path = Link::of(scene, kind, *link).path;
            fetch(scene, &path, tenant)?;
        }
    }
    Ok(())
}

/// The body of a reply that is a part of a file: it is made when it is sent.
pub(super) fn carry(scene: &Scene, body: &Body, mut delivery: Delivery) -> Delivery {
    if !matches!(body, Body::FilePart) {
        return delivery;
    }
    let content_type = delivery.reply.headers.iter().find(|(name, _)| *name == CONTENT_TYPE);
    let content_type = content_type.and_then(|(_, value)| value.to_str().ok()).unwrap_or_default();
    match &scene.fetched {
        Some((job, part)) => {
            let facts = job.known(part);
            let note = match facts {
                Some(facts) => format!(
                    "{} bytes of {content_type}, sha256 {}",
                    grouped(facts.length),
                    facts.sha256
                ),
                None => format!("{content_type} of unknown length"),
            };
            let (job, part) = (Arc::clone(job), part.clone());
            let length = facts.map(|facts| facts.length);
            delivery.stream = Some(Stream::new(length, note, move |out| job.write(&part, out)));
        }
        // An asked-for answer to a call whose link leads nowhere: a file with nothing in it.
        None => {
            let packing = Packing {
                key: Key([0; 32]),
                member: "nothing.json".to_owned(),
                quoted: true,
                made_at_s: u32::try_from(scene.call.at_ms.div_euclid(1000)).unwrap_or(0),
            };
            let mut file = Vec::new();
            if packing.write(b"{}", &mut file).is_ok() {
                delivery.reply.body = Bytes::from(file);
            }
        }
    }
    delivery
}

fn decide(reply: usize, why: String) -> Decision {
    Decision { reply, via: Via::Cause, reason: None, hint: Some(why) }
}

fn text(scene: &Scene, field: usize) -> &str {
    scene.field(field).and_then(Value::as_str).unwrap_or_default()
}

/// A moment in words.
fn moment(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}

/// A number with commas: `7,344,128`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many records the plain answer has.
fn count(queue: &Queue, scene: &Arc<Scene>) -> Result<u64, Error> {
    queue.count.count(Scope { scene, locals: &Locals::Empty })
}

/// Puts the file into the tenant's table, or finds it there, and shows it to the scene.
fn order(scene: &mut Arc<Scene>, queue: &Queue, count: u64, tenant: &Tenant) -> Arc<Job> {
    let kind = &scene.pack.files[queue.kind];
    let changes = tenant.playing();
    let changed = |of: fn(&crate::scenario::file::FileChanges) -> Option<i64>, usual: i64| {
        let told = changes.iter().filter_map(|playing| of(&playing.scenario.files)).next_back();
        told.map_or(usual, |seconds| seconds.saturating_mul(1000))
    };
    let wait_ms = changed(|files| files.wait_s, kind.wait_ms).max(0);
    let life_ms = changed(|files| files.life_s, kind.life_ms).max(0);
    let made_at_ms = scene.call.at_ms;
    let ready_at_ms = made_at_ms.saturating_add(wait_ms);
    let job = tenant.files.open(&question(scene, kind), made_at_ms, || {
        let (token, key) = scene
            .roll_own(|dice| (letters(dice, b"0123456789abcdef", TOKEN_LENGTH), Key::roll(dice)));
        tenant.gave(&token);
        let order = Order {
            owner: owner(scene, kind),
            token,
            made_at_ms,
            ready_at_ms,
            // Links tell it in whole seconds.
            expires_at_ms: ready_at_ms.saturating_add(life_ms) / 1000 * 1000,
            key,
            quoted: kind.quoted,
            count: count.min(kind.per_file.saturating_mul(MOST_PARTS)),
            per_part: kind.per_file,
        };
        let mut asked = scene.again();
        asked.file =
            Some(seen::File { order: order.clone(), at_ms: made_at_ms, parts: Vec::new() });
        let contents = Asked {
            scene: asked,
            contents: Arc::clone(&queue.contents),
            member: Arc::clone(&queue.member),
            path: Arc::clone(&queue.link),
        };
        (order, Arc::new(contents) as _)
    });
    look_at(scene, &job, Vec::new());
    job
}

/// Who asks for what: all that a client says, but for headers, which change from call to call.
fn question(scene: &Scene, kind: &BulkKind) -> String {
    let mut question = format!("{}\n{}\n{:?}", scene.pack.name, kind.name, scene.account);
    if let Some(endpoint) = scene.endpoint() {
        question.push_str(&endpoint.name);
        let token = endpoint.consent.as_ref().and_then(|step| step.token);
        for (at, field) in endpoint.fields.iter().enumerate() {
            if field.place != FieldPlace::Header && token != Some(at) {
                question.push_str(&format!("\n{}={:?}", field.name, scene.field(at)));
            }
        }
    }
    question
}

/// By what its owner is known.
fn owner(scene: &Scene, kind: &BulkKind) -> Vec<(String, String)> {
    let account = scene.account.map(|account| account.to_string()).unwrap_or_default();
    let mut owner = vec![(String::new(), format!("{}/{}/{account}", scene.pack.name, kind.name))];
    let fields = scene.endpoint().map(|endpoint| &endpoint.fields[..]).unwrap_or_default();
    for name in &kind.owner {
        let at = fields.iter().position(|field| field.name == *name);
        if let Some(at) = at {
            owner.push((name.clone(), text(scene, at).to_owned()));
        }
    }
    owner
}

/// The file that a token stands for, where it is the caller's.
fn of_token(scene: &Scene, kind: usize, token: &str, tenant: &Tenant) -> Result<Arc<Job>, String> {
    let Some(job) = tenant.files.find(token, scene.call.at_ms) else {
        return Err(
            "nobody has this token: it was never given, or its links have expired".to_owned()
        );
    };
    let mine = owner(scene, &scene.pack.files[kind]);
    for (name, value) in &job.order.owner {
        let said = mine.iter().find(|(other, _)| other == name).map(|(_, said)| said.as_str());
        if name.is_empty() && said != Some(value) {
            return Err("the token was given to another account, or for another file".to_owned());
        }
        // What a call does not say cannot be wrong.
        if said.is_some_and(|said| !said.is_empty() && said != value) {
            return Err(format!("the token was given for another `{name}`: {value}"));
        }
    }
    Ok(job)
}

fn look_at(scene: &mut Arc<Scene>, job: &Job, parts: Vec<seen::Part>) {
    let at_ms = scene.call.at_ms;
    amend(scene).file = Some(seen::File { order: job.order.clone(), at_ms, parts });
}

/// Shows the scene a file with all its links.
fn tell_parts(
    scene: &mut Arc<Scene>,
    job: &Job,
    kind: usize,
    tenant: &Tenant,
) -> Result<(), Error> {
    let kind = &scene.pack.files[kind];
    let key = LinkKey::new(scene.seed, &tenant.name);
    let mut parts = Vec::with_capacity(job.order.part_count());
    for part in (0..job.order.part_count()).filter_map(|number| job.order.part(number)) {
        let facts = job.facts(&part).map_err(|trouble| failed(trouble.to_string()))?;
        let path = job.path(&part).map_err(|trouble| failed(trouble.to_string()))?;
        let link = signed(&key, kind, &path, job.order.expires_at_ms);
        parts.push(seen::Part { path, link, ..seen::Part::of(&part).measured(facts) });
    }
    look_at(scene, job, parts);
    Ok(())
}

fn failed(why: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// Finds the part that a path stands for, and shows it to the scene; false where there is none.
fn fetch(scene: &mut Arc<Scene>, path: &str, tenant: &Tenant) -> Result<bool, Error> {
    let Some(job) = tenant.files.named_in(path, scene.call.at_ms) else { return Ok(false) };
    for part in (0..job.order.part_count()).filter_map(|number| job.order.part(number)) {
        if job.path(&part).map_err(|trouble| failed(trouble.to_string()))? == path {
            look_at(scene, &job, Vec::new());
            let scene = amend(scene);
            scene.part = Some(seen::Part::of(&part));
            scene.fetched = Some((job, part));
            return Ok(true);
        }
    }
    Ok(false)
}
