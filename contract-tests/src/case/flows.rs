//! Flows of a pack: their requests become cases, as those that stand by themselves do.

use std::sync::Arc;

use gsp_simulator::{
    finding::Finding,
    pack::contract::{
        self, FlowsFile,
        flows::{Doing, Sending, Step},
    },
    world::Ingredients,
};

use super::{Case, Vendor, places};
use crate::{
    flow::{FlowCase, FlowDoing, FlowSend, FlowStep},
    schema::Schema,
};

impl Vendor<'_> {
    /// The flows of `contract/flows.toml`, where the pack has one.
    pub(super) fn flows(&self, shared: &Arc<Ingredients>) -> Result<Vec<FlowCase>, Vec<Finding>> {
        let path = format!("{}/contract/flows.toml", self.pack.name);
        let Some(source) = self.folder.source(&path) else { return Ok(Vec::new()) };
        let file = FlowsFile::read(&source)?;
        let flows = file.flows(&self.requests, &source)?;
        let mut cases = Vec::with_capacity(flows.len());
        let mut findings = Vec::new();
        for (flow, written) in flows.into_iter().zip(&file.flows) {
            let steps: Result<Vec<_>, Finding> =
                flow.steps.into_iter().map(|step| self.step(step)).collect();
            match steps {
                Ok(steps) => cases.push(FlowCase {
                    vendor: self.pack.name.clone(),
                    name: flow.name,
                    about: flow.about,
                    source: flow.source,
                    place: Some(places::at(&source, &written.name.span)),
                    settings: flow.settings,
                    live: flow.live,
                    steps,
                    ways: self.ways.clone(),
                    ingredients: Arc::clone(shared),
                }),
                Err(finding) => findings.push(finding.within(&source)),
            }
        }
        if findings.is_empty() { Ok(cases) } else { Err(findings) }
    }

    fn step(&self, step: Step) -> Result<FlowStep, Finding> {
        let Step { name, client, doing, session_user, session_state } = step;
        let doing = match doing {
            Doing::Act(act) => FlowDoing::Act(act),
            Doing::Send(sending) => FlowDoing::Send(Box::new(self.sending(*sending)?)),
        };
        Ok(FlowStep { name, client, user: session_user, state: session_state, doing })
    }

    fn sending(&self, sending: Sending) -> Result<FlowSend, Finding> {
        let Sending { case, changes, target, keep, file, .. } = sending;
        let file = match file {
            None => None,
            Some(file) => {
                let name = file.payload.as_ref().map(|name| vec![name.value.clone()]);
                let names = name.unwrap_or_default();
                Some((file, Schema::find_payload(self.folder, &self.pack.name, &names)?))
            }
        };
        let case = self.flow_case(&case).ok_or_else(|| {
            Finding::new(format!("there is no endpoint `{}`", case.endpoint))
                .at(changes.endpoint.span.clone())
        })??;
        Ok(FlowSend { case, target, keep, file })
    }

    /// A request of a flow as a case; `None` where its endpoint is not there.
    fn flow_case(&self, asked: &contract::Case) -> Option<Result<Case, Finding>> {
        let (_, endpoint) = self.pack.endpoint(&asked.endpoint)?;
        let promise = self.written(endpoint, &[asked]).into_iter().next()?;
        Some(self.case(endpoint, promise))
    }
}
