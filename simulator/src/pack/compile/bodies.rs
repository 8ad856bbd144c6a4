//! Bodies: read, compiled once for each endpoint, and found again for a finding.

use std::{ops::Range, sync::Arc};

use http::HeaderValue;
use serde_json::Value;

use super::{Compiler, at};
use crate::{
    finding::{Finding, Source},
    pack::{Body, file::Name, located::Located},
    render::tree::{Tree, Workshop},
};

impl Compiler<'_> {
    pub(super) fn body_path(&self, name: &str, ending: &str) -> String {
        format!("{}/bodies/{name}.{ending}", self.name)
    }

    pub(super) fn has_body(&self, name: &str) -> bool {
        ["json", "html", "txt"]
            .iter()
            .any(|ending| self.fixtures.has(&self.body_path(name, ending)))
    }

    /// A body and its name.
    pub(super) fn body(
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

    pub(super) fn read_body(
        &self,
        endpoint: Option<usize>,
        name: &Name,
        source: &Source,
    ) -> Option<Body> {
        if name.value == "empty" {
            return Some(Body::Empty);
        }
        if name.value == "file-part" {
            return Some(Body::FilePart);
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
        let json = self.json(&text)?;
        let include = |name: &str| {
            let text = self.fixtures.source(&self.body_path(name, "json"))?;
            // A part that is there but broken was told of in its own file; it need not be missed too.
            Some(self.json(&text).unwrap_or_default())
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

    fn json(&self, text: &Source) -> Option<Value> {
        let error = match serde_json::from_str(&text.text) {
            Ok(json) => return Some(json),
            Err(error) => error,
        };
        let at = offset(&text.text, error.line(), error.column());
        // One letter; none where the file ends too soon.
        let after = (at + 1..=text.text.len()).find(|end| text.text.is_char_boundary(*end));
        let span = at..after.unwrap_or(at);
        self.find(Finding::new(format!("this is no JSON: {error}")).at(span), text);
        None
    }

    /// Where a string stands: in this body, or in one of the shared parts.
    pub(super) fn locate(&self, written: &str, body: &Source) -> (Range<usize>, Source) {
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
}

/// The byte of a line and column, both from 1.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len().saturating_sub(1))
}
