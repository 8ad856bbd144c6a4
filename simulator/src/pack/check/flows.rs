//! Flows: what `contract/flows.toml` names must be there, and be kept before it is used.

use std::{collections::BTreeSet, str::FromStr as _};

use super::{
    files::PackFiles,
    requests,
    sessions::{holes_of, no_kind, no_pointer, payload_is_there, place_of_hole, wrong_hole},
};
use crate::{
    finding::{Finding, Source},
    pack::contract::{
        Case,
        flows::{Act, Doing, Flow, FlowFile, FlowsFile, Sending},
        holes::{self, Hole},
    },
    render::expression::closest,
};

const FLOWS: &str = "contract/flows.toml";

/// Reads the pack's flows; finds what they name that is not there.
pub(super) fn read(
    files: &PackFiles<'_>,
    cases: &[Case],
    scenarios: &[String],
    findings: &mut Vec<Finding>,
) -> Vec<Flow> {
    let Some(source) = files.source(FLOWS) else { return Vec::new() };
    let file = match FlowsFile::read(&source) {
        Ok(file) => file,
        Err(more) => {
            findings.extend(more);
            return Vec::new();
        }
    };
    let flows = match file.flows(cases, &source) {
        Ok(flows) => flows,
        Err(more) => {
            findings.extend(more);
            return Vec::new();
        }
    };
    for (written, flow) in file.flows.iter().zip(&flows) {
        let mut found = settings(files, written);
        let mut kept = BTreeSet::new();
        for step in &flow.steps {
            match &step.doing {
                Doing::Act(act) => found.extend(wrong_act(files, act, scenarios)),
                Doing::Send(sending) => {
                    found.extend(wrong_sending(files, sending, &kept, &source));
                    kept.extend(sending.keep.iter().map(|(name, _)| name.clone()));
                }
            }
        }
        findings.extend(found.into_iter().map(|finding| finding.within(&source)));
    }
    flows
}

fn settings(files: &PackFiles<'_>, flow: &FlowFile) -> Vec<Finding> {
    let names: Vec<_> = files.pack.setting_notes.iter().map(|note| note.name.clone()).collect();
    flow.settings
        .iter()
        .filter(|(name, _)| !names.contains(name))
        .map(|(name, value)| {
            Finding::new(format!("`{}` has no setting `{name}`", files.pack.name))
                .at(value.span.clone())
                .hint(closest(name, &names))
        })
        .collect()
}

fn wrong_act(files: &PackFiles<'_>, act: &Act, scenarios: &[String]) -> Option<Finding> {
    match act {
        Act::LogIn(kind) => no_kind(files, kind, kind.span.clone()),
        Act::Advance(by) => jiff::SignedDuration::from_str(by).err().map(|error| {
            Finding::new(format!("`{by}` is no time to advance by: {error}"))
                .at(by.span.clone())
                .hint("such as `30m`, `6h` or `90s`")
        }),
        Act::Begin(name) | Act::End(name) => (!scenarios.contains(&name.value)).then(|| {
            Finding::new(format!("there is no scenario `{name}`"))
                .at(name.span.clone())
                .hint(closest(name, scenarios))
        }),
        Act::RotateCertificate | Act::FetchCertificate => None,
    }
}

fn wrong_sending(
    files: &PackFiles<'_>,
    sending: &Sending,
    kept: &BTreeSet<String>,
    source: &Source,
) -> Vec<Finding> {
    let Sending { case, changes, target, file, .. } = sending;
    let near = &changes.endpoint.span;
    let mut findings = requests::names(files, changes, case);
    findings.extend(payload_is_there(files, changes.payload.as_ref()));
    let mut all = holes_of(case);
    let received = file.iter().flat_map(|file| [&file.hash.value, &file.key.value]);
    all.extend(target.iter().chain(received).flat_map(|text| holes::in_text(text)));
    for hole in &all {
        match hole {
            Hole::Kept(name) if !kept.contains(name) => {
                let names: Vec<_> = kept.iter().cloned().collect();
                findings.push(
                    Finding::new(format!("no earlier step keeps `{name}`"))
                        .at(place_of_hole(hole, source, near))
                        .hint(format!("`keep = {{ {name} = \"/…\" }}`; {}", closest(name, &names))),
                );
            }
            // A flow's client has a session wherever an earlier step opened one.
            Hole::Kept(_) | Hole::Consent(_) => {}
            Hole::Unknown(_) => findings.extend(wrong_hole(files, hole, case, source, near)),
        }
    }
    findings.extend(sending.kept_at.iter().filter_map(no_pointer));
    if let Some(file) = file {
        findings.extend(payload_is_there(files, file.payload.as_ref()));
    }
    if let Some(target) = target.as_ref().filter(|target| !target.starts_with('/')) {
        let span = source.text.find(target.as_str());
        findings.push(
            Finding::new(format!("`{target}` is no path"))
                .at(span.map_or_else(|| near.clone(), |start| start..start + target.len()))
                .hint("path and query below the vendor's root, from the first `/` on"),
        );
    }
    findings
}
