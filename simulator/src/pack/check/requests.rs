//! Requests: what `contract/requests.toml` names must be there.

use super::{files::PackFiles, flows, sessions};
use crate::{
    finding::Finding,
    pack::{
        Endpoint,
        contract::{Case, ContractFile, RequestFile, flows::Flow},
    },
    render::expression::closest,
};

const REQUESTS: &str = "contract/requests.toml";

/// What a pack's `contract/` holds besides schemas.
#[derive(Default)]
pub(super) struct Contract {
    /// The requests as they stand in the end.
    pub(super) cases: Vec<Case>,
    /// The file that they are from.
    pub(super) file: ContractFile,
    /// The flows.
    pub(super) flows: Vec<Flow>,
}

/// Reads the pack's cases; finds what they name that is not there.
pub(super) fn read(
    files: &PackFiles<'_>,
    scenarios: &[String],
    findings: &mut Vec<Finding>,
) -> Contract {
    let Some(source) = files.source(REQUESTS) else { return Contract::default() };
    let file = match ContractFile::read(&source) {
        Ok(file) => file,
        Err(more) => {
            findings.extend(more);
            return Contract::default();
        }
    };
    let (cases, whole) = match file.cases(&source) {
        Ok(cases) => (cases, true),
        Err(more) => {
            findings.extend(more);
            (Vec::new(), false)
        }
    };
    for (request, case) in file.requests.iter().zip(&cases) {
        let mut found = names(files, request, case);
        found.extend(sessions::of_request(files, request, case, &source));
        findings.extend(found.into_iter().map(|finding| finding.within(&source)));
    }
    if whole {
        let found = sessions::handshakes(files, &file, &cases);
        findings.extend(found.into_iter().map(|finding| finding.within(&source)));
    }
    for (pointer, form) in &file.volatile {
        if !["uuid", "epoch-ms", "epoch-s", "date-time"].contains(&form.value.as_str())
            && let Err(error) = regex_lite::Regex::new(form)
        {
            findings.push(
                Finding::new(format!("`{pointer}` can look like nothing: {error}"))
                    .at(form.span.clone())
                    .within(&source)
                    .hint("uuid, epoch-ms, epoch-s, date-time, or a regular expression"),
            );
        }
    }
    for pointer in file.code_at.iter().filter(|pointer| !pointer.starts_with('/')) {
        findings.push(
            Finding::new(format!("`{pointer}` is no JSON pointer"))
                .at(pointer.span.clone())
                .within(&source)
                .hint("begin with a slash: `/error/code`"),
        );
    }
    let flows = if whole { flows::read(files, &cases, scenarios, findings) } else { Vec::new() };
    Contract { cases, file, flows }
}

/// What a request names that the pack has not.
pub(super) fn names(files: &PackFiles<'_>, request: &RequestFile, case: &Case) -> Vec<Finding> {
    let pack = files.pack;
    let mut findings = Vec::new();
    let mut find = |message: String, span: &std::ops::Range<usize>, hint: String| {
        findings.push(Finding::new(message).at(span.clone()).hint(hint));
    };
    let Some((_, endpoint)) = pack.endpoint(&request.endpoint) else {
        let names: Vec<_> = pack.endpoints.iter().map(|one| one.name.clone()).collect();
        find(
            format!("`{}` has no endpoint `{}`", pack.name, request.endpoint),
            &request.endpoint.span,
            closest(&request.endpoint, &names),
        );
        return findings;
    };
    if let Some(reading) = &request.reading
        && !pack.setting_notes.iter().any(|note| note.name == reading.value)
    {
        let names: Vec<_> = pack.setting_notes.iter().map(|note| note.name.clone()).collect();
        find(
            format!("`{}` has no setting `{reading}`", pack.name),
            &reading.span,
            closest(reading, &names),
        );
    }
    let replies = &endpoint.replies;
    if replies.by_outcome.get(request.outcome.value.as_str()).is_none() {
        let mut names: Vec<_> = replies.by_outcome.keys().map(ToString::to_string).collect();
        names.sort();
        find(
            format!("`{}` never says `{}`", endpoint.name, request.outcome),
            &request.outcome.span,
            closest(&request.outcome, &names),
        );
    }
    if let Some(code) = &request.code
        && !replies.by_code.contains_key(&code.value)
    {
        let mut names: Vec<_> = replies.by_code.keys().cloned().collect();
        names.sort();
        find(
            format!("`{}` never says code `{code}`", endpoint.name),
            &code.span,
            closest(code, &names),
        );
    }
    if let Some(account) = request.account.as_ref().filter(|name| name.value != "none")
        && !pack.accounts.iter().any(|one| one.name == account.value)
    {
        let names: Vec<_> = pack.accounts.iter().map(|one| one.name.clone()).collect();
        find(format!("there is no account `{account}`"), &account.span, closest(account, &names));
    }
    let parameters = parameters(&endpoint.path);
    for (name, value) in &request.path {
        if !parameters.contains(name) {
            find(
                format!("the path of `{}` has no `{{{name}}}`", endpoint.name),
                &value.span,
                closest(name, &parameters),
            );
        }
    }
    for name in parameters.iter().filter(|name| !case.path.contains_key(*name)) {
        find(
            format!("the request says nothing for `{{{name}}}` of {}", endpoint.path),
            &request.endpoint.span,
            format!("add `path = {{ {name} = … }}`"),
        );
    }
    if let (Some(reply), Some(status)) = (reply_of(endpoint, case), &request.status) {
        let said = replies.all[reply].status.as_u16();
        if said != status.value {
            find(
                format!("status {} promised, {said} found in the pack", status.value),
                &status.span,
                "mend the one that the vendor's documents do not bear out".to_owned(),
            );
        }
    }
    findings
}

/// The names in the braces of a path.
pub(super) fn parameters(path: &str) -> Vec<String> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(str::to_owned)
        .collect()
}

/// The reply that a case is answered with.
pub(crate) fn reply_of(endpoint: &Endpoint, case: &Case) -> Option<usize> {
    let replies = &endpoint.replies;
    let by_outcome = replies.by_outcome.get(case.outcome.as_str()).copied();
    match &case.code {
        None => by_outcome,
        Some(code) => {
            let by_code = replies.by_code.get(code).copied();
            // An answer may be a code that other answers are, too.
            by_outcome
                .filter(|at| {
                    by_code.is_some_and(|other| replies.all[*at].code == replies.all[other].code)
                })
                .or(by_code)
        }
    }
}
