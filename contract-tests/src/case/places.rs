//! Where cases stand in files: what a report points at.

use std::{collections::BTreeMap, ops::Range};

use gsp_simulator::{
    finding::Source,
    pack::{
        contract::{self, ContractFile},
        file::ErrorsFile,
        folder::Folder,
    },
};

use crate::verdict::Place;

/// The lines of a vendor's requests and codes.
pub(super) struct Places {
    /// `endpoint::case` → its line in `contract/requests.toml`.
    requests: BTreeMap<String, Place>,
    /// Code → its line in `errors.toml`.
    codes: BTreeMap<String, Place>,
}

impl Places {
    /// `requests` are those of `file` as they stand in the end, in the same order.
    pub(super) fn read(
        vendor: &str,
        folder: &Folder,
        file: &ContractFile,
        requests: &[contract::Case],
        source: &Source,
    ) -> Self {
        let lines = file.requests.iter().map(|request| {
            let name = request.case.as_ref().unwrap_or(&request.outcome);
            at(source, &name.span)
        });
        let requests = requests.iter().map(contract::Case::full_name).zip(lines).collect();
        // The world was loaded from the same file, so it can be read.
        let codes = folder.source(&format!("{vendor}/errors.toml")).map(|source| {
            let file: Option<ErrorsFile> = toml::from_str(&source.text).ok();
            let rows = file.into_iter().flat_map(|file| file.codes);
            rows.map(|row| (row.code.value.clone(), at(&source, &row.code.span))).collect()
        });
        Self { requests, codes: codes.unwrap_or_default() }
    }

    /// Where a request is written.
    pub(super) fn request(&self, case: &contract::Case) -> Option<Place> {
        self.requests.get(&case.full_name()).cloned()
    }

    /// Where a derived case comes from: the row of its code; without one, the request that it is
    /// made from.
    pub(super) fn derived(
        &self,
        code: Option<&str>,
        from: Option<&contract::Case>,
    ) -> Option<Place> {
        let row = code.and_then(|code| self.codes.get(code).cloned());
        row.or_else(|| self.request(from?))
    }
}

/// The line on which something begins.
pub(super) fn at(source: &Source, span: &Range<usize>) -> Place {
    let before = source.text.get(..span.start).unwrap_or_default();
    Place { file: source.path.display().to_string(), line: before.matches('\n').count() + 1 }
}
