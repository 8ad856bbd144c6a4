//! Rehearsal: every answer of every endpoint is said once in each sample scene, so that an
//! expression that fails at run time is found before the first call.

use std::{error::Error, slice::from_ref, sync::Arc};

use super::{
    files::{PackFiles, at_word},
    sample::{Fields, SAMPLES, Sample, empty, with_consent, with_file, with_session},
    touched::Touched,
};
use crate::{
    exchange,
    finding::{Finding, Source},
    pack::{Body, BulkStep, Endpoint, Pack, Replies, Rule, contract::Case},
    render::{
        expression::{Culprit, Locals, Scope},
        scene::Scene,
        template::Template,
    },
    taxpayers::Register,
    validate::{self, Verdict},
};

/// Says everything in every sample scene.
pub(super) fn check(
    files: &PackFiles<'_>,
    register: &Arc<Register>,
    cases: &[Case],
    findings: &mut Vec<Finding>,
) {
    let stage = Stage { files, pack: files.pack, touched: None, register, cases };
    stage.edges(findings);
    for sample in SAMPLES {
        stage.play(*sample, findings);
    }
}

/// The same for a pack that another setting made: what the setting touches, in the plainest scenes.
pub(super) fn check_touched(
    files: &PackFiles<'_>,
    pack: &Arc<Pack>,
    touched: &Touched<'_>,
    (register, cases): (&Arc<Register>, &[Case]),
    findings: &mut Vec<Finding>,
) {
    let stage = Stage { files, pack, touched: Some(touched), register, cases };
    stage.edges(findings);
    for sample in [SAMPLES[0], SAMPLES[6]] {
        stage.play(sample, findings);
    }
}

struct Stage<'check> {
    files: &'check PackFiles<'check>,
    pack: &'check Arc<Pack>,
    /// What is said; all, where nothing stands here.
    touched: Option<&'check Touched<'check>>,
    register: &'check Arc<Register>,
    cases: &'check [Case],
}

impl Stage<'_> {
    fn play(&self, sample: Sample, findings: &mut Vec<Finding>) {
        for (index, endpoint) in self.pack.endpoints.iter().enumerate() {
            if self.touched.is_none_or(|touched| touched.rules(index)) {
                self.rules(sample, index, findings);
            }
            self.file(sample, index, findings);
            let early = said_before_lookup(endpoint);
            // Books and filings that one reply has opened are told to the next ones as well.
            let mut stage = None;
            for reply in 0..endpoint.replies.all.len() {
                // Once somebody was looked up, somebody is there: nobody else is answered so.
                if sample.is_empty() && endpoint.lookup.is_some() && !early.contains(&reply) {
                    continue;
                }
                if self.touched.is_some_and(|touched| !touched.reply(index, endpoint, reply)) {
                    continue;
                }
                let staged = stage.take().unwrap_or_else(|| {
                    let mut scene = self.scene(sample, index);
                    with_file(&mut scene);
                    (scene.payload.clone(), Arc::new(scene))
                });
                let (payload, mut scene) = staged;
                if let Some(scene) = Arc::get_mut(&mut scene) {
                    scene.rewind();
                    scene.payload.clone_from(&payload);
                    with_session(scene, reply);
                    // An outcome that is asked for may be said to a call without a session.
                    if sample.fields != Fields::Absent {
                        with_consent(scene, reply);
                    }
                }
                let told = || {
                    let name = &endpoint.name;
                    format!("with {} at `{}::{name}`", sample.told(), self.pack.name)
                };
                let said = self.say(scene, &endpoint.replies, reply, &told, findings);
                stage = said.map(|scene| (payload, scene));
            }
        }
    }

    /// What is in a file, and what it and its links are called.
    fn file(&self, sample: Sample, index: usize, findings: &mut Vec<Finding>) {
        let endpoint = &self.pack.endpoints[index];
        let Some(BulkStep::Queue(queue)) = &endpoint.bulk else { return };
        if self.touched.is_some_and(|touched| !touched.body(index, &queue.contents_name)) {
            return;
        }
        // Nobody is told of who is not there.
        if sample.is_empty() && endpoint.lookup.is_some() {
            return;
        }
        let mut scene = self.scene(sample, index);
        with_file(&mut scene);
        scene.window = scene.part.as_ref().map(|part| part.first..part.first + part.count);
        let scene = Arc::new(scene);
        let mut sources = self.files.body_and_parts(&queue.contents_name);
        sources.push(self.files.vendor.clone());
        let told = || {
            let name = &endpoint.name;
            format!("in a file, with {} at `{}::{name}`", sample.told(), self.pack.name)
        };
        let scope = Scope { scene: &scene, locals: &Locals::Empty };
        let written = match &*queue.contents {
            Body::Json(tree) => tree.write(scope, &mut Vec::new()).map(|_| ()),
            _ => Ok(()),
        };
        let tried = [
            queue.count.count(scope).map(|_| ()),
            written,
            work_out(&queue.link, &scene),
            work_out(&queue.member, &scene),
        ];
        for error in tried.into_iter().filter_map(Result::err) {
            add(failed(&error, &told(), &sources), findings);
        }
    }

    /// What HTTP itself refuses.
    fn edges(&self, findings: &mut Vec<Finding>) {
        for reply in self.pack.edges.all() {
            let told = || format!("where no endpoint of `{}` takes the call", self.pack.name);
            let scene = empty(self.pack, self.register);
            self.say(Arc::new(scene), &self.pack.replies, reply, &told, findings);
        }
    }

    fn scene(&self, sample: Sample, index: usize) -> Scene {
        let name = &self.pack.endpoints[index].name;
        let case = self.cases.iter().find(|case| case.endpoint == *name);
        sample.scene(self.pack, self.register, index, case)
    }

    /// Says it, and gives the scene back where that went well.
    fn say(
        &self,
        scene: Arc<Scene>,
        replies: &Replies,
        reply: usize,
        told: &dyn Fn() -> String,
        findings: &mut Vec<Finding>,
    ) -> Option<Arc<Scene>> {
        match exchange::render(scene, replies, reply, None) {
            Ok((scene, ..)) => Some(scene),
            Err(error) => {
                let mut sources = self.files.body_and_parts(&replies.all[reply].body_name);
                sources.extend(self.files.errors.clone());
                sources.push(self.files.vendor.clone());
                add(failed(&error, &told(), &sources), findings);
                None
            }
        }
    }

    /// The rules, in the order of a call: what an earlier rule refuses never meets a later one.
    fn rules(&self, sample: Sample, index: usize, findings: &mut Vec<Finding>) {
        let endpoint = &self.pack.endpoints[index];
        let scene = Arc::new(self.scene(sample, index));
        let nobody = endpoint.lookup.is_some() && sample.is_empty();
        let place = format!("{}::{}", self.pack.name, endpoint.name);
        let failed = |error: &minijinja::Error| {
            let told = format!("with {} at `{place}`", sample.told());
            failed(error, &told, from_ref(&self.files.vendor))
        };
        let unreadable = endpoint.body.as_ref().and_then(|body| body.reason.as_ref());
        if let Some(Err(error)) = unreadable.map(|reason| work_out(reason, &scene)) {
            add(failed(&error), findings);
        }
        for (rules, skipped) in [
            (&endpoint.before_auth, false),
            (&endpoint.rules, false),
            (&endpoint.after_lookup, nobody),
        ] {
            if skipped {
                continue;
            }
            match follow(rules, &scene) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    add(failed(&error), findings);
                    return;
                }
            }
        }
    }
}

/// Adds a failure, unless the same expression failed in an earlier scene.
fn add(finding: Finding, findings: &mut Vec<Finding>) {
    let place = |finding: &Finding| {
        let path = finding.source.as_ref().map(|source| source.path.clone());
        (path, finding.span.clone())
    };
    if finding.span.is_none() || !findings.iter().any(|told| place(told) == place(&finding)) {
        findings.push(finding);
    }
}

fn failed(error: &minijinja::Error, told: &str, sources: &[Source]) -> Finding {
    let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let hint = if why.contains("undefined") {
        format!("{told}; guard it with `{{% if … %}}`, `is defined` or `| default(…)`")
    } else {
        format!("{told}; docs/pack-format.md lists what expressions know")
    };
    match culprit(error) {
        Some(expression) => {
            let message = format!("`{expression}` fails: {why}");
            at_word(Finding::new(message).hint(hint), &expression, sources)
        }
        None => Finding::new(format!("an expression fails: {why}")).hint(hint),
    }
}

/// The replies that are due before anybody is looked up, or since nobody is there.
fn said_before_lookup(endpoint: &Endpoint) -> Vec<usize> {
    let rules = endpoint.before_auth.iter().chain(&endpoint.rules).map(|rule| rule.otherwise);
    let body = endpoint.body.iter().flat_map(|body| [Some(body.unreadable), body.wrong_type]);
    let auth = [endpoint.not_found, endpoint.auth_missing, endpoint.auth_wrong];
    let more = endpoint.auth_expired.iter().chain(&endpoint.refusals).copied();
    rules.chain(body.chain(auth).chain(more).flatten()).collect()
}

/// Whether all rules pass; the reason of the first that does not is worked out as well.
fn follow(rules: &[Rule], scene: &Arc<Scene>) -> Result<bool, minijinja::Error> {
    let Verdict::Fails(index) = validate::first_failure(rules, scene, false)? else {
        return Ok(true);
    };
    if let Some(reason) = &rules[index].reason {
        work_out(reason, scene)?;
    }
    Ok(false)
}

fn work_out(reason: &Template, scene: &Arc<Scene>) -> Result<(), minijinja::Error> {
    reason.fill(Scope { scene, locals: &Locals::Empty }, &mut String::new())
}

/// The expression that failed.
fn culprit(error: &minijinja::Error) -> Option<String> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(Culprit(expression)) = error.downcast_ref() {
            return Some(expression.clone());
        }
        source = error.source();
    }
    None
}
