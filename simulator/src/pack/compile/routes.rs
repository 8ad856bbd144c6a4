//! Routes and scripted GSTINs.

use indexmap::IndexMap;
use regex_lite::Regex;

use super::Compiler;
use crate::pack::{
    Scripted, Selector,
    file::{EndpointFile, FieldPlace},
};

impl Compiler<'_> {
    /// Path → endpoints; findings for paths that cannot be told apart.
    pub(super) fn routes(&self) -> matchit::Router<Vec<usize>> {
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

    pub(super) fn scripted(&self) -> Scripted {
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

pub(super) fn selectors(file: &EndpointFile) -> Vec<Selector> {
    let select = &file.select;
    [
        (FieldPlace::Query, &select.query),
        (FieldPlace::Header, &select.header),
        (FieldPlace::Path, &select.path),
        (FieldPlace::Body, &select.body),
        (FieldPlace::Anywhere, &select.anywhere),
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
pub(super) fn shadows(earlier: &EndpointFile, later: &EndpointFile) -> bool {
    let later = selectors(later);
    selectors(earlier).iter().all(|selector| {
        later.iter().any(|other| {
            other.place == selector.place
                && other.key == selector.key
                && other.values.iter().all(|value| selector.values.contains(value))
        })
    })
}
