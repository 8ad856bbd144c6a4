//! This repository has nothing that is somebody's.

use std::path::Path;

use gsp_contract_tests::recording::lint::{Lint, allow::Allow};
use gsp_simulator::finding::Source;

use crate::stage::{day, world};

#[test]
fn nothing_in_this_repository_is_somebody_s() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in it");
    let path = repository.join("lint-allow.toml");
    let text = std::fs::read_to_string(&path).expect("it is there");
    let allow = Allow::read(&Source { path, text: text.into() }).expect("it is right");
    let world = world();
    let lint = Lint { world: &world, allow: &allow, today: day(), good_for_days: 90 };

    let report = lint.look(&[repository.to_owned()]);

    let told: Vec<String> = report
        .found
        .iter()
        .map(|one| format!("{}:{}:{}: {}", one.file, one.line, one.column, one.message))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(report.files > 500, "{} files", report.files);
    assert_eq!(report.unused, [""; 0], "what nothing needs is taken out");
}
