//! A request of a flow: sent, held against its promise, what is asked for kept.

use std::fmt::Write as _;

use serde_json::Value;

use super::{FlowSend, FlowStep, Run};
use crate::{
    case::Case,
    client::archive,
    mismatch::Mismatch,
    snapshot::{self, EXCHANGE, Shown, cut, pretty},
    target::{Answer, TargetError},
    verdict,
};

impl Run<'_> {
    pub(super) async fn send(
        &mut self,
        step: &FlowStep,
        send: &FlowSend,
    ) -> Result<(), TargetError> {
        let FlowSend { case, target, keep, file } = send;
        if let Some(session) = &case.session {
            let way = std::sync::Arc::clone(&session.way);
            self.visit
                .introduce(&step.client, &self.flow.vendor, &way, &self.flow.identity(step))
                .await?;
        }
        let answer = self.visit.send(case, &step.client, target.as_deref()).await?;
        let line = match target {
            Some(target) => format!("{} /{}{target}", case.method, case.vendor),
            None => case.told(),
        };
        if let Some(expected) = self.target.expected() {
            self.told.mismatches.extend(answer.wrong.iter().cloned());
            for drift in Box::pin(expected.compare(case, &answer)).await? {
                if !self.told.drifts.contains(&drift) {
                    self.told.drifts.push(drift);
                }
            }
        } else {
            let (mismatches, shown) = verdict::judge(case, &answer);
            let _ = write!(self.told.shown, "{EXCHANGE}{line}\n{shown}");
            self.told.mismatches.extend(mismatches);
        }
        for (name, pointer) in keep {
            match found(&answer, pointer) {
                Some(value) => {
                    self.visit.kept.insert(name.clone(), value);
                }
                None => {
                    let promised = format!("something to keep as `{name}`");
                    self.told.mismatches.push(Mismatch::new(pointer, promised, "nothing"));
                }
            }
        }
        let Some((received, schema)) = file else { return Ok(()) };
        let hash = self.visit.fill_text(&received.hash, &step.client)?;
        let key = self.visit.fill_text(&received.key, &step.client)?;
        match archive::open(&answer.body, &hash, received.wrong_hash, &key) {
            Ok(archive::Archive { member, json }) => {
                let at = format!("file {member}");
                if let Some(schema) = schema {
                    self.told.mismatches.extend(schema.check_within(&json, &at));
                }
                let json = pretty(&cut(&json));
                let _ = write!(self.told.shown, "\n\n--- {at}, opened ---\n{json}");
            }
            Err(mismatch) => self.told.mismatches.push(*mismatch),
        }
        Ok(())
    }
}

/// A value of an answer by its pointer, through what is sealed.
fn found(answer: &Answer, pointer: &str) -> Option<Value> {
    if let Some(opened) = &answer.opened
        && let Some(rest) = pointer.strip_prefix(opened.pointer.as_str())
    {
        return opened.json.pointer(rest).cloned();
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body.pointer(pointer).cloned()
}

/// An answer on the way to a session, as snapshots have it.
pub(super) fn told(case: &Case, answer: &Answer, sealed: &[String]) -> String {
    let body = serde_json::from_slice::<Value>(&answer.body).ok().map(|mut body| {
        // What looks wrong is told where the request stands by itself.
        let _ = case.volatile.hide(&mut body, answer.moment_ms);
        body
    });
    let shown = Shown { body: body.as_ref(), insides: &[], opened: None, sealed };
    snapshot::show(answer, &shown)
}
