//! Sessions in `contract/`: holes that nobody fills, kinds of session that are not there.

use std::ops::Range;

use super::files::PackFiles;
use crate::{
    finding::{Finding, Source},
    pack::{
        contract::{
            Case, ContractFile, RequestFile, SessionOf, case_named,
            holes::{self, CONSENT_WORDS, Hole},
        },
        file::{Name, StepFile},
        located::Located,
    },
    render::expression::closest,
};

const STEPS: [StepFile; 4] =
    [StepFile::RequestOtp, StepFile::Open, StepFile::Refresh, StepFile::Close];

/// What a request says of its session that cannot be.
pub(super) fn of_request(
    files: &PackFiles<'_>,
    request: &RequestFile,
    case: &Case,
    source: &Source,
) -> Vec<Finding> {
    let mut findings: Vec<_> = kind_is_there(files, request).into_iter().collect();
    findings.extend(payload_is_there(files, request.payload.as_ref()));
    for hole in holes_of(case) {
        if matches!(hole, Hole::Kept(_)) {
            let span = place_of_hole(&hole, source, &request.endpoint.span);
            findings.push(
                Finding::new(format!("nobody has kept `{hole}` for a request by itself"))
                    .at(span)
                    .hint("only the steps of contract/flows.toml keep and fill it"),
            );
        } else {
            findings.extend(wrong_hole(files, &hole, case, source, &request.endpoint.span));
        }
    }
    findings
}

/// A kind of session that the pack has not.
fn kind_is_there(files: &PackFiles<'_>, request: &RequestFile) -> Option<Finding> {
    let name = request.session.as_ref().filter(|name| name.value != "none")?;
    no_kind(files, &name.value, name.span.clone())
}

/// A finding where the pack has no kind of session of that name.
pub(super) fn no_kind(files: &PackFiles<'_>, name: &str, span: Range<usize>) -> Option<Finding> {
    let names: Vec<_> = files.pack.consents.iter().map(|kind| kind.name.clone()).collect();
    (!names.iter().any(|known| known == name)).then(|| {
        Finding::new(format!("there is no kind of session `{name}`")).at(span).hint(format!(
            "`[consents.{name}]` in vendor.toml declares one; {}",
            closest(name, &names)
        ))
    })
}

/// A schema that is named and not there.
pub(super) fn payload_is_there(files: &PackFiles<'_>, payload: Option<&Name>) -> Option<Finding> {
    let payload = payload?;
    let path = format!("contract/payloads/{payload}.schema.json");
    if files.source(&path).is_some() {
        return None;
    }
    let names: Vec<_> = files
        .below("contract/payloads/")
        .iter()
        .filter_map(|path| path.strip_suffix(".schema.json").map(str::to_owned))
        .collect();
    Some(
        Finding::new(format!("there is no schema `{payload}` of what is sealed"))
            .at(payload.span.clone())
            .hint(format!("add `{path}`; {}", closest(payload, &names))),
    )
}

/// The holes of a request, each once.
pub(super) fn holes_of(case: &Case) -> Vec<Hole> {
    let mut found: Vec<_> = case.texts().into_iter().flat_map(holes::in_text).collect();
    found.sort();
    found.dedup();
    found
}

/// A hole with a name that nobody has, or in a request that has no session to fill it from.
pub(super) fn wrong_hole(
    files: &PackFiles<'_>,
    hole: &Hole,
    case: &Case,
    source: &Source,
    near: &Range<usize>,
) -> Option<Finding> {
    match hole {
        Hole::Kept(_) => None,
        Hole::Unknown(word) => {
            let names: Vec<_> =
                CONSENT_WORDS.iter().map(|(word, _)| format!("consent.{word}")).collect();
            Some(
                Finding::new(format!("nobody fills `{{{{ {word} }}}}`"))
                    .at(place_of_hole(hole, source, near))
                    .hint(closest(word, &names)),
            )
        }
        Hole::Consent(_) => {
            let endpoint = files.pack.endpoint(&case.endpoint);
            let own = endpoint.is_some_and(|(_, endpoint)| endpoint.consent.is_some());
            let has_kind = own || matches!(case.session, SessionOf::Kind(_));
            (!has_kind).then(|| {
                Finding::new(format!(
                    "`{}` has no session that `{hole}` could be of",
                    case.endpoint
                ))
                .at(place_of_hole(hole, source, near))
                .hint("`session = \"…\"` with a kind of session, or take the hole out")
            })
        }
    }
}

/// The hole's name in the file: the first one behind `near`, else the first.
pub(super) fn place_of_hole(hole: &Hole, source: &Source, near: &Range<usize>) -> Range<usize> {
    let word = hole.to_string();
    let from = near.start.min(source.text.len());
    let behind = source.text[from..].find(&word).map(|start| start + from);
    let start = behind.or_else(|| source.text.find(&word));
    start.map_or_else(|| near.clone(), |start| start..start + word.len())
}

/// `[consents.NAME]`: kinds, requests and pointers that are not there.
pub(super) fn handshakes(
    files: &PackFiles<'_>,
    file: &ContractFile,
    cases: &[Case],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, own) in &file.consents {
        let steps: Vec<_> =
            STEPS.iter().filter_map(|step| Some((*step, own.named(*step)?))).collect();
        // The table's own name has no place in the file; what stands in it has one.
        let inside = [&own.user, &own.state, &own.token, &own.session_key];
        let spans = inside.iter().filter_map(|text| text.as_ref()).map(|text| text.span.clone());
        let place = spans.chain(steps.iter().map(|(_, name)| name.span.clone())).next();
        findings.extend(no_kind(files, name, place.unwrap_or(0..0)));
        for (step, named) in steps {
            let Some(case) = case_named(cases, named) else {
                let names: Vec<_> = cases.iter().map(Case::full_name).collect();
                findings.push(
                    Finding::new(format!("there is no request `{named}`"))
                        .at(named.span.clone())
                        .hint(closest(named, &names)),
                );
                continue;
            };
            let endpoint = files.pack.endpoint(&case.endpoint).map(|(_, endpoint)| endpoint);
            let takes = endpoint.and_then(|endpoint| endpoint.consent.as_ref());
            if !takes.is_some_and(|own| own.step == step) {
                findings.push(
                    Finding::new(format!("`{named}` does not take this step of a session"))
                        .at(named.span.clone())
                        .hint(format!("`[endpoints.consent]` of `{}` says which", case.endpoint)),
                );
            }
        }
        let sealed = own.sealed.iter().flat_map(|sealed| [&sealed.data, &sealed.key, &sealed.hmac]);
        let pointers = own.token.iter().chain(&own.session_key).chain(sealed);
        findings.extend(pointers.filter_map(no_pointer));
    }
    findings
}

/// A text that is no JSON pointer.
pub(super) fn no_pointer(pointer: &Located<String>) -> Option<Finding> {
    (!pointer.starts_with('/')).then(|| {
        Finding::new(format!("`{pointer}` is no JSON pointer"))
            .at(pointer.span.clone())
            .hint(format!("`/{pointer}`: a `/` before each key"))
    })
}
