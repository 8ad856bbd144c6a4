//! The catalog: rows of `errors.toml`.

use std::collections::HashMap;

use super::Compiler;
use crate::{
    finding::Finding,
    model::outcome::Outcome,
    pack::{
        Code,
        file::{CodeFile, Name},
        vocabulary::Vocabulary,
    },
    render::expression::closest,
};

impl Compiler<'_> {
    /// What rows of the catalog say that no type can check.
    pub(super) fn check_codes(&self) {
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
            for (outcome, reason) in &row.reasons {
                let names: Vec<_> = row.outcomes.iter().map(|name| name.value.clone()).collect();
                if !names.contains(outcome) {
                    self.find(
                        Finding::new(format!("code `{}` does not stand for `{outcome}`", row.code))
                            .at(reason.span.clone())
                            .hint(closest(outcome, &names)),
                        &self.errors_source,
                    );
                }
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
}

pub(super) fn code(row: &CodeFile, vocabulary: &Vocabulary) -> Code {
    let outcomes = || row.outcomes.iter().map(|name| Outcome::from(name.as_str()));
    Code {
        code: row.code.value.clone(),
        outcomes: outcomes().collect(),
        of_account: outcomes().filter(|one| vocabulary.is_of_account(one.as_str())).collect(),
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
