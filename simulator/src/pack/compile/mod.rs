//! From files to a [`Pack`]: every name resolved, every expression compiled, all findings at once.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use ahash::AHashMap;
use http::HeaderValue;
use indexmap::IndexMap;
use serde_json::Value;

use super::{
    Account, Body, EdgeReplies, Pack, Replies, SettingNote,
    file::{AuthPlace, ErrorsFile, FieldPlace, Name, VendorFile},
    folder::Folder,
    located::Located,
    settings,
    vocabulary::Vocabulary,
};
use crate::{
    finding::{Finding, Source},
    render::{
        expression::{Expression, ExpressionError, Lexicon, ValueMap, closest},
        names::Known,
        template::Template,
    },
};

mod access;
mod bodies;
mod bulk;
mod catalog;
mod consent;
mod endpoint;
mod limit;
mod replies;
mod routes;
mod verified;

/// Reads and compiles the vendor `name` of a folder of fixtures.
///
/// # Errors
///
/// All that is wrong with it.
pub fn load(
    fixtures: &Folder,
    name: &str,
    vocabulary: &Vocabulary,
    chosen: &settings::Choices,
) -> Result<Pack, Vec<Finding>> {
    load_beside(fixtures, name, vocabulary, chosen, Bodies::new())
}

/// The same, with bodies that are known: another choice of settings left them as they were.
pub(crate) fn load_beside(
    fixtures: &Folder,
    name: &str,
    vocabulary: &Vocabulary,
    chosen: &settings::Choices,
    bodies: Bodies,
) -> Result<Pack, Vec<Finding>> {
    let Some(vendor_source) = fixtures.source(&format!("{name}/vendor.toml")) else {
        return Err(vec![
            Finding::new(format!("there is no vendor `{name}`"))
                .hint("a vendor is a folder with a `vendor.toml`"),
        ]);
    };
    let errors_source = fixtures.source(&format!("{name}/errors.toml"));
    let (file, values) = read_vendor(name, &vendor_source, chosen.get(name))?;
    let errors: ErrorsFile = match &errors_source {
        Some(source) => toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])?,
        None => ErrorsFile::default(),
    };
    let compiler = Compiler {
        fixtures,
        name,
        vocabulary: vocabulary.with(&file.outcomes),
        errors_source: errors_source.unwrap_or_else(|| vendor_source.clone()),
        vendor_source,
        lexicon: Lexicon::new(maps(&file), Value::Object(values.clone())),
        file: &file,
        errors: &errors,
        findings: RefCell::default(),
        bodies: RefCell::new(bodies),
        broken: RefCell::default(),
    };
    let pack = compiler.pack(values);
    let findings = compiler.findings.into_inner();
    if findings.is_empty() { Ok(pack) } else { Err(findings) }
}

/// Reads `vendor.toml` with the settings a user chose, and gives the settings' values.
///
/// # Errors
///
/// All that is wrong with the file or the choices.
pub(crate) fn read_vendor(
    name: &str,
    source: &Source,
    chosen: Option<&BTreeMap<String, String>>,
) -> Result<(VendorFile, serde_json::Map<String, Value>), Vec<Finding>> {
    let within = |finding: Finding| finding.within(source);
    let mut table = toml::de::DeTable::parse(&source.text)
        .map_err(|error| vec![within(Finding::from_toml(&error))])?;
    // A wrong choice is the chooser's, and no place in this file.
    let placed = |finding: Finding| if finding.span.is_some() { within(finding) } else { finding };
    let values = settings::apply(name, &mut table, chosen)
        .map_err(|findings| findings.into_iter().map(placed).collect::<Vec<_>>())?;
    let file = serde::Deserialize::deserialize(toml::de::Deserializer::from(table))
        .map_err(|error: toml::de::Error| vec![within(Finding::from_toml(&error))])?;
    Ok((file, values))
}

fn maps(file: &VendorFile) -> AHashMap<String, Arc<ValueMap>> {
    file.maps
        .iter()
        .map(|(name, map)| {
            let map = map.iter().map(|(from, to)| (from.clone(), to.clone())).collect();
            (name.clone(), Arc::new(map))
        })
        .collect()
}

/// Compiled bodies by endpoint (its fields matter) and name.
pub(crate) type Bodies = HashMap<(Option<usize>, String), Option<Arc<Body>>>;

struct Compiler<'pack> {
    fixtures: &'pack Folder,
    name: &'pack str,
    vocabulary: Vocabulary,
    vendor_source: Source,
    errors_source: Source,
    lexicon: Lexicon,
    file: &'pack VendorFile,
    errors: &'pack ErrorsFile,
    findings: RefCell<Vec<Finding>>,
    bodies: RefCell<Bodies>,
    /// Outcomes and codes that are there, but cannot be said; what is wrong was told of there.
    broken: RefCell<HashSet<String>>,
}

impl Compiler<'_> {
    fn pack(&self, values: serde_json::Map<String, Value>) -> Pack {
        let accounts: Vec<_> = self
            .file
            .accounts
            .iter()
            .map(|account| Account {
                name: account.name.value.clone(),
                about: account.about.clone(),
                credentials: account
                    .credentials
                    .iter()
                    .map(|(part, value)| (part.clone(), value.value.clone()))
                    .collect(),
                refused: account.refused.as_ref().map(|name| name.value.clone()),
                facts: Value::Object(account.facts.clone()),
                claims: account.claims.clone(),
            })
            .collect();
        let schemes: Vec<_> =
            self.file.auth.iter().map(|(name, _)| self.scheme(name, &accounts)).collect();
        let code = |row| catalog::code(row, &self.vocabulary);
        let catalog: Vec<_> = self.errors.codes.iter().map(code).collect();
        self.check_codes();
        let replies = self.replies(None, &IndexMap::new());
        let edge = |name: &Option<Name>| {
            name.as_ref().and_then(|name| self.reply(&replies, name, &self.vendor_source))
        };
        let edges = EdgeReplies {
            unknown_path: edge(&self.file.edges.unknown_path),
            wrong_method: edge(&self.file.edges.wrong_method),
            body_too_large: edge(&self.file.edges.body_too_large),
        };
        let limits = self.limits();
        let mut endpoints: Vec<_> = (0..self.file.endpoints.len())
            .map(|index| self.endpoint(index, &accounts, &schemes))
            .collect();
        for (index, endpoint) in endpoints.iter_mut().enumerate() {
            endpoint.limits = self.limits_at(index, &limits, &endpoint.replies);
        }
        self.check_limits(&endpoints);
        let routes = self.routes();
        let mut secret_headers = Vec::new();
        let mut secret_queries = Vec::new();
        // A session's token is a credential as well.
        for endpoint in &endpoints {
            let token = endpoint.consent.as_ref().and_then(|step| step.token);
            let Some(field) = token.and_then(|index| endpoint.fields.get(index)) else { continue };
            match field.place {
                FieldPlace::Header => secret_headers.push(field.key.clone()),
                FieldPlace::Query => secret_queries.push(field.key.clone()),
                FieldPlace::Body | FieldPlace::Anywhere | FieldPlace::Path => {}
            }
        }
        for part in schemes.iter().flat_map(|scheme| &scheme.parts) {
            match &part.place {
                AuthPlace::Header(name) => secret_headers.push(name.to_ascii_lowercase()),
                AuthPlace::Query(name) => secret_queries.push(name.clone()),
                AuthPlace::Path(_) | AuthPlace::Body(_) => {}
            }
        }
        let setting_notes: Vec<_> = self
            .file
            .settings
            .iter()
            .map(|(name, setting)| SettingNote {
                name: name.clone(),
                about: setting.about.clone(),
                value: values.get(name).cloned().unwrap_or(Value::Null),
                choices: setting.choices.clone(),
            })
            .collect();
        let verified = self.verified(&endpoints, &setting_notes);
        Pack {
            name: self.name.to_owned(),
            title: self.file.title.clone(),
            about: self.file.about.clone(),
            hosts: self.file.hosts.iter().map(|host| host.value.to_ascii_lowercase()).collect(),
            content_type: HeaderValue::from_str(&self.file.reply.content_type)
                .unwrap_or(HeaderValue::from_static("application/json")),
            setting_notes,
            verified,
            settings: Value::Object(values),
            schemes,
            accounts,
            consents: self
                .file
                .consents
                .iter()
                .map(|(name, file)| self.consent_kind(name, file))
                .collect(),
            files: self.file.files.iter().map(|(name, file)| self.bulk_kind(name, file)).collect(),
            limits,
            endpoints,
            routes,
            catalog,
            replies,
            edges,
            scripted: self.scripted(),
            maps: self.lexicon.maps.clone(),
            secret_headers,
            secret_queries,
        }
    }

    fn find(&self, finding: Finding, source: &Source) {
        let finding = finding.within(source);
        let told = finding.to_string();
        let mut findings = self.findings.borrow_mut();
        // A body is compiled once for each endpoint that uses it; what is wrong with it is told once.
        if !findings.iter().any(|known| known.to_string() == told) {
            findings.push(finding);
        }
    }

    fn find_in_vendor(&self, message: String, span: &Range<usize>, hint: impl Into<String>) {
        self.find(Finding::new(message).at(span.clone()).hint(hint), &self.vendor_source);
    }

    fn check_outcome(&self, outcome: &Name, source: &Source) {
        if !self.vocabulary.knows(outcome) {
            let names: Vec<_> = self.vocabulary.names().map(str::to_owned).collect();
            self.find(
                Finding::new(format!("there is no outcome `{outcome}`"))
                    .at(outcome.span.clone())
                    .hint(format!(
                        "{}; a new one is declared as `[outcomes.{outcome}]` in vendor.toml",
                        closest(outcome, &names)
                    )),
                source,
            );
        }
    }

    /// The reply that an outcome or code has here; a finding where it has none.
    fn reply(&self, replies: &Replies, wish: &Name, source: &Source) -> Option<usize> {
        let found = self.vocabulary.strict(replies, wish);
        if found.is_none() && !self.broken.borrow().contains(&wish.value) {
            let mut names: Vec<_> = replies.by_outcome.keys().map(ToString::to_string).collect();
            names.extend(replies.by_code.keys().cloned());
            names.sort();
            let known = self.vocabulary.knows(wish);
            let hint = if known {
                format!(
                    "add a row with this outcome to errors.toml, or an entry to the endpoint's \
                     `answers`; {}",
                    closest(wish, &names)
                )
            } else {
                closest(wish, &names)
            };
            self.find(
                Finding::new(format!("nothing says what `{wish}` looks like here"))
                    .at(wish.span.clone())
                    .hint(hint),
                source,
            );
        }
        found
    }

    fn known(&self, endpoint: Option<usize>) -> Known<'_> {
        Known {
            fields: endpoint
                .map(|index| self.file.endpoints[index].fields.keys().map(String::as_str).collect())
                .unwrap_or_default(),
            settings: self.file.settings.keys().map(String::as_str).collect(),
            bound: Vec::new(),
        }
    }

    fn expression(
        &self,
        text: &Located<String>,
        source: &Source,
        known: &Known<'_>,
    ) -> Option<Expression> {
        Expression::compile(text, &self.lexicon, known)
            .map_err(|error| self.find(at(error, text.span.clone()), source))
            .ok()
            .map(|(expression, _)| expression)
    }

    fn template(
        &self,
        text: &Located<String>,
        source: &Source,
        known: &Known<'_>,
    ) -> Option<Template> {
        Template::compile(text, &self.lexicon, known)
            .map_err(|error| self.find(at(error, text.span.clone()), source))
            .ok()
    }
}

fn at(error: ExpressionError, span: Range<usize>) -> Finding {
    let finding = Finding::new(error.message).at(span);
    match error.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}
