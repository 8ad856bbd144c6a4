//! Promises: the schemas of `contract/`, and whether what the pack says keeps to them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    files::{PackFiles, at_keys, at_word},
    requests::{Contract, reply_of},
    sample::{empty, staged, with_consent, with_file, with_session},
    schema::{self, Breach},
    seals::{self, Opened},
};
use crate::{
    exchange,
    finding::{Finding, Source},
    pack::{
        Body, Endpoint, Replies, ReplyPlan,
        contract::{Case, flows::Doing, payload_names},
    },
    render::{expression::closest, scene::Scene},
    taxpayers::Register,
};

/// Checks the schemas, and all that the pack says against them.
pub(super) fn check(
    files: &PackFiles<'_>,
    register: &Arc<Register>,
    contract: &Contract,
    findings: &mut Vec<Finding>,
) {
    let cases = &contract.cases;
    let schemas = Schemas::read(files, findings);
    if schemas.0.is_empty() {
        return;
    }
    schemas.unused(files, contract, findings);
    let mut seen: Vec<(String, String, String)> = Vec::new();
    let mut hold = |keeper: &Keeper<'_>, scene: Scene, findings: &mut Vec<Finding>| {
        for (breach, finding) in keeper.breaches(files, contract, &schemas, scene) {
            // What one case told, the next ones need not repeat.
            let key = (keeper.plan().body_name.clone(), breach.pointer, breach.promised);
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
            with_consent(&mut scene, reply);
            with_file(&mut scene);
            hold(&keeper, scene, findings);
        }
        for reply in (0..said.len()).filter(|reply| !said[*reply]) {
            let keeper =
                Keeper { endpoint: Some(endpoint), case: None, replies: &endpoint.replies, reply };
            let mut scene = staged(files.pack, register, index, own.first().copied());
            with_session(&mut scene, reply);
            with_consent(&mut scene, reply);
            with_file(&mut scene);
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
                    // It is there, so nobody need be told that it is missing.
                    schemas.insert(name.to_owned(), (source, Value::Bool(true)));
                }
            }
        }
        Self(schemas)
    }

    /// Schemas that nothing can be held against.
    fn unused(&self, files: &PackFiles<'_>, contract: &Contract, findings: &mut Vec<Finding>) {
        let cases = &contract.cases;
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
            } else if folder == "payloads" && cases.is_empty() {
                // Whoever cannot be read may name it.
                continue;
            } else if folder == "payloads" {
                payloads(files, contract)
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
        contract: &Contract,
        schemas: &Schemas,
        scene: Scene,
    ) -> Vec<(Breach, Finding)> {
        let code = files.pack.code_of(self.plan()).map(|code| code.code.as_str());
        let told = self.told(&files.pack.name, code);
        // Of a file's bytes no schema can tell anything.
        if matches!(*self.plan().body, Body::FilePart) {
            return Vec::new();
        }
        let Some((promise, schema)) = schemas.of(self, code) else {
            return self.unpromised(files, &told);
        };
        // What fails was told of by the rehearsal.
        let said = exchange::render(Arc::new(scene), self.replies, self.reply, None);
        let Ok((scene, _, reply)) = said else { return Vec::new() };
        let value = match &*self.plan().body {
            Body::Json(_) => serde_json::from_slice(&reply.body).unwrap_or(Value::Null),
            Body::Empty | Body::FilePart | Body::Text(..) => {
                String::from_utf8_lossy(&reply.body).into()
            }
        };
        let mut all = self.broken(files, (promise, schema), &value, "", &told);
        let opened = self.endpoint.and_then(|endpoint| {
            let said = (&*scene, &value);
            seals::open(files, &contract.file, endpoint, self.case, self.plan(), said)
        });
        match opened {
            Some(Opened { at, json, schema: Some((promise, schema)), .. }) => {
                all.extend(self.broken(files, (&promise, &schema), &json, &at, &told));
            }
            Some(Opened { wanted, .. }) => {
                all.extend(self.unpromised_within(files, &told, &wanted));
            }
            None => {}
        }
        all
    }

    /// Where a value breaks a promise; `at` is where it was sealed.
    fn broken(
        &self,
        files: &PackFiles<'_>,
        (promise, schema): (&Source, &Value),
        value: &Value,
        at: &str,
        told: &str,
    ) -> Vec<(Breach, Finding)> {
        let sources = files.body_and_parts(&self.plan().body_name);
        schema::breaches(schema, value)
            .into_iter()
            .map(|breach| {
                let Breach { pointer, promised, found } = &breach;
                let place = match (pointer.is_empty(), at.is_empty()) {
                    (true, true) => "the body".to_owned(),
                    (true, false) => format!("`{at}`, opened"),
                    (false, _) => format!("`{at}{pointer}`"),
                };
                let message = format!("{place}: {promised} promised, {found} found ({told})");
                let hint = format!(
                    "{} promises it; mend the one that the vendor's documents do not bear out",
                    promise.path.display()
                );
                let finding = Finding::new(message).hint(hint);
                let finding = at_keys(finding, &keys_of(&breach), &sources);
                (breach, finding)
            })
            .collect()
    }

    /// What is sealed in an answer, and no schema tells of.
    fn unpromised_within(
        &self,
        files: &PackFiles<'_>,
        told: &str,
        wanted: &str,
    ) -> Option<(Breach, Finding)> {
        let finding = Finding::new(format!("nothing is promised of what `{told}` seals")).hint(
            format!("add `contract/payloads/{wanted}.schema.json`, from the vendor's documents"),
        );
        let (pointer, finding) = self.at_endpoint(files, finding)?;
        let breach = Breach { pointer, promised: wanted.to_owned(), found: "seal".to_owned() };
        Some((breach, finding))
    }

    /// A finding at the endpoint's name.
    fn at_endpoint(&self, files: &PackFiles<'_>, finding: Finding) -> Option<(String, Finding)> {
        let name = &self.endpoint?.name;
        let mut file = files.vendor_file.endpoints.iter();
        let finding = match file.find(|file| file.name.value == *name) {
            Some(file) => finding.at(file.name.span.clone()),
            None => finding,
        };
        Some((name.clone(), finding.within(&files.vendor)))
    }

    /// A plain answer that no schema tells of: nothing would notice if it were wrong.
    fn unpromised(&self, files: &PackFiles<'_>, told: &str) -> Vec<(Breach, Finding)> {
        let Some(endpoint) = self.endpoint else { return Vec::new() };
        let code = files.errors_file.codes.get(self.plan().code.unwrap_or(usize::MAX));
        let (place, hint, word) = if let (Some(row), Some(errors)) = (code, &files.errors) {
            let hint = format!(
                "`contract/codes/{}.schema.json` or `contract/error.schema.json`",
                row.code
            );
            (Some((row.code.span.clone(), errors)), hint, row.code.value.clone())
        } else {
            let file = files.vendor_file.endpoints.iter();
            let mut file = file.filter(|file| file.name.value == endpoint.name);
            let place = file.next().map(|file| (file.name.span.clone(), &files.vendor));
            let outcome = self.plan().outcome.to_string();
            (place, format!("`contract/{}/{outcome}.schema.json`", endpoint.name), outcome)
        };
        let finding = Finding::new(format!("nothing is promised of `{told}`"))
            .hint(format!("add {hint}, from the vendor's documents"));
        let finding = match place {
            Some((span, source)) => finding.at(span).within(source),
            None => finding.within(&files.vendor),
        };
        let breach =
            Breach { pointer: endpoint.name.clone(), promised: word, found: String::new() };
        vec![(breach, finding)]
    }
}

/// The names that a schema of what is sealed may have.
fn payloads(files: &PackFiles<'_>, contract: &Contract) -> Vec<String> {
    let mut names: Vec<String> =
        contract.cases.iter().filter_map(|case| case.payload.clone()).collect();
    for case in &contract.cases {
        names.extend(payload_names(&case.endpoint, &case.name, &case.outcome, None));
    }
    for endpoint in &files.pack.endpoints {
        for outcome in endpoint.replies.by_outcome.keys() {
            names.push(format!("{}-{outcome}", endpoint.name));
        }
    }
    for flow in &contract.flows {
        for step in &flow.steps {
            let Doing::Send(sending) = &step.doing else { continue };
            names.extend(sending.case.payload.clone());
            let received = sending.file.as_ref().and_then(|file| file.payload.as_ref());
            names.extend(received.map(|name| name.value.clone()));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The keys that lead to what a breach is about; the last may be one that it names.
fn keys_of(breach: &Breach) -> Vec<String> {
    let parts = breach.pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~"));
    let mut keys: Vec<_> =
        parts.filter(|part| !part.is_empty() && part.parse::<usize>().is_err()).collect();
    if breach.promised == schema::NO_OTHER_KEYS {
        keys.push(breach.found.trim_matches('`').to_owned());
    }
    keys
}

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}
