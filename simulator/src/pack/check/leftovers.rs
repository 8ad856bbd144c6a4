//! Leftovers: what a pack has and nobody uses, what it lacks, what it has twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::files::{PackFiles, at_word, included};
use crate::{
    auth::PartCheck,
    finding::Finding,
    pack::{file::VendorFile, located::Located},
    render::expression::closest,
};

/// Looks for all of it.
pub(super) fn check(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    unreachable_codes(files, findings);
    unused_bodies(files, findings);
    unused_settings(files, findings);
    credentials(files, findings);
    scripted_twice(files, findings);
    if files.source("SOURCES.md").is_none() {
        findings.push(
            Finding::new(format!(
                "`{}` does not say where its statements come from",
                files.pack.name
            ))
            .within(&files.vendor)
            .hint("add `SOURCES.md`: each document, the day it was seen, what was assumed"),
        );
    }
}

/// Two vendors, or one, with the same host name.
pub(super) fn shared_hosts(all: &[PackFiles<'_>], findings: &mut Vec<Finding>) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for files in all {
        for host in &files.vendor_file.hosts {
            let Some(other) = seen.insert(host.to_ascii_lowercase(), &files.pack.name) else {
                continue;
            };
            let message = if other == files.pack.name {
                format!("the host `{host}` is there twice")
            } else {
                format!("the host `{host}` belongs to `{other}` already")
            };
            findings.push(
                Finding::new(message).at(host.span.clone()).within(&files.vendor).hint(
                    "a call is brought to its vendor by its host; take it out of one of them",
                ),
            );
        }
    }
}

fn unreachable_codes(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let Some(errors) = &files.errors else { return };
    for row in &files.errors_file.codes {
        let edge = files.pack.replies.by_code.get(&row.code.value);
        let said = edge.is_some_and(|reply| files.pack.edges.all().any(|edge| edge == *reply))
            || files
                .pack
                .endpoints
                .iter()
                .any(|endpoint| endpoint.replies.by_code.contains_key(&row.code.value));
        if !said {
            findings.push(
                Finding::new(format!("nobody can reach code `{}`", row.code))
                    .at(row.code.span.clone())
                    .within(errors)
                    .hint("name an endpoint that says it, or take `endpoints` out"),
            );
        }
    }
}

fn unused_bodies(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    // A setting may name a body, so any text of the two files may be a name.
    for source in std::iter::once(&files.vendor).chain(&files.errors) {
        if let Ok(table) = toml::from_str::<toml::Table>(&source.text) {
            texts(&toml::Value::Table(table), &mut used);
        }
    }
    for endpoint in &files.vendor_file.endpoints {
        let by_code = files.errors_file.codes.iter().flat_map(|row| &row.outcomes);
        let outcomes = endpoint.answers.keys().chain(by_code.map(|outcome| &outcome.value));
        used.extend(outcomes.map(|outcome| format!("{}/{outcome}", endpoint.name)));
    }
    let bodies: BTreeMap<String, String> = files
        .below("bodies/")
        .into_iter()
        .filter_map(|path| Some((path.rsplit_once('.')?.0.to_owned(), path)))
        .collect();
    let mut queue: Vec<String> =
        bodies.keys().filter(|name| used.contains(*name)).cloned().collect();
    while let Some(name) = queue.pop() {
        for part in files.body(&name).map(|source| included(&source.text)).unwrap_or_default() {
            if used.insert(part.clone()) {
                queue.push(part);
            }
        }
    }
    for (name, path) in bodies.iter().filter(|(name, _)| !used.contains(*name)) {
        let Some(source) = files.source(&format!("bodies/{path}")) else { continue };
        let names: Vec<_> = bodies.keys().filter(|name| used.contains(*name)).cloned().collect();
        findings.push(
            Finding::new(format!("nobody says the body `{name}`")).within(&source).hint(format!(
                "name it as a `body`, or take the file out; {}",
                closest(name, &names)
            )),
        );
    }
}

fn texts(value: &toml::Value, out: &mut BTreeSet<String>) {
    match value {
        toml::Value::String(text) => {
            out.insert(text.clone());
        }
        toml::Value::Array(list) => list.iter().for_each(|item| texts(item, out)),
        toml::Value::Table(table) => table.values().for_each(|item| texts(item, out)),
        _ => {}
    }
}

fn unused_settings(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let sources = files.all_texts();
    for name in files.vendor_file.settings.keys() {
        let quoted = format!("\"${name}\"");
        let dotted = format!("settings.{name}");
        let header = format!("[settings.{name}]");
        let used = sources.iter().any(|source| {
            source.text.contains(&quoted)
                || source.text.match_indices(&dotted).any(|(at, _)| {
                    let after = source.text[at + dotted.len()..].chars().next();
                    let is_header = at > 0 && source.text[at - 1..].starts_with(&header);
                    !is_header && after.is_none_or(|next| !(next.is_alphanumeric() || next == '_'))
                })
        });
        if !used {
            let finding = Finding::new(format!("the setting `{name}` decides nothing")).hint(format!(
                "use it as `\"${name}\"` in vendor.toml or `settings.{name}` in a body, or take it out"
            ));
            let word = if files.vendor.text.contains(&header) { &header } else { name };
            findings.push(at_word(finding, word, std::slice::from_ref(&files.vendor)));
        }
    }
}

/// Accounts that lack what an endpoint asks for, or have what nobody asks for.
fn credentials(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let used: BTreeSet<usize> =
        files.pack.endpoints.iter().filter_map(|endpoint| endpoint.scheme).collect();
    let schemes: Vec<_> = used.iter().filter_map(|index| files.pack.schemes.get(*index)).collect();
    let known: Vec<String> = files
        .pack
        .schemes
        .iter()
        .flat_map(|scheme| scheme.parts.iter().map(|part| part.name.clone()))
        .collect();
    for account in &files.vendor_file.accounts {
        for scheme in &schemes {
            for part in scheme.parts.iter().filter(|part| {
                matches!(part.check, PartCheck::Secret(_))
                    && !account.credentials.contains_key(&part.name)
            }) {
                findings.push(
                    Finding::new(format!("account `{}` has no `{}`", account.name, part.name))
                        .at(account.name.span.clone())
                        .within(&files.vendor)
                        .hint(format!(
                            "auth scheme `{}` asks for it: add it to the account's `credentials`",
                            scheme.name
                        )),
                );
            }
        }
        for (name, value) in &account.credentials {
            if !known.contains(name) {
                findings.push(
                    Finding::new(format!("nobody asks account `{}` for `{name}`", account.name))
                        .at(value.span.clone())
                        .within(&files.vendor)
                        .hint(closest(name, &known)),
                );
            }
        }
    }
}

fn scripted_twice(files: &PackFiles<'_>, findings: &mut Vec<Finding>) {
    let VendorFile { scripted, .. } = &files.vendor_file;
    let mut seen = BTreeSet::new();
    for Located { value, span } in
        scripted.iter().flat_map(|entry| entry.gstin.iter().chain(&entry.pattern))
    {
        if !seen.insert(value) {
            findings.push(
                Finding::new(format!("`{value}` is scripted twice"))
                    .at(span.clone())
                    .within(&files.vendor)
                    .hint("the later one would win; take one of them out"),
            );
        }
    }
}
