//! From files to a [`Pack`]: every name resolved, every expression compiled, all findings at once.

use std::{cell::RefCell, collections::HashMap, ops::Range, str::FromStr, sync::Arc};

use ahash::AHashMap;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use indexmap::IndexMap;
use regex_lite::Regex;
use serde_json::Value;

use super::{
    Account, Body, BodyReading, Check, Code, EdgeReplies, Endpoint, Field, HeaderText, Lookup,
    Pack, Replies, ReplyPlan, Rule, Scripted, Selector, SettingNote,
    file::{
        AnswerFile, AuthCheckFile, AuthPlace, CheckFile, CodeFile, EndpointFile, ErrorsFile,
        FieldPlace, Name, Normalize, ReadAs, RuleFile, VendorFile,
    },
    folder::Folder,
    located::Located,
    settings,
    vocabulary::Vocabulary,
};
use crate::{
    auth::{Part, PartCheck, Scheme, paseto::Verifier},
    finding::{Finding, Source},
    model::{outcome::Outcome, period::FinancialYear},
    render::{
        expression::{Expression, ExpressionError, Lexicon, ValueMap, closest},
        names::Known,
        template::Template,
        tree::{Tree, Workshop},
    },
};

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
    let Some(vendor_source) = fixtures.source(&format!("{name}/vendor.toml")) else {
        return Err(vec![
            Finding::new(format!("there is no vendor `{name}`"))
                .hint("a vendor is a folder with a `vendor.toml`"),
        ]);
    };
    let errors_source = fixtures.source(&format!("{name}/errors.toml"));
    let (file, values) = read_vendor(&vendor_source, chosen.get(name))?;
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
        lexicon: Lexicon { maps: maps(&file), settings: Value::Object(values.clone()) },
        file: &file,
        errors: &errors,
        findings: RefCell::default(),
        bodies: RefCell::default(),
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
    source: &Source,
    chosen: Option<&std::collections::BTreeMap<String, String>>,
) -> Result<(VendorFile, serde_json::Map<String, Value>), Vec<Finding>> {
    let within = |finding: Finding| finding.within(source);
    let mut table = toml::de::DeTable::parse(&source.text)
        .map_err(|error| vec![within(Finding::from_toml(&error))])?;
    let values = settings::apply(&mut table, chosen)
        .map_err(|findings| findings.into_iter().map(within).collect::<Vec<_>>())?;
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
type Bodies = HashMap<(Option<usize>, String), Option<Arc<Body>>>;

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
        let endpoints: Vec<_> = (0..self.file.endpoints.len())
            .map(|index| self.endpoint(index, &accounts, &schemes))
            .collect();
        let routes = self.routes();
        let mut secret_headers = Vec::new();
        let mut secret_queries = Vec::new();
        for part in schemes.iter().flat_map(|scheme| &scheme.parts) {
            match &part.place {
                AuthPlace::Header(name) => secret_headers.push(name.to_ascii_lowercase()),
                AuthPlace::Query(name) => secret_queries.push(name.clone()),
                AuthPlace::Path(_) | AuthPlace::Body(_) => {}
            }
        }
        Pack {
            name: self.name.to_owned(),
            title: self.file.title.clone(),
            about: self.file.about.clone(),
            hosts: self.file.hosts.iter().map(|host| host.value.to_ascii_lowercase()).collect(),
            content_type: HeaderValue::from_str(&self.file.reply.content_type)
                .unwrap_or(HeaderValue::from_static("application/json")),
            setting_notes: self
                .file
                .settings
                .iter()
                .map(|(name, setting)| SettingNote {
                    name: name.clone(),
                    about: setting.about.clone(),
                    value: values.get(name).cloned().unwrap_or(Value::Null),
                    choices: setting.choices.clone(),
                })
                .collect(),
            settings: Value::Object(values),
            schemes,
            accounts,
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
        self.findings.borrow_mut().push(finding.within(source));
    }

    fn find_in_vendor(&self, message: String, span: &Range<usize>, hint: impl Into<String>) {
        self.find(Finding::new(message).at(span.clone()).hint(hint), &self.vendor_source);
    }

    fn scheme(&self, name: &str, accounts: &[Account]) -> Scheme {
        let file = &self.file.auth[name];
        let parts: Vec<_> = file
            .parts
            .iter()
            .map(|part| Part {
                name: part.name.value.clone(),
                place: part.place.clone(),
                header: match &part.place {
                    AuthPlace::Header(name) => HeaderName::from_str(name).ok(),
                    _ => None,
                },
                word: part.scheme.as_ref().map(|word| word.to_ascii_lowercase()),
                check: match &part.check {
                    AuthCheckFile::Secret => PartCheck::Secret(part.encoding),
                    AuthCheckFile::Issued(issued) => {
                        self.check_session(&issued.session);
                        PartCheck::Issued(issued.session.value.clone())
                    }
                    AuthCheckFile::Paseto(paseto) => {
                        let subjects = accounts
                            .iter()
                            .enumerate()
                            .filter_map(|(index, account)| {
                                let own = account
                                    .credentials
                                    .iter()
                                    .find(|(key, _)| *key == part.name.value)?;
                                Some((own.1.clone(), index))
                            })
                            .collect();
                        match Verifier::new(paseto, subjects) {
                            Ok(verifier) => PartCheck::Paseto(Box::new(verifier)),
                            Err(error) => {
                                self.find_in_vendor(
                                    format!("the PASETO keys cannot be used: {error}"),
                                    &paseto.signing_seed.span,
                                    "give `signing-seed` and `local-key` as 64 hex digits each",
                                );
                                PartCheck::Secret(part.encoding)
                            }
                        }
                    }
                },
            })
            .collect();
        if parts.is_empty() || parts.len() > 5 {
            self.find(
                Finding::new(format!("auth scheme `{name}` has {} parts", parts.len()))
                    .hint("give it one to five, or say `auth = \"none\"` at the endpoints"),
                &self.vendor_source,
            );
        }
        let mut index: AHashMap<String, usize> = AHashMap::new();
        for (at, account) in accounts.iter().enumerate() {
            let Some(key) = Scheme::key_of(&parts, &account.credentials) else { continue };
            if let Some(other) = index.insert(key, at) {
                let name = &self.file.accounts[at].name;
                self.find_in_vendor(
                    format!("account `{name}` has the credentials of `{}`", accounts[other].name),
                    &name.span,
                    "give each account credentials of its own",
                );
            }
        }
        Scheme { name: name.to_owned(), parts, accounts: index }
    }

    fn check_session(&self, session: &Name) {
        let given = self
            .file
            .endpoints
            .iter()
            .filter_map(|endpoint| endpoint.issues.as_ref())
            .any(|issues| issues.session == session.value);
        if !given {
            self.find_in_vendor(
                format!("no endpoint issues the session `{session}`"),
                &session.span,
                "add `issues = { session = … }` to the login endpoint",
            );
        }
    }

    /// What rows of the catalog say that no type can check.
    fn check_codes(&self) {
        let names: Vec<_> =
            self.file.endpoints.iter().map(|endpoint| endpoint.name.value.clone()).collect();
        let mut seen: HashMap<&str, &Name> = HashMap::new();
        for row in &self.errors.codes {
            if row.outcomes.is_empty() {
                self.find(
                    Finding::new(format!(
                        "nobody can reach code `{}`: it has no outcome",
                        row.code
                    ))
                    .at(row.code.span.clone())
                    .hint("name what it stands for in `outcomes`"),
                    &self.errors_source,
                );
            }
            for outcome in &row.outcomes {
                self.check_outcome(outcome, &self.errors_source);
            }
            for endpoint in row.endpoints.iter().filter(|name| !names.contains(&name.value)) {
                self.find(
                    Finding::new(format!("there is no endpoint `{endpoint}`"))
                        .at(endpoint.span.clone())
                        .hint(closest(endpoint, &names)),
                    &self.errors_source,
                );
            }
            if seen.insert(&row.code.value, &row.code).is_some() {
                self.find(
                    Finding::new(format!("code `{}` is there twice", row.code))
                        .at(row.code.span.clone())
                        .hint("join the rows, or name one apart"),
                    &self.errors_source,
                );
            }
        }
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
        if found.is_none() {
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

    fn endpoint(&self, index: usize, accounts: &[Account], schemes: &[Scheme]) -> Endpoint {
        let file = &self.file.endpoints[index];
        let known = self.known(Some(index));
        let replies = self.replies(Some(index), &file.answers);
        let vendor = &self.vendor_source;
        let success = self.reply(&replies, &file.success, vendor).unwrap_or_default();
        let scheme = match file.auth.value.as_str() {
            "none" => None,
            name => {
                let found = schemes.iter().position(|scheme| scheme.name == name);
                if found.is_none() {
                    let names: Vec<_> = schemes.iter().map(|scheme| scheme.name.clone()).collect();
                    self.find_in_vendor(
                        format!(
                            "endpoint `{}` uses the auth scheme `{name}`, which is not there",
                            file.name
                        ),
                        if file.auth.span.is_empty() { &file.name.span } else { &file.auth.span },
                        format!(
                            "declare `[auth.{name}]`, or say `auth = \"none\"`; {}",
                            closest(name, &names)
                        ),
                    );
                }
                found
            }
        };
        let auth_file = scheme.and_then(|at| self.file.auth.get_index(at)).map(|(_, file)| file);
        let refusals = accounts
            .iter()
            .zip(&self.file.accounts)
            .map(|(_, account)| {
                scheme?;
                self.reply(&replies, account.refused.as_ref()?, vendor)
            })
            .collect();
        let not_found = file.lookup.as_ref().and_then(|lookup| {
            let wish = Located { value: Outcome::NOT_FOUND.to_owned(), span: lookup.span.clone() };
            self.reply(&replies, &wish, vendor)
        });
        let fields: Vec<_> =
            file.fields.iter().map(|(name, field)| self.field(name, field)).collect();
        let rules = |rules: &[RuleFile]| {
            rules.iter().map(|rule| self.rule(rule, file, &replies, &known)).collect()
        };
        let expired = auth_file.map(|file| {
            file.parts
                .iter()
                .map(|part| match &part.check {
                    AuthCheckFile::Issued(issued) => self.reply(&replies, &issued.expired, vendor),
                    _ => None,
                })
                .collect()
        });
        Endpoint {
            name: file.name.value.clone(),
            title: file.title.clone(),
            method: Method::from_bytes(file.method.as_bytes()).unwrap_or_else(|_| {
                self.find_in_vendor(
                    format!("`{}` is no HTTP method", file.method),
                    &file.method.span,
                    "such as GET or POST",
                );
                Method::GET
            }),
            path: file.path.value.clone(),
            select: selectors(file),
            scheme,
            body: file.body.as_ref().map(|body| BodyReading {
                accepts: body.accepts.clone(),
                unreadable: self.reply(&replies, &body.unreadable, vendor).unwrap_or_default(),
                wrong_type: body.wrong_type.as_ref().and_then(|n| self.reply(&replies, n, vendor)),
            }),
            before_auth: rules(&file.before_auth),
            rules: rules(&file.rules),
            after_lookup: rules(&file.after_lookup),
            lookup: self.lookup(file),
            success,
            not_found,
            refusals,
            auth_missing: auth_file.and_then(|auth| self.reply(&replies, &auth.missing, vendor)),
            auth_wrong: auth_file.and_then(|auth| self.reply(&replies, &auth.wrong, vendor)),
            auth_expired: expired.unwrap_or_default(),
            replies,
            fields,
            issues: file.issues.clone(),
        }
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

    #[expect(clippy::unused_self, reason = "one of the compiler's acts")]
    fn field(&self, name: &str, file: &super::file::FieldFile) -> Field {
        let key = file.key.clone().unwrap_or_else(|| name.to_owned());
        Field {
            name: name.to_owned(),
            place: file.place,
            key: if file.place == FieldPlace::Header { key.to_ascii_lowercase() } else { key },
            read_boolean: file.read == Some(ReadAs::Boolean),
            read_number: file.read == Some(ReadAs::Number),
            trim: file.normalize.contains(&Normalize::Trim),
            upper: file.normalize.contains(&Normalize::Upper),
        }
    }

    fn field_index(&self, endpoint: &EndpointFile, name: &Name) -> Option<usize> {
        let found = endpoint.fields.get_index_of(&name.value);
        if found.is_none() {
            let names: Vec<_> = endpoint.fields.keys().cloned().collect();
            self.find_in_vendor(
                format!("endpoint `{}` has no field `{name}`", endpoint.name),
                &name.span,
                closest(name, &names),
            );
        }
        found
    }

    fn lookup(&self, file: &EndpointFile) -> Option<Lookup> {
        let lookup = file.lookup.as_ref()?;
        let limit = lookup.limit.unwrap_or(100);
        let index = |name: &Option<Name>| name.as_ref().map(|name| self.field_index(file, name));
        let found = match (index(&lookup.gstin), index(&lookup.pan), index(&lookup.legal_name)) {
            (Some(field), None, None) => Lookup::Gstin(field?),
            (None, Some(field), None) => Lookup::Pan { field: field?, limit },
            (None, None, Some(field)) => Lookup::LegalName { field: field?, limit },
            (None, Some(pan), Some(name)) => {
                Lookup::PanOrLegalName { pan: pan?, legal_name: name?, limit }
            }
            _ => {
                self.find_in_vendor(
                    "a lookup is by `gstin`, by `pan`, by `legal-name`, or by the last two"
                        .to_owned(),
                    &lookup.span,
                    "such as `lookup = { gstin = \"gstin\" }`",
                );
                return None;
            }
        };
        Some(found)
    }

    fn rule(
        &self,
        file: &RuleFile,
        endpoint: &EndpointFile,
        replies: &Replies,
        known: &Known<'_>,
    ) -> Rule {
        let source = &self.vendor_source;
        let field = file.field.as_ref().and_then(|name| self.field_index(endpoint, name));
        let check = match &file.check.value {
            CheckFile::Present => Check::Present,
            CheckFile::Filled => Check::Filled,
            CheckFile::Type(kind) => Check::Type(*kind),
            CheckFile::OneOf(values) => Check::OneOf(values.clone()),
            CheckFile::Length(bounds) => Check::Length(*bounds),
            CheckFile::Gstin(form) => Check::Gstin(*form),
            CheckFile::Pan(form) => Check::Pan(*form),
            CheckFile::Pattern(pattern) => match Regex::new(pattern) {
                Ok(regex) => Check::Pattern(Box::new(regex)),
                Err(error) => {
                    self.find_in_vendor(
                        format!("this is no regular expression: {error}"),
                        &file.check.span,
                        "look-around and back-references are not there",
                    );
                    Check::Present
                }
            },
            CheckFile::FinancialYear(bounds) => match FinancialYear::from_str(&bounds.first) {
                Ok(first) => Check::FinancialYear(first),
                Err(_) => {
                    self.find_in_vendor(
                        format!("`{}` is no financial year", bounds.first),
                        &bounds.first.span,
                        "such as 2017-18",
                    );
                    Check::Present
                }
            },
            CheckFile::Holds(expression) => {
                let located = Located { value: expression.clone(), span: file.check.span.clone() };
                match self.expression(&located, source, known) {
                    Some(expression) => Check::Holds(expression),
                    None => Check::Present,
                }
            }
        };
        if field.is_none() && file.field.is_none() && !matches!(check, Check::Holds(_)) {
            self.find_in_vendor(
                "a rule without a `field` can only say `holds`".to_owned(),
                &file.check.span,
                "name the field it is about",
            );
        }
        Rule {
            field,
            when: file.when.as_ref().and_then(|when| self.expression(when, source, known)),
            check,
            otherwise: self.reply(replies, &file.otherwise, source).unwrap_or_default(),
            reason: file.reason.as_ref().and_then(|text| self.template(text, source, known)),
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

    /// All that can be said at an endpoint, or without one.
    fn replies(&self, endpoint: Option<usize>, answers: &IndexMap<String, AnswerFile>) -> Replies {
        let mut replies = Replies::default();
        let file = endpoint.map(|index| &self.file.endpoints[index]);
        for (outcome, answer) in answers {
            if let Some(plan) = self.answer(endpoint, outcome, answer) {
                let at = replies.all.len();
                replies.by_outcome.insert(Outcome::from(outcome.as_str()), at);
                if let Some(code) = plan.code {
                    replies.by_code.entry(self.errors.codes[code].code.value.clone()).or_insert(at);
                }
                replies.all.push(plan);
            }
        }
        for (index, row) in self.errors.codes.iter().enumerate() {
            let belongs = match file {
                Some(file) => {
                    row.endpoints.is_empty()
                        || row.endpoints.iter().any(|name| name.value == file.name.value)
                }
                None => row.endpoints.is_empty(),
            };
            let Some(first) = row.outcomes.first().filter(|_| belongs) else { continue };
            if replies.by_code.contains_key(&row.code.value) {
                // An answer of the endpoint is this code; more outcomes may be, too.
                let at = replies.by_code[&row.code.value];
                for outcome in &row.outcomes {
                    replies.by_outcome.entry(Outcome::from(outcome.as_str())).or_insert(at);
                }
                continue;
            }
            let Some(plan) = self.code_reply(endpoint, index, row, first) else { continue };
            let at = replies.all.len();
            replies.by_code.insert(row.code.value.clone(), at);
            for outcome in &row.outcomes {
                replies.by_outcome.entry(Outcome::from(outcome.as_str())).or_insert(at);
            }
            replies.all.push(plan);
        }
        replies
    }

    fn answer(
        &self,
        endpoint: Option<usize>,
        outcome: &str,
        answer: &AnswerFile,
    ) -> Option<ReplyPlan> {
        let file = endpoint.map(|index| &self.file.endpoints[index])?;
        let span = answer.body.as_ref().map_or(file.name.span.clone(), |body| body.span.clone());
        let named = Located { value: outcome.to_owned(), span: span.clone() };
        self.check_outcome(&named, &self.vendor_source);
        let code = match &answer.code {
            None => None,
            Some(code) => {
                let found = self.errors.codes.iter().position(|row| row.code.value == code.value);
                if found.is_none() {
                    let codes: Vec<_> =
                        self.errors.codes.iter().map(|row| row.code.value.clone()).collect();
                    self.find_in_vendor(
                        format!("there is no code `{code}`"),
                        &code.span,
                        closest(code, &codes),
                    );
                }
                found
            }
        };
        let row = code.map(|index| &self.errors.codes[index]);
        let own = format!("{}/{outcome}", file.name);
        let (body, body_name) = match (&answer.body, row) {
            (Some(body), _) => self.body(endpoint, body, &self.vendor_source),
            (None, _) if self.has_body(&own) => {
                self.body(endpoint, &Located { value: own, span }, &self.vendor_source)
            }
            (None, Some(row)) => self.code_body(endpoint, row, outcome),
            (None, None) => {
                self.find_in_vendor(
                    format!("endpoint `{}` has no body for `{outcome}`", file.name),
                    &span,
                    format!(
                        "add `bodies/{own}.json`, name a `body`, or take `{outcome}` out of `answers`"
                    ),
                );
                None
            }
        }?;
        let status = match (&answer.status, row) {
            (Some(status), _) => self.status(status, &self.vendor_source),
            (None, Some(row)) => self.status(&row.status, &self.errors_source),
            (None, None) => StatusCode::OK,
        };
        let mut headers = self.file.reply.headers.clone();
        headers.extend(row.into_iter().flat_map(|row| row.headers.clone()));
        headers.extend(answer.headers.clone());
        Some(ReplyPlan {
            outcome: Outcome::from(outcome),
            code,
            status,
            headers: self.headers(endpoint, &headers, &self.vendor_source),
            body,
            body_name,
            reason: row.and_then(|row| self.reason(endpoint, row)),
        })
    }

    fn code_reply(
        &self,
        endpoint: Option<usize>,
        index: usize,
        row: &CodeFile,
        outcome: &str,
    ) -> Option<ReplyPlan> {
        let mut headers = self.file.reply.headers.clone();
        headers.extend(row.headers.clone());
        let (body, body_name) = self.code_body(endpoint, row, outcome)?;
        Some(ReplyPlan {
            outcome: Outcome::from(outcome),
            code: Some(index),
            status: self.status(&row.status, &self.errors_source),
            headers: self.headers(endpoint, &headers, &self.errors_source),
            body,
            body_name,
            reason: self.reason(endpoint, row),
        })
    }

    fn code_body(
        &self,
        endpoint: Option<usize>,
        row: &CodeFile,
        outcome: &str,
    ) -> Option<(Arc<Body>, String)> {
        if let Some(body) = &row.body {
            return self.body(endpoint, body, &self.errors_source);
        }
        if let Some(index) = endpoint {
            let own = format!("{}/{outcome}", self.file.endpoints[index].name);
            if self.has_body(&own) {
                let own = Located { value: own, span: row.code.span.clone() };
                return self.body(endpoint, &own, &self.errors_source);
            }
        }
        if let Some(body) = &self.file.reply.error_body {
            return self.body(endpoint, body, &self.vendor_source);
        }
        self.find(
            Finding::new(format!("code `{}` has no body", row.code))
                .at(row.code.span.clone())
                .hint("name a `body` here, or an `error-body` under `[reply]` in vendor.toml"),
            &self.errors_source,
        );
        None
    }

    fn reason(&self, endpoint: Option<usize>, row: &CodeFile) -> Option<Arc<Template>> {
        let known = self.known(endpoint);
        row.reason
            .as_ref()
            .and_then(|text| self.template(text, &self.errors_source, &known))
            .map(Arc::new)
    }

    fn status(&self, status: &Located<u16>, source: &Source) -> StatusCode {
        StatusCode::from_u16(status.value).unwrap_or_else(|_| {
            self.find(
                Finding::new(format!("{} is no HTTP status", status.value))
                    .at(status.span.clone())
                    .hint("from 100 to 999"),
                source,
            );
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }

    fn headers(
        &self,
        endpoint: Option<usize>,
        headers: &IndexMap<String, Located<String>>,
        source: &Source,
    ) -> Arc<Vec<(HeaderName, HeaderText)>> {
        let known = self.known(endpoint);
        let mut out = Vec::new();
        for (name, text) in headers {
            let Ok(header) = HeaderName::from_str(name) else {
                self.find(
                    Finding::new(format!("`{name}` is no header name")).at(text.span.clone()),
                    source,
                );
                continue;
            };
            let Some(template) = self.template(text, source, &known) else { continue };
            let value = match template.as_plain().map(HeaderValue::from_str) {
                Some(Ok(value)) => HeaderText::Ready(value),
                Some(Err(_)) => {
                    self.find(
                        Finding::new(format!("this cannot be the value of `{name}`"))
                            .at(text.span.clone())
                            .hint("visible ASCII only"),
                        source,
                    );
                    continue;
                }
                None => HeaderText::Template(template),
            };
            out.push((header, value));
        }
        Arc::new(out)
    }

    fn body_path(&self, name: &str, ending: &str) -> String {
        format!("{}/bodies/{name}.{ending}", self.name)
    }

    fn has_body(&self, name: &str) -> bool {
        ["json", "html", "txt"]
            .iter()
            .any(|ending| self.fixtures.source(&self.body_path(name, ending)).is_some())
    }

    /// A body and its name.
    fn body(
        &self,
        endpoint: Option<usize>,
        name: &Name,
        source: &Source,
    ) -> Option<(Arc<Body>, String)> {
        let named = |body| (body, name.value.clone());
        let key = (endpoint, name.value.clone());
        if let Some(done) = self.bodies.borrow().get(&key) {
            return done.clone().map(named);
        }
        let body = self.read_body(endpoint, name, source).map(Arc::new);
        self.bodies.borrow_mut().insert(key, body.clone());
        body.map(named)
    }

    fn read_body(&self, endpoint: Option<usize>, name: &Name, source: &Source) -> Option<Body> {
        if name.value == "empty" {
            return Some(Body::Empty);
        }
        for (ending, content_type) in
            [("html", "text/html; charset=utf-8"), ("txt", "text/plain; charset=utf-8")]
        {
            if let Some(text) = self.fixtures.source(&self.body_path(name, ending)) {
                let known = self.known(endpoint);
                let located = Located::unwritten(text.text.trim_end_matches('\n').to_owned());
                let template = self.template(&located, &text, &known)?;
                return Some(Body::Text(template, HeaderValue::from_static(content_type)));
            }
        }
        let Some(text) = self.fixtures.source(&self.body_path(name, "json")) else {
            self.find(
                Finding::new(format!("there is no body `{name}`"))
                    .at(name.span.clone())
                    .hint(format!("add `{}`", self.body_path(name, "json"))),
                source,
            );
            return None;
        };
        let json: Value = match serde_json::from_str(&text.text) {
            Ok(json) => json,
            Err(error) => {
                let at = offset(&text.text, error.line(), error.column());
                self.find(Finding::new(format!("this is no JSON: {error}")).at(at..at + 1), &text);
                return None;
            }
        };
        let include = |name: &str| {
            let text = self.fixtures.source(&self.body_path(name, "json"))?;
            serde_json::from_str(&text.text).ok()
        };
        let workshop = Workshop { lexicon: &self.lexicon, include: &include, depth: 8 };
        match Tree::compile(&json, &workshop, &self.known(endpoint)) {
            Ok(tree) => Some(Body::Json(tree)),
            Err(errors) => {
                for wrong in errors {
                    let (span, place) = self.locate(&wrong.at, &text);
                    self.find(at(wrong.error, span), &place);
                }
                None
            }
        }
    }

    /// Where a string stands: in this body, or in one of the shared parts.
    fn locate(&self, written: &str, body: &Source) -> (Range<usize>, Source) {
        let quoted = Value::from(written).to_string();
        let prefix = format!("{}/bodies/", self.name);
        let others = self
            .fixtures
            .below(&prefix)
            .filter_map(|path| self.fixtures.source(&format!("{prefix}{path}")));
        for source in std::iter::once(body.clone()).chain(others) {
            if let Some(start) = source.text.find(&quoted) {
                return (start..start + quoted.len(), source);
            }
        }
        (0..0, body.clone())
    }

    /// Path → endpoints; findings for paths that cannot be told apart.
    fn routes(&self) -> matchit::Router<Vec<usize>> {
        let mut by_path: IndexMap<&str, Vec<usize>> = IndexMap::new();
        for (index, endpoint) in self.file.endpoints.iter().enumerate() {
            by_path.entry(&endpoint.path).or_default().push(index);
        }
        for group in by_path.values() {
            for (at, &index) in group.iter().enumerate() {
                let this = &self.file.endpoints[index];
                let before = group[..at].iter().map(|&other| &self.file.endpoints[other]);
                for other in before {
                    if this.method.value == other.method.value && shadows(other, this) {
                        self.find_in_vendor(
                            format!(
                                "endpoint `{}` gets no call: `{}` takes them all",
                                this.name, other.name
                            ),
                            &this.name.span,
                            "give the earlier one a `select`, or put this one first",
                        );
                    }
                }
            }
        }
        let mut routes = matchit::Router::new();
        for (path, indices) in by_path {
            let first = &self.file.endpoints[indices[0]].path;
            if let Err(error) = routes.insert(path, indices) {
                self.find_in_vendor(
                    format!("the path `{path}` cannot be served: {error}"),
                    &first.span,
                    "`{name}` stands for one whole segment; two paths may not differ in names alone",
                );
            }
        }
        routes
    }

    fn scripted(&self) -> Scripted {
        let mut scripted = Scripted::default();
        for entry in &self.file.scripted {
            let wish = entry.outcome.value.clone();
            let known = self.vocabulary.knows(&wish)
                || self.errors.codes.iter().any(|row| row.code.value == wish);
            if !known {
                self.check_outcome(&entry.outcome, &self.vendor_source);
            }
            let text = match (&entry.gstin, &entry.pattern) {
                (Some(gstin), None) => {
                    scripted.exact.insert(gstin.value.clone(), wish.clone());
                    gstin.value.clone()
                }
                (None, Some(pattern)) => match Regex::new(pattern) {
                    Ok(regex) => {
                        scripted.patterns.push((regex, wish.clone()));
                        pattern.value.clone()
                    }
                    Err(error) => {
                        self.find_in_vendor(
                            format!("this is no regular expression: {error}"),
                            &pattern.span,
                            "look-around and back-references are not there",
                        );
                        continue;
                    }
                },
                _ => {
                    self.find_in_vendor(
                        "a scripted GSTIN has either `gstin` or `pattern`".to_owned(),
                        &entry.outcome.span,
                        "give one of them",
                    );
                    continue;
                }
            };
            scripted.notes.push((text, wish, entry.about.clone()));
        }
        scripted
    }
}

fn at(error: ExpressionError, span: Range<usize>) -> Finding {
    let finding = Finding::new(error.message).at(span);
    match error.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}

/// The byte of a line and column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len().saturating_sub(1))
}

fn code(row: &CodeFile) -> Code {
    Code {
        code: row.code.value.clone(),
        outcomes: row.outcomes.iter().map(|name| Outcome::from(name.as_str())).collect(),
        status: row.status.value,
        message: row.message.clone(),
        endpoints: row.endpoints.iter().map(|name| name.value.clone()).collect(),
        layer: row.layer,
        cause: row.cause.clone(),
        mend: row.mend.clone(),
        retry: row.retry,
        source: row.source.clone(),
        certainty: row.certainty,
    }
}

fn selectors(file: &EndpointFile) -> Vec<Selector> {
    let select = &file.select;
    [
        (FieldPlace::Query, &select.query),
        (FieldPlace::Header, &select.header),
        (FieldPlace::Path, &select.path),
        (FieldPlace::Body, &select.body),
    ]
    .into_iter()
    .flat_map(|(place, map)| {
        map.iter().map(move |(key, values)| Selector {
            place,
            key: if place == FieldPlace::Header { key.to_ascii_lowercase() } else { key.clone() },
            values: values.as_slice().to_vec(),
        })
    })
    .collect()
}

/// Whether all calls that fit `later` fit `earlier` as well.
fn shadows(earlier: &EndpointFile, later: &EndpointFile) -> bool {
    let later = selectors(later);
    selectors(earlier).iter().all(|selector| {
        later.iter().any(|other| {
            other.place == selector.place
                && other.key == selector.key
                && other.values.iter().all(|value| selector.values.contains(value))
        })
    })
}
