//! Large answers: kinds of files checked, names of fields resolved, every refusal given its reply.

use std::{ops::Range, sync::Arc};

use super::Compiler;
use crate::{
    pack::{
        Body, BulkKind, BulkStep, Queue, Replies,
        file::{BulkFile, BulkStepFile, BulkStepKind, EndpointFile, Name},
        located::Located,
    },
    render::expression::closest,
};

impl Compiler<'_> {
    pub(super) fn bulk_kind(&self, name: &str, file: &BulkFile) -> BulkKind {
        let lead = file.link.split("{{").next().unwrap_or_default();
        if !lead.starts_with('/') || lead.len() < 2 {
            self.find_in_vendor(
                format!("links of the files `{name}` begin with nothing to know them by"),
                &file.link.span,
                "begin with plain text, such as `/returns/{{ file.token }}/…`",
            );
        }
        let wanted = [("file.token", "the token"), ("part.number", "the part's number")];
        for (hole, what) in wanted.iter().filter(|(hole, _)| !file.link.contains(hole)) {
            self.find_in_vendor(
                format!("links of the files `{name}` do not say {what}"),
                &file.link.span,
                format!("add `{{{{ {hole} }}}}`: a link stands for one part of one file"),
            );
        }
        if file.per_file.value == 0 {
            self.find_in_vendor(
                format!("the files `{name}` are empty"),
                &file.per_file.span,
                "at least one record goes into a file",
            );
        }
        if !file.member.ends_with(".json") {
            self.find_in_vendor(
                format!("the member of the files `{name}` is no `.json`"),
                &file.member.span,
                "readers take the first member whose name ends in `.json`",
            );
        }
        BulkKind {
            name: name.to_owned(),
            per_file: file.per_file.value.max(1),
            wait_ms: file.wait_s.saturating_mul(1000),
            life_ms: file.life_s.saturating_mul(1000),
            lead: lead.to_owned(),
            signature: file.signature.clone(),
            expires: file.expires.clone(),
            quoted: file.quoted,
            owner: file.owner.iter().map(|name| name.value.clone()).collect(),
        }
    }

    pub(super) fn bulk_step(&self, index: usize, replies: &Replies) -> Option<BulkStep> {
        let endpoint = &self.file.endpoints[index];
        let file = endpoint.file.as_ref()?;
        let Some(kind) = self.file.files.get_index_of(&file.of.value) else {
            let names: Vec<_> = self.file.files.keys().cloned().collect();
            self.find_in_vendor(
                format!("there is no kind of file `{}`", file.of),
                &file.of.span,
                format!("declare `[files.{}]`; {}", file.of, closest(&file.of, &names)),
            );
            return None;
        };
        self.superfluous(file);
        let reply = |outcome: &str| {
            let wish = Located { value: outcome.to_owned(), span: file.of.span.clone() };
            self.reply(replies, &wish, &self.vendor_source)
        };
        match file.step {
            BulkStepKind::Queue => self.queue(index, kind, reply("file-queued")),
            BulkStepKind::Details => {
                let token = self.needed(file.token.as_ref(), "token", &file.of.span)?;
                Some(BulkStep::Details {
                    kind,
                    token: self.field_index(endpoint, token)?,
                    pending: reply("file-pending")?,
                    failed: reply("file-failed")?,
                    unknown: reply("file-unknown")?,
                })
            }
            BulkStepKind::Fetch => Some(BulkStep::Fetch {
                kind,
                link: file.link.as_ref().and_then(|name| self.field_index(endpoint, name)),
                expired: reply("link-expired")?,
                refused: reply("link-refused")?,
                unknown: reply("file-unknown")?,
            }),
        }
    }

    fn queue(&self, index: usize, kind: usize, reply: Option<usize>) -> Option<BulkStep> {
        let endpoint: &EndpointFile = &self.file.endpoints[index];
        let file = endpoint.file.as_ref()?;
        let (_, kind_file) = self.file.files.get_index(kind)?;
        let known = self.known(Some(index));
        let source = &self.vendor_source;
        let span = &file.of.span;
        for name in &kind_file.owner {
            if !endpoint.fields.contains_key(&name.value) {
                let names: Vec<_> = endpoint.fields.keys().cloned().collect();
                self.find_in_vendor(
                    format!("endpoint `{}` has no field `{name}`", endpoint.name),
                    &name.span,
                    closest(name, &names),
                );
            }
        }
        let count = self.needed(file.count.as_ref(), "count", span);
        let over = self.needed(file.over.as_ref(), "over", span);
        let contents = self.needed(file.contents.as_ref(), "contents", span);
        let (contents, contents_name) = self.body(Some(index), contents?, source)?;
        if !matches!(*contents, Body::Json(_)) {
            self.find_in_vendor(
                format!("the content of a file is JSON, and `{contents_name}` is not"),
                &file.contents.as_ref()?.span,
                "name a body in a `.json` file",
            );
        }
        Some(BulkStep::Queue(Queue {
            kind,
            count: self.expression(count?, source, &known)?,
            over: *over?,
            contents,
            contents_name,
            link: Arc::new(self.template(&kind_file.link, source, &known)?),
            member: Arc::new(self.template(&kind_file.member, source, &known)?),
            reply: reply?,
        }))
    }

    fn needed<'file, T>(
        &self,
        value: Option<&'file T>,
        key: &str,
        span: &Range<usize>,
    ) -> Option<&'file T> {
        if value.is_none() {
            self.find_in_vendor(
                format!("this step with a file needs `{key}`"),
                span,
                format!("add `{key} = …`; docs/pack-format.md says what each step has"),
            );
        }
        value
    }

    /// What belongs to another step.
    fn superfluous(&self, file: &BulkStepFile) {
        let span = |name: &Option<Name>| name.as_ref().map(|name| name.span.clone());
        let over = file.over.map(|_| file.of.span.clone());
        let queue = BulkStepKind::Queue;
        for (key, step, span) in [
            ("count", queue, span(&file.count)),
            ("over", queue, over),
            ("contents", queue, span(&file.contents)),
            ("token", BulkStepKind::Details, span(&file.token)),
            ("link", BulkStepKind::Fetch, span(&file.link)),
        ] {
            if let Some(span) = span.filter(|_| step != file.step) {
                self.find_in_vendor(
                    format!("this step with a file has no `{key}`"),
                    &span,
                    "take it out, or name another `step`",
                );
            }
        }
    }
}
