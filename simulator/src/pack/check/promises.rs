//! Promises: `contract/` names what the pack has, and what the pack says keeps what it promises.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    files::{PackFiles, at_word},
    sample::{empty, staged, with_session},
    schema::{self, Breach},
};
use crate::{
    exchange,
    finding::{Finding, Source},
    pack::{
        Body, Endpoint, Replies, ReplyPlan,
        contract::{Case, ContractFile, RequestFile},
    },
    render::{expression::closest, scene::Scene},
    taxpayers::Register,
};

const REQUESTS: &str = "contract/requests.toml";

/// Reads the pack's cases and finds what they name that is not there.
pub(super) fn cases(files: &PackFiles<'_>, findings: &mut Vec<Finding>) -> Vec<Case> {
    let Some(source) = files.source(REQUESTS) else { return Vec::new() };
    let file = match ContractFile::read(&source) {
        Ok(file) => file,
        Err(more) => {
            findings.extend(more);
            return Vec::new();
        }
    };
    let cases = file.cases(&source).unwrap_or_else(|more| {
        findings.extend(more);
        Vec::new()
    });
    for (request, case) in file.requests.iter().zip(&cases) {
        let found = names(files, request, case);
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
    cases
}

/// What a request names that the pack has not.
fn names(files: &PackFiles<'_>, request: &RequestFile, case: &Case) -> Vec<Finding> {
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
fn parameters(path: &str) -> Vec<String> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(str::to_owned)
        .collect()
}

/// The reply that a case is answered with.
fn reply_of(endpoint: &Endpoint, case: &Case) -> Option<usize> {
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

/// Checks the schemas, and all that the pack says against them.
pub(super) fn check(
    files: &PackFiles<'_>,
    register: &Arc<Register>,
    cases: &[Case],
    findings: &mut Vec<Finding>,
) {
    let schemas = Schemas::read(files, findings);
    if schemas.0.is_empty() {
        return;
    }
    schemas.unused(files, cases, findings);
    let mut seen: Vec<(String, Breach)> = Vec::new();
    let mut hold = |keeper: &Keeper<'_>, scene: Scene, findings: &mut Vec<Finding>| {
        for (breach, finding) in keeper.breaches(files, &schemas, scene) {
            // What one case told, the next ones need not repeat.
            let key = (keeper.plan().body_name.clone(), breach);
            if !seen.contains(&key) {
                seen.push(key);
                findings.push(finding);
            }
        }
    };
    for (index, endpoint) in files.pack.endpoints.iter().enumerate() {
        let own: Vec<_> = cases.iter().filter(|case| case.endpoint == endpoint.name).collect();
        let mut said = vec![false; endpoint.replies.all.len()];
        for case in &own {
            let Some(reply) = reply_of(endpoint, case) else { continue };
            said[reply] = true;
            let keeper = Keeper {
                endpoint: Some(endpoint),
                case: Some(case),
                replies: &endpoint.replies,
                reply,
            };
            let mut scene = staged(files.pack, register, index, Some(case));
            with_session(&mut scene, reply);
            hold(&keeper, scene, findings);
        }
        for reply in (0..said.len()).filter(|reply| !said[*reply]) {
            let keeper =
                Keeper { endpoint: Some(endpoint), case: None, replies: &endpoint.replies, reply };
            let mut scene = staged(files.pack, register, index, own.first().copied());
            with_session(&mut scene, reply);
            hold(&keeper, scene, findings);
        }
    }
    for reply in files.pack.edges.all() {
        let keeper = Keeper { endpoint: None, case: None, replies: &files.pack.replies, reply };
        hold(&keeper, empty(files.pack, register), findings);
    }
}

/// Schemas by their path below `contract/`, without `.schema.json`.
struct Schemas(BTreeMap<String, (Source, Value)>);

impl Schemas {
    fn read(files: &PackFiles<'_>, findings: &mut Vec<Finding>) -> Self {
        let mut schemas = BTreeMap::new();
        for path in files.below("contract/") {
            let Some(name) = path.strip_suffix(".schema.json") else { continue };
            let Some(source) = files.source(&format!("contract/{path}")) else { continue };
            match serde_json::from_str::<Value>(&source.text) {
                Ok(schema) => {
                    for fault in schema::inspect(&schema) {
                        let word = if fault.word.starts_with(['{', '[', '"']) {
                            fault.word
                        } else {
                            format!("\"{}\"", fault.word)
                        };
                        let finding = Finding::new(fault.message).hint(fault.hint);
                        findings.push(at_word(finding, &word, std::slice::from_ref(&source)));
                    }
                    schemas.insert(name.to_owned(), (source, schema));
                }
                Err(error) => {
                    let at = line_start(&source.text, error.line());
                    findings.push(
                        Finding::new(format!("this is no JSON: {error}"))
                            .at(at..at)
                            .within(&source)
                            .hint("a schema is one JSON object"),
                    );
                }
            }
        }
        Self(schemas)
    }

    /// Schemas that nothing can be held against.
    fn unused(&self, files: &PackFiles<'_>, cases: &[Case], findings: &mut Vec<Finding>) {
        for (name, (source, _)) in &self.0 {
            let Some((folder, word)) = name.split_once('/') else {
                if name != "error" {
                    let hint =
                        "`contract/<endpoint>/<case>`, `contract/codes/<code>` or `contract/error`";
                    findings.push(
                        Finding::new("nothing is held against this schema")
                            .within(source)
                            .hint(hint),
                    );
                }
                continue;
            };
            let known: Vec<String> = if folder == "codes" {
                files.pack.catalog.iter().map(|code| code.code.clone()).collect()
            } else if let Some((_, endpoint)) = files.pack.endpoint(folder) {
                let own = cases.iter().filter(|case| case.endpoint == folder);
                own.map(|case| case.name.clone())
                    .chain(endpoint.replies.by_outcome.keys().map(ToString::to_string))
                    .chain(endpoint.replies.by_code.keys().cloned())
                    .collect()
            } else {
                let names: Vec<_> =
                    files.pack.endpoints.iter().map(|one| one.name.clone()).collect();
                let message = format!("`{}` has no endpoint `{folder}`", files.pack.name);
                findings.push(Finding::new(message).within(source).hint(closest(folder, &names)));
                continue;
            };
            if !known.iter().any(|known| known == word) {
                findings.push(
                    Finding::new(format!(
                        "there is no case, outcome or code `{word}` at `{folder}`"
                    ))
                    .within(source)
                    .hint(closest(word, &known)),
                );
            }
        }
    }

    /// The schema that an answer must satisfy: the case's, the outcome's, the code's, the errors'.
    fn of(&self, keeper: &Keeper<'_>, code: Option<&str>) -> Option<&(Source, Value)> {
        let plan = keeper.plan();
        let own = keeper.endpoint.into_iter().flat_map(|endpoint| {
            let case = keeper.case.map(|case| case.name.as_str());
            let outcome = keeper.case.map_or(plan.outcome.as_str(), |case| case.outcome.as_str());
            [case, Some(outcome), code]
                .into_iter()
                .flatten()
                .map(|word| format!("{}/{word}", endpoint.name))
        });
        own.chain(code.map(|code| format!("codes/{code}")))
            .chain(code.map(|_| "error".to_owned()))
            .find_map(|name| self.0.get(&name))
    }
}

/// An answer that keeps, or breaks, a promise.
struct Keeper<'check> {
    endpoint: Option<&'check Endpoint>,
    case: Option<&'check Case>,
    replies: &'check Replies,
    reply: usize,
}

impl Keeper<'_> {
    fn plan(&self) -> &ReplyPlan {
        &self.replies.all[self.reply]
    }

    /// `alpha::verify::not-found`.
    fn told(&self, pack: &str, code: Option<&str>) -> String {
        let word = self.case.map_or_else(
            || code.unwrap_or(self.plan().outcome.as_str()),
            |case| case.name.as_str(),
        );
        match self.endpoint {
            Some(endpoint) => format!("{pack}::{}::{word}", endpoint.name),
            None => format!("{pack}::{word}"),
        }
    }

    fn breaches(
        &self,
        files: &PackFiles<'_>,
        schemas: &Schemas,
        scene: Scene,
    ) -> Vec<(Breach, Finding)> {
        let code = files.pack.code_of(self.plan()).map(|code| code.code.as_str());
        let told = self.told(&files.pack.name, code);
        let Some((promise, schema)) = schemas.of(self, code) else {
            return self.unpromised(files, &told);
        };
        // What fails was told of by the rehearsal.
        let Ok((_, _, reply)) = exchange::render(Arc::new(scene), self.replies, self.reply, None)
        else {
            return Vec::new();
        };
        let value = match &*self.plan().body {
            Body::Json(_) => serde_json::from_slice(&reply.body).unwrap_or(Value::Null),
            Body::Empty | Body::Text(..) => String::from_utf8_lossy(&reply.body).into(),
        };
        let sources = files.body_and_parts(&self.plan().body_name);
        schema::breaches(schema, &value)
            .into_iter()
            .map(|breach| {
                let Breach { pointer, promised, found } = &breach;
                let place =
                    if pointer.is_empty() { "the body".to_owned() } else { format!("`{pointer}`") };
                let message = format!("{place}: {promised} promised, {found} found ({told})");
                let hint = format!(
                    "{} promises it; mend the one that the vendor's documents do not bear out",
                    promise.path.display()
                );
                let finding = Finding::new(message).hint(hint);
                let finding = match key_of(&breach) {
                    Some(key) => at_word(finding, &format!("\"{key}\""), &sources),
                    None => at_word(finding, "\u{0}", &sources),
                };
                (breach, finding)
            })
            .collect()
    }

    /// A plain answer that no schema tells of: nothing would notice if it were wrong.
    fn unpromised(&self, files: &PackFiles<'_>, told: &str) -> Vec<(Breach, Finding)> {
        let Some(endpoint) = self.endpoint else { return Vec::new() };
        let outcome = self.case.map_or(self.plan().outcome.as_str(), |case| case.outcome.as_str());
        let breach = Breach {
            pointer: endpoint.name.clone(),
            promised: outcome.to_owned(),
            found: String::new(),
        };
        let file = files.vendor_file.endpoints.iter().find(|file| file.name.value == endpoint.name);
        let finding = Finding::new(format!("nothing is promised of `{told}`")).hint(format!(
            "add `contract/{}/{outcome}.schema.json`, from the vendor's documents",
            endpoint.name
        ));
        let finding = match file {
            Some(file) => finding.at(file.name.span.clone()),
            None => finding,
        };
        vec![(breach, finding.within(&files.vendor))]
    }
}

/// The key that a breach is about: the one it names, or the last of its pointer.
fn key_of(breach: &Breach) -> Option<String> {
    if breach.promised == "no other keys" {
        return Some(breach.found.trim_matches('`').to_owned());
    }
    breach
        .pointer
        .rsplit('/')
        .find(|part| !part.is_empty() && part.parse::<usize>().is_err())
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
}

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}
