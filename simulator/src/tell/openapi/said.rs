//! What is said at an endpoint: each reply, played where a request causes it, else rendered.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    exchange,
    model::reply::Reply,
    pack::{
        Body, Code, Endpoint, Pack, Replies, ReplyPlan,
        check::{
            requests::reply_of,
            sample::{MOMENT_MS, empty, staged, with_consent, with_file, with_session},
        },
        contract::{Case, Sender, payload_names},
        file::StepFile,
    },
    tell::{
        DEFAULT_URL, Teller,
        credentials::sent,
        example::{Examples, before, request},
    },
    world::World,
};

use super::schemas::Schemas;

/// An example longer than this is not shown, in bytes.
const LONGEST: usize = 16 * 1024;

/// One answer, as it comes.
#[derive(Debug)]
pub(super) struct Said<'pack> {
    /// The endpoint; none where HTTP itself refuses.
    pub(super) endpoint: Option<&'pack Endpoint>,
    pub(super) plan: &'pack ReplyPlan,
    pub(super) code: Option<&'pack Code>,
    /// The case that causes it, where one does and is worth a name.
    pub(super) case: Option<String>,
    /// The content type without its parameters; empty where there is no body.
    pub(super) content_type: String,
    /// The body; none where it is too long, or no text.
    pub(super) value: Option<Value>,
    /// Schemas that answers of this kind must satisfy, by their paths below `contract/`; none in
    /// place of one where nothing is promised.
    pub(super) schemas: Vec<Option<String>>,
    /// Schemas of what is sealed in it.
    pub(super) payloads: Vec<String>,
}

/// Where answers come from.
#[derive(Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) examples: &'a Examples,
    pub(super) schemas: &'a Schemas,
}

impl<'a> Stage<'a> {
    /// All that an endpoint can say, in the pack's order; plain answers with a case each that has a
    /// schema of its own.
    pub(super) fn of_endpoint(self, pack: &'a Arc<Pack>, index: usize) -> Vec<Said<'a>> {
        let endpoint = &pack.endpoints[index];
        let cases: Vec<&Case> = self.examples.of_endpoint(pack, endpoint).collect();
        let mut all = Vec::new();
        for (reply, plan) in endpoint.replies.all.iter().enumerate() {
            let own: Vec<&Case> = cases
                .iter()
                .copied()
                .filter(|case| reply_of(endpoint, case) == Some(reply))
                .collect();
            let code = pack.code_of(plan);
            let mut said = Said {
                endpoint: Some(endpoint),
                plan,
                code,
                case: None,
                content_type: String::new(),
                value: None,
                schemas: self.promised(endpoint, plan, code, &own),
                payloads: self.payloads(endpoint, plan, &own),
            };
            let shown: Vec<&Case> = match code {
                Some(_) => own.iter().copied().take(1).collect(),
                None => {
                    let others = own.iter().skip(1);
                    let others = others.filter(|case| self.schemas.has(&endpoint.name, &case.name));
                    own.iter().take(1).chain(others).copied().collect()
                }
            };
            if shown.is_empty() {
                let staged = self.rendered(pack, index, reply, cases.first().copied());
                said.take(staged.as_ref());
                all.push(said);
                continue;
            }
            for case in shown {
                let reply = self
                    .played(pack, index, reply, case)
                    .or_else(|| self.rendered(pack, index, reply, Some(case)));
                let mut one = Said {
                    case: Some(case.name.clone()).filter(|_| code.is_none()),
                    schemas: std::mem::take(&mut said.schemas),
                    payloads: std::mem::take(&mut said.payloads),
                    content_type: String::new(),
                    value: None,
                    ..said
                };
                one.take(reply.as_ref());
                all.push(one);
            }
        }
        all
    }

    /// What is said where HTTP itself refuses: its name in the pack, and the answer.
    pub(super) fn of_edges(self, pack: &'a Arc<Pack>) -> Vec<(&'static str, Said<'a>)> {
        let edges = pack.edges;
        let known = [
            ("unknown-path", edges.unknown_path),
            ("wrong-method", edges.wrong_method),
            ("body-too-large", edges.body_too_large),
        ];
        let said = known.into_iter().filter_map(|(name, index)| {
            let index = index?;
            let plan = pack.replies.all.get(index)?;
            let code = pack.code_of(plan);
            let word = code.map(|code| code.code.as_str());
            let mut said = Said {
                endpoint: None,
                plan,
                code,
                case: None,
                content_type: String::new(),
                value: None,
                schemas: vec![self.schemas.of_reply(None, &[], word)],
                payloads: Vec::new(),
            };
            let scene = empty(pack, &self.world.register);
            said.take(render(scene, &pack.replies, index).as_ref());
            Some((name, said))
        });
        said.collect()
    }

    /// The schemas that answers of a reply must satisfy, whichever request causes them.
    fn promised(
        self,
        endpoint: &Endpoint,
        plan: &ReplyPlan,
        code: Option<&Code>,
        cases: &[&Case],
    ) -> Vec<Option<String>> {
        // Of a file's bytes no schema tells anything.
        if matches!(*plan.body, Body::FilePart) {
            return Vec::new();
        }
        let code = code.map(|code| code.code.as_str());
        let of = |words: &[&str]| self.schemas.of_reply(Some(&endpoint.name), words, code);
        let mut all = vec![of(&[plan.outcome.as_str()])];
        for case in cases {
            let own = of(&[&case.name, plan.outcome.as_str()]);
            if !all.contains(&own) {
                all.push(own);
            }
        }
        all
    }

    fn payloads(self, endpoint: &Endpoint, plan: &ReplyPlan, cases: &[&Case]) -> Vec<String> {
        let uses = endpoint.consent.as_ref().is_some_and(|step| step.step == StepFile::Use);
        if !uses || plan.code.is_some() {
            return Vec::new();
        }
        let mut all = Vec::new();
        let outcome = plan.outcome.as_str();
        let plain = std::iter::once((outcome, None));
        let own = cases.iter().map(|case| (case.name.as_str(), case.payload.as_deref()));
        for (name, named) in plain.chain(own) {
            let names = payload_names(&endpoint.name, name, outcome, named);
            all.extend(self.schemas.of_payload(&names).filter(|path| !all.contains(path)));
        }
        all
    }

    /// The answer to a request that causes it by itself; none where it needs a session first, or
    /// something else comes of it.
    fn played(self, pack: &Arc<Pack>, index: usize, reply: usize, case: &Case) -> Option<Reply> {
        let endpoint = &pack.endpoints[index];
        let is_plain =
            case.method.is_none() && case.seed.is_none_or(|seed| seed == self.world.seed);
        if !is_plain || before(case, endpoint).is_some() {
            return None;
        }
        let account = match &case.account {
            Sender::First => Some(0),
            Sender::Nobody => None,
            Sender::Account(name) => Some(pack.accounts.iter().position(|one| one.name == *name)?),
        };
        let mut request = request(case, endpoint);
        if let Some(account) = account {
            request.add_credentials(&sent(pack, endpoint.scheme, account, MOMENT_MS));
        }
        let teller = Teller {
            world: self.world,
            examples: self.examples,
            base_url: DEFAULT_URL,
            at_ms: MOMENT_MS,
            tenant: None,
        };
        let exchange = teller.play(pack, &request, None).ok()?;
        let is_it = exchange.scene.endpoint == Some(index) && exchange.plan == Some(reply);
        is_it.then_some(exchange.delivery.reply)
    }

    /// The reply as the case's call would be told it.
    fn rendered(
        self,
        pack: &Arc<Pack>,
        index: usize,
        reply: usize,
        case: Option<&Case>,
    ) -> Option<Reply> {
        let mut scene = staged(pack, &self.world.register, index, case);
        with_session(&mut scene, reply);
        with_consent(&mut scene, reply);
        with_file(&mut scene);
        render(scene, &pack.endpoints[index].replies, reply)
    }
}

/// What cannot be said is told of by `gspsim check`.
fn render(scene: crate::render::scene::Scene, replies: &Replies, index: usize) -> Option<Reply> {
    exchange::render(Arc::new(scene), replies, index, None).ok().map(|(_, _, reply)| reply)
}

impl Said<'_> {
    fn take(&mut self, reply: Option<&Reply>) {
        let Some(reply) = reply else { return };
        let content_type =
            reply.headers.iter().find(|(name, _)| name == http::header::CONTENT_TYPE);
        let essence = content_type.and_then(|(_, value)| value.to_str().ok()).unwrap_or_default();
        essence.split(';').next().unwrap_or_default().trim().clone_into(&mut self.content_type);
        let is_file = matches!(*self.plan.body, Body::FilePart);
        if is_file || reply.body.is_empty() || reply.body.len() > LONGEST {
            return;
        }
        self.value = Some(match &*self.plan.body {
            Body::Json(_) => serde_json::from_slice(&reply.body).unwrap_or_default(),
            _ => String::from_utf8_lossy(&reply.body).into(),
        });
    }

    /// What a document calls its example: the vendor's code, else the case, else our name.
    pub(super) fn name(&self) -> String {
        match (self.code, &self.case) {
            (Some(code), _) => code.code.clone(),
            (None, Some(case)) => case.clone(),
            (None, None) => self.plan.outcome.to_string(),
        }
    }
}
