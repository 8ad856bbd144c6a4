//! Wiring: names that are there twice, and fields that no request can bring.

use std::collections::BTreeSet;

use super::{
    files::{PackFiles, at_word},
    requests::parameters,
};
use crate::{
    finding::Finding,
    pack::file::{EndpointFile, FieldPlace, Name},
    render::expression::closest,
};

/// Looks for all of it.
pub(super) fn check(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let file = &files.vendor_file;
    twice(files, "endpoint", file.endpoints.iter().map(|endpoint| &endpoint.name), findings);
    twice(files, "account", file.accounts.iter().map(|account| &account.name), findings);
    twice(files, "limit", file.limits.iter().map(|limit| &limit.name), findings);
    for scheme in file.auth.values() {
        twice(files, "auth part", scheme.parts.iter().map(|part| &part.name), findings);
    }
    for endpoint in &file.endpoints {
        fields(files, endpoint, findings);
    }
}

fn twice<'file>(
    files: &PackFiles<'_>,
    kind: &str,
    names: impl Iterator<Item = &'file Name>,
    findings: &mut Vec<Finding>,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(&name.value) {
            findings.push(
                Finding::new(format!("there are two of the {kind} `{name}`"))
                    .at(name.span.clone())
                    .within(&files.vendor)
                    .hint("nobody could tell them apart; name one anew"),
            );
        }
    }
}

/// Fields and selectors of parts that the path has not, fields of a body that is not read.
fn fields(files: &PackFiles<'_>, endpoint: &EndpointFile, findings: &mut Vec<Finding>) {
    let parameters = parameters(&endpoint.path);
    let of_path = endpoint
        .fields
        .iter()
        .filter(|(_, field)| field.place == FieldPlace::Path)
        .map(|(name, field)| field.key.as_ref().unwrap_or(name));
    for name in of_path.chain(endpoint.select.path.keys()) {
        if !parameters.contains(name) {
            findings.push(
                Finding::new(format!("the path of `{}` has no `{{{name}}}`", endpoint.name))
                    .at(endpoint.path.span.clone())
                    .within(&files.vendor)
                    .hint(closest(name, &parameters)),
            );
        }
    }
    let mut of_body = endpoint.fields.iter().filter(|(_, field)| field.place == FieldPlace::Body);
    if let (None, Some((name, _))) = (&endpoint.body, of_body.next()) {
        findings.push(
            Finding::new(format!(
                "`{}` never reads the body with its field `{name}`",
                endpoint.name
            ))
            .at(endpoint.name.span.clone())
            .within(&files.vendor)
            .hint("say what it takes: `body = { accepts = [\"json\"], unreadable = … }`"),
        );
    }
}

/// Auth schemes, value maps and outcomes of its own that the pack declares and does not use.
pub(super) fn declared_in_vain(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let file = &files.vendor_file;
    let texts = files.all_texts();
    let mut find = |header: String, message: String, hint: String| {
        let finding = Finding::new(message).hint(hint);
        findings.push(at_word(finding, &header, std::slice::from_ref(&files.vendor)));
    };
    for name in file.auth.keys() {
        let chosen =
            file.settings.values().any(|one| one.choices.iter().any(|choice| choice == name));
        if !chosen && !file.endpoints.iter().any(|endpoint| endpoint.auth.value == *name) {
            find(
                format!("[auth.{name}]"),
                format!("no endpoint uses the auth scheme `{name}`"),
                format!("say `auth = \"{name}\"` at an endpoint, or take it out"),
            );
        }
    }
    // A map may also be named by an expression, which nobody can tell.
    let calls: Vec<String> = texts
        .iter()
        .flat_map(|source| source.text.split("mapped(").skip(1))
        .map(|rest| rest.trim_start().replace('\\', ""))
        .collect();
    let named_by_expression = calls.iter().any(|call| !call.starts_with(['\'', '"']));
    for name in file.maps.keys().filter(|_| !named_by_expression) {
        let said = |call: &String| {
            call[1..].strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['\'', '"']))
        };
        let by_books = file.endpoints.iter().any(|endpoint| {
            let sections = endpoint.books.as_ref().and_then(|books| books.sections.as_ref());
            sections.is_some_and(|map| map.value == *name)
        });
        if !by_books && !calls.iter().any(said) {
            find(
                format!("[maps.{name}]"),
                format!("nobody uses the map `{name}`"),
                format!("write `| mapped('{name}')` in a body, or take it out"),
            );
        }
    }
    for name in file.files.keys() {
        let uses = |endpoint: &&EndpointFile| {
            endpoint.file.as_ref().is_some_and(|step| step.of.value == *name)
        };
        if file.endpoints.iter().find(uses).is_none() {
            find(
                format!("[files.{name}]"),
                format!("no endpoint has to do with the files `{name}`"),
                format!("say `file = {{ of = \"{name}\", … }}` at an endpoint, or take it out"),
            );
        }
    }
    for name in file.outcomes.keys() {
        let (quoted, key) = (format!("\"{name}\""), format!("{name} ="));
        if !texts.iter().any(|source| source.text.contains(&quoted) || source.text.contains(&key)) {
            find(
                format!("[outcomes.{name}]"),
                format!("nobody says the outcome `{name}`"),
                "name it in a row of errors.toml or in `answers`, or take it out".to_owned(),
            );
        }
    }
}
