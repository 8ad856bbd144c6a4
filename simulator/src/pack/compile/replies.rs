//! Replies: all that can be said at an endpoint, by outcome and by code.

use std::{str::FromStr, sync::Arc};

use http::{HeaderName, HeaderValue, StatusCode};
use indexmap::IndexMap;

use super::Compiler;
use crate::{
    finding::{Finding, Source},
    model::outcome::Outcome,
    pack::{
        Body, HeaderText, Replies, ReplyPlan,
        file::{AnswerFile, CodeFile},
        located::Located,
    },
    render::{expression::closest, template::Template},
};

impl Compiler<'_> {
    /// All that can be said at an endpoint, or without one.
    pub(super) fn replies(
        &self,
        endpoint: Option<usize>,
        answers: &IndexMap<String, AnswerFile>,
    ) -> Replies {
        let mut replies = Replies::default();
        let file = endpoint.map(|index| &self.file.endpoints[index]);
        for (outcome, answer) in answers {
            let plan = self.answer(endpoint, outcome, answer);
            if plan.is_none() {
                self.broken.borrow_mut().insert(outcome.clone());
            }
            if let Some(plan) = plan {
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
            if let Some(&at) = replies.by_code.get(&row.code.value) {
                // An answer of the endpoint is this code; more outcomes may be, too.
                for outcome in &row.outcomes {
                    let outcome = Outcome::from(outcome.as_str());
                    if !replies.by_outcome.contains_key(&outcome) {
                        let mut plan =
                            ReplyPlan { outcome: outcome.clone(), ..replies.all[at].clone() };
                        if row.reasons.contains_key(outcome.as_str()) {
                            plan.reason = self.reason(endpoint, row, outcome.as_str());
                        }
                        replies.by_outcome.insert(outcome, replies.all.len());
                        replies.all.push(plan);
                    }
                }
                continue;
            }
            let Some(plan) = self.code_reply(endpoint, index, row, first) else {
                let names = std::iter::once(&row.code).chain(&row.outcomes);
                self.broken.borrow_mut().extend(names.map(|name| name.value.clone()));
                continue;
            };
            let at = replies.all.len();
            replies.by_code.insert(row.code.value.clone(), at);
            replies.by_outcome.entry(plan.outcome.clone()).or_insert(at);
            replies.all.push(plan);
            // A plan each: what a code is called in the end is the outcome that led to it.
            for outcome in &row.outcomes[1..] {
                let name = Outcome::from(outcome.as_str());
                if replies.by_outcome.contains_key(&name) {
                    continue;
                }
                let Some(plan) = self.code_reply(endpoint, index, row, outcome) else { continue };
                replies.by_outcome.insert(name, replies.all.len());
                replies.all.push(plan);
            }
        }
        replies
    }

    pub(super) fn answer(
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
            reason: match &answer.reason {
                Some(text) => {
                    self.template(text, &self.vendor_source, &self.known(endpoint)).map(Arc::new)
                }
                None => row.and_then(|row| self.reason(endpoint, row, outcome)),
            },
        })
    }

    pub(super) fn code_reply(
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
            reason: self.reason(endpoint, row, outcome),
        })
    }

    pub(super) fn code_body(
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

    pub(super) fn reason(
        &self,
        endpoint: Option<usize>,
        row: &CodeFile,
        outcome: &str,
    ) -> Option<Arc<Template>> {
        let text = row.reasons.get(outcome).or(row.reason.as_ref())?;
        self.template(text, &self.errors_source, &self.known(endpoint)).map(Arc::new)
    }

    pub(super) fn status(&self, status: &Located<u16>, source: &Source) -> StatusCode {
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

    pub(super) fn headers(
        &self,
        endpoint: Option<usize>,
        headers: &IndexMap<String, Located<String>>,
        source: &Source,
    ) -> Arc<Vec<(HeaderName, HeaderText)>> {
        let mut out = Vec::new();
        if headers.is_empty() {
            return Arc::new(out);
        }
        let known = self.known(endpoint);
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
}
