//! Files that nobody asked for: what an answer speaks of when it is asked for or rehearsed.

use std::sync::Arc;

use super::link::signed;
use crate::{
    bulk::{
        files::TOKEN_LENGTH,
        job::{Order, Part},
        link::LinkKey,
        seen,
    },
    gstn::Key,
    model::period::ist_date,
    pack::{BulkStep, Endpoint},
    render::{
        expression::{Locals, Scope},
        jinja::letters,
        scene::Scene,
    },
};

/// A file that nobody asked for, of so many records: for answers that are asked for or rehearsed
/// where a call's token stands for nothing.
pub(crate) fn imagined(scene: &Scene, kind: usize, count: u64, tenant: &str) -> seen::File {
    let plan = &scene.pack.files[kind];
    let hex = |length| scene.roll(|dice| letters(dice, b"0123456789abcdef", length));
    let at_ms = scene.call.at_ms;
    let order = Order {
        owner: Vec::new(),
        token: hex(TOKEN_LENGTH),
        made_at_ms: at_ms,
        ready_at_ms: at_ms,
        expires_at_ms: at_ms.saturating_add(plan.life_ms) / 1000 * 1000,
        key: scene.roll(Key::roll),
        quoted: plan.quoted,
        count,
        per_part: plan.per_file,
    };
    let key = LinkKey::new(scene.seed, tenant);
    let parts = (0..order.part_count()).filter_map(|number| order.part(number)).map(|part| {
        let path = imagined_path(scene, kind, &order, &part)
            .unwrap_or_else(|| format!("{}{}/{}", plan.lead, order.token, part.number));
        let link = signed(&key, plan, &path, order.expires_at_ms);
        seen::Part { length: 1_000, hash: hex(64), path, link, ..seen::Part::of(&part) }
    });
    let parts = parts.collect();
    seen::File { order, at_ms, parts }
}

/// The path of an imagined part, as the first endpoint that queues such files would tell it.
fn imagined_path(scene: &Scene, kind: usize, order: &Order, part: &Part) -> Option<String> {
    let queues = |endpoint: &Endpoint| match &endpoint.bulk {
        Some(BulkStep::Queue(queue)) if queue.kind == kind => Some(Arc::clone(&queue.link)),
        _ => None,
    };
    let mut endpoints = scene.pack.endpoints.iter().enumerate();
    let (index, link) = endpoints.find_map(|(at, endpoint)| Some((at, queues(endpoint)?)))?;
    let known = scene.endpoint().map(|endpoint| &endpoint.fields[..]).unwrap_or_default();
    let bring = |name: &str| {
        let at = known.iter().position(|field| field.name == name);
        at.and_then(|at| scene.field(at)).filter(|value| value.is_string()).cloned()
    };
    let mut asked = scene.again();
    asked.fields = scene.pack.endpoints[index]
        .fields
        .iter()
        .map(|field| Some(bring(&field.name).unwrap_or_else(|| "sample".into())))
        .collect();
    asked.endpoint = Some(index);
    if asked.taxpayer.is_none() {
        let on = ist_date(scene.call.at_ms);
        let gstin = bring("gstin").unwrap_or_default();
        let gstin = gstin.as_str().unwrap_or_default();
        asked.taxpayer = Some(Arc::new(scene.register.stand_in(gstin, on)));
    }
    asked.file =
        Some(seen::File { order: order.clone(), at_ms: order.made_at_ms, parts: Vec::new() });
    asked.part = Some(seen::Part::of(part));
    let mut path = String::new();
    let scope = Scope { scene: &Arc::new(asked), locals: &Locals::Empty };
    link.fill(scope, &mut path).ok().map(|()| path)
}
