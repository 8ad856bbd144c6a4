//! Endpoints: fields, rules, lookups, and the reply each of them leads to.

use std::str::FromStr;

use http::Method;
use regex_lite::Regex;

use super::{Compiler, routes::selectors};
use crate::{
    auth::Scheme,
    model::{outcome::Outcome, period::FinancialYear},
    pack::{
        Account, BodyReading, Check, Endpoint, Field, Lookup, Replies, Rule,
        file::{
            AuthCheckFile, CheckFile, EndpointFile, FieldFile, FieldPlace, Name, ReadAs, RuleFile,
        },
        limits::AtEndpoint,
        located::Located,
    },
    render::{expression::closest, names::Known},
};

impl Compiler<'_> {
    pub(super) fn endpoint(
        &self,
        index: usize,
        accounts: &[Account],
        schemes: &[Scheme],
    ) -> Endpoint {
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
                reason: body.reason.as_ref().and_then(|text| self.template(text, vendor, &known)),
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
            consent: file.consent.as_ref().and_then(|step| self.consent_step(file, step, &replies)),
            books: self.books(file),
            bulk: self.bulk_step(index, &replies),
            limits: AtEndpoint::default(),
            replies,
            fields,
            issues: file.issues.clone(),
        }
    }

    #[expect(clippy::unused_self, reason = "one of the compiler's acts")]
    pub(super) fn field(&self, name: &str, file: &FieldFile) -> Field {
        let key = file.key.clone().unwrap_or_else(|| name.to_owned());
        Field {
            name: name.to_owned(),
            place: file.place,
            key: if file.place == FieldPlace::Header { key.to_ascii_lowercase() } else { key },
            also: file.also.clone(),
            read: file.read.unwrap_or(ReadAs::AsIs),
            normalize: file.normalize.clone(),
        }
    }

    pub(super) fn field_index(&self, endpoint: &EndpointFile, name: &Name) -> Option<usize> {
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

    pub(super) fn lookup(&self, file: &EndpointFile) -> Option<Lookup> {
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

    pub(super) fn rule(
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
}
